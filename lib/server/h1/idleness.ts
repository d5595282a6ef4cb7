import type { Deadline } from './deadline.js'
import type { ConnectionHost } from './host.js'

/** How long a connection has had no request. */
export class Idleness {
  private requests = -1
  private looks = 0

  /**
   * @param host the server
   * @param deadline the connection's, which waits for a request
   */
  constructor(
    private readonly host: Pick<ConnectionHost, 'clock' | 'limits'>,
    private readonly deadline: Pick<Deadline, 'waitedFor'>,
  ) {}

  /**
   * Looks at an idle connection.
   *
   * @param requests how many it has had
   * @param looks how often before this it has to have been idle with the same number
   * @param unused ms without a request that do as well
   * @returns true if it was
   */
  lasts(requests: number, looks: number, unused: number): boolean {
    if (requests !== this.requests) {
      this.requests = requests
      this.looks = 0
    }
    return this.looks++ >= looks || this.waitedFor(requests) >= unused
  }

  private waitedFor(requests: number): number {
    const { clock, limits } = this.host
    const waited = this.deadline.waitedFor(requests > 0 ? limits.keepAliveTimeout : limits.headersTimeout)
    // less by the clock's coarseness
    return waited - clock.interval
  }
}
