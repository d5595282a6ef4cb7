/** What the browser writes down beside the answer of the authenticator, as far as it is looked at here. */
export interface ClientData {
  readonly challenge: string
  readonly origin: string
  /** True if the page was in a frame of another site. */
  readonly crossOrigin: boolean
}

/** Base64url of what browsers write is far below. */
const LONGEST = 8192

/**
 * Reads what the browser has written down: before it is verified, to find out which challenge it answers.
 *
 * @param response of `navigator.credentials`, as JSON
 * @returns undefined for anything else
 * @see WebAuthn §5.8.1
 */
export function readClientData(response: unknown): ClientData | undefined {
  const text = memberOf(memberOf(response, 'response'), 'clientDataJSON')
  if (typeof text !== 'string' || text.length > LONGEST) return undefined
  let data: unknown
  try {
    data = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
  const challenge = memberOf(data, 'challenge')
  const origin = memberOf(data, 'origin')
  if (typeof challenge !== 'string' || typeof origin !== 'string') return undefined
  return { challenge, origin, crossOrigin: memberOf(data, 'crossOrigin') === true }
}

/** An own member of an object; undefined of anything else. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}
