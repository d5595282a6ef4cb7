import type { Duplex } from 'node:stream'

/** How fast a client has to take what it is given. */
export interface WriteLimits {
  /** ms within which enough of what waits has to leave. */
  readonly writeTimeout: number
  /** Bytes per second that are enough, on average over `writeTimeout`; 0: any. */
  readonly minWriteRate: number
}

/** Notices clients that take nothing of what they are given, or next to nothing. */
export class WriteWatch {
  private readonly timeout: number
  /** Bytes that have to leave within the timeout. */
  private readonly least: number
  private mark = 0
  private deadline = Infinity

  constructor(
    private readonly socket: Pick<Duplex, 'writableLength'>,
    { writeTimeout, minWriteRate }: WriteLimits,
  ) {
    this.timeout = writeTimeout
    this.least = Math.max(1, (minWriteRate * writeTimeout) / 1000)
  }

  /**
   * To be called now and then.
   *
   * @param now ms
   * @returns true if output has been waiting for the timeout without enough of it leaving
   */
  isStalled(now: number): boolean {
    const waiting = this.socket.writableLength
    if (waiting === 0) {
      this.deadline = Infinity
      return false
    }
    const sent = bytesSent(this.socket)
    // TCP sockets and pipes count their bytes; of others, any change is taken for progress enough
    const progress = sent !== undefined ? sent - this.mark : waiting === this.mark ? 0 : Infinity
    if (progress < this.least && this.deadline !== Infinity) return now >= this.deadline
    // enough for now: the next bytes have the whole timeout again
    this.mark = sent ?? waiting
    this.deadline = now + this.timeout
    return false
  }
}

/** Bytes that the system has taken. The stream itself does not know: to it, one large write is waiting until it is done. */
function bytesSent(socket: object): number | undefined {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (!countsBytes(handle)) return undefined
  // TLS has a handle on top of the socket's own, and counts what it was given instead of what has left
  const below: unknown = Reflect.get(handle, '_parent')
  const { bytesWritten, writeQueueSize } = countsBytes(below) ? below : handle
  return bytesWritten - writeQueueSize
}

function countsBytes(handle: unknown): handle is { bytesWritten: number; writeQueueSize: number } {
  if (typeof handle !== 'object' || handle === null) return false
  if (!('bytesWritten' in handle && 'writeQueueSize' in handle)) return false
  return typeof handle.bytesWritten === 'number' && typeof handle.writeQueueSize === 'number'
}
