import type { Duplex } from 'node:stream'

/** Notices clients that take nothing of what they are given. */
export class WriteWatch {
  private mark = 0
  private deadline = Infinity

  constructor(
    private readonly socket: Duplex,
    private readonly timeout: number,
  ) {}

  /**
   * To be called now and then.
   *
   * @param now ms
   * @returns true if output has been waiting for the timeout without any of it leaving
   */
  isStalled(now: number): boolean {
    const waiting = this.socket.writableLength
    if (waiting === 0) {
      this.deadline = Infinity
      return false
    }
    // one large write counts as a whole until it is done; the handle knows how much of it is still to go
    const mark = waiting + writeQueueSize(this.socket)
    if (mark === this.mark && this.deadline !== Infinity) return now >= this.deadline
    this.mark = mark
    this.deadline = now + this.timeout
    return false
  }
}

function writeQueueSize(socket: Duplex): number {
  const handle: unknown = Reflect.get(socket, '_handle')
  if (typeof handle !== 'object' || handle === null || !('writeQueueSize' in handle)) return 0
  return typeof handle.writeQueueSize === 'number' ? handle.writeQueueSize : 0
}
