import { ClientError } from './errors.js'
import { exceptionOf, type Exchanges } from './exchanges.js'
import type { StreamOptions } from './types.js'
import { Upload } from './upload.js'

/** What streams need of the socket. */
export interface Line {
  readonly exchanges: Exchanges
  /** Sends now or later; false if neither. */
  push(frame: string, id?: number): boolean
  /** Sends now, if there is a connection. */
  sendNow(frame: string): void
  /** Bytes that have not left yet. */
  waiting(): number
}

/**
 * The values that the server sends in answer to one message, which is sent when the first one is asked for.
 *
 * @param line of the socket
 * @param event of the message
 * @param data of the message
 * @param options bounds
 */
export async function* openStream(
  line: Line,
  event: string,
  data: unknown,
  { maxQueue = 1000, signal, input }: StreamOptions,
): AsyncGenerator<unknown, void> {
  signal?.throwIfAborted()
  const { exchanges } = line
  const id = exchanges.nextId()
  const values: unknown[] = []
  let wake = (): void => undefined
  let failure: unknown
  let isOver = false
  const upload = input && new Upload(line, id, input)
  const end = (error?: unknown): void => {
    if (isOver) return
    isOver = true
    upload?.stop()
    failure = error
    wake()
  }
  const isCancelled = (): boolean => signal?.aborted === true
  const abort = (): void => end(signal?.reason)
  const frame = JSON.stringify({ id, event, data })
  exchanges.await(id, {
    frame,
    idempotent: false,
    fail: end,
    sent: () => void upload?.run().catch(end),
    answer({ event: name, data: value }) {
      if (name === 'end') end()
      else if (name === 'exception') end(exceptionOf(value))
      else if (values.push(value) > maxQueue)
        end(new ClientError('overflow', `More than ${maxQueue} values wait to be read.`))
      else wake()
      if (name !== undefined) exchanges.forget(id)
    },
  })
  try {
    signal?.addEventListener('abort', abort)
    if (!line.push(frame, id)) throw new ClientError('queue-full', 'Too many messages wait to be sent.')
    for (;;) {
      while (values.length > 0 && !isCancelled()) yield values.shift()
      if (failure !== undefined) throw failure
      if (isOver) return
      await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    upload?.stop()
    // whoever stops reading tells the server so
    if (exchanges.forget(id)) line.sendNow(JSON.stringify({ id, event: 'cancel' }))
  }
}
