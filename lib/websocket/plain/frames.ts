/** A message as clients send it. */
export interface ClientFrame {
  readonly event: string
  readonly data: unknown
  /** Set where the client waits for an answer, which has the same. */
  readonly id: string | number | undefined
}

/** The longest id that is sent back, in characters. */
const MAX_ID_LENGTH = 64

/**
 * Reads a message.
 *
 * @param content JSON of the form `{ "event": …, "data": … }`
 * @returns undefined for anything else
 */
export function parseFrame(content: string | Buffer): ClientFrame | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(typeof content === 'string' ? content : content.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined
  const { event, data, id } = parsed as Record<string, unknown>
  if (typeof event !== 'string') return undefined
  const hasId = typeof id === 'number' || (typeof id === 'string' && id.length <= MAX_ID_LENGTH)
  return { event, data, id: hasId ? id : undefined }
}

/**
 * Writes an event.
 *
 * @param event its name
 * @param data what JSON can say; left out if undefined
 */
export function eventFrame(event: string, data: unknown): string {
  return JSON.stringify({ event, data })
}

/**
 * Writes the answer to a message with an id.
 *
 * @param id of the message
 * @param data of the answer
 */
export function answerFrame(id: string | number, data: unknown): string {
  return JSON.stringify({ id, data: data ?? null })
}

/**
 * Writes that there is no answer to a message with an id.
 *
 * @param id of the message
 * @param error what the client is told
 */
export function errorFrame(id: string | number, error: unknown): string {
  return JSON.stringify({ id, event: 'exception', data: error })
}

/**
 * Adds the offset to the frame of an event.
 *
 * @param frame JSON of an event
 * @param offset that the client tells when it comes back
 */
export function withOffset(frame: string, offset: string): string {
  return `${frame.slice(0, -1)},"offset":${JSON.stringify(offset)}}`
}

/**
 * Writes that a message with an id has no more answers.
 *
 * @param id of the message
 */
export function endFrame(id: string | number): string {
  return JSON.stringify({ id, event: 'end' })
}
