import { UpgradeUnavailable, type ConnectionInfo } from '../../http/index.js'
import type { Output } from '../wire/output.js'
import type { Wire } from './exchange.js'
import type { ConnectionHost } from './host.js'

/**
 * What an exchange knows of its connection when that belongs to someone else: who is at its ends. An upgraded request is often
 * kept for as long as the new protocol lasts; the connection's parser, queue and deadlines need not be.
 */
export class ReleasedWire implements Wire {
  readonly dateLine = ''

  /**
   * @param info of the connection
   * @param host is told of errors
   */
  constructor(
    readonly info: ConnectionInfo,
    private readonly host: Pick<ConnectionHost, 'report'>,
  ) {}

  /** Not this exchange's any more. */
  get output(): Output {
    throw gone()
  }

  outlasts(): boolean {
    return false
  }

  finished(): void {}

  written(): void {}

  bodyWanted(): void {}

  release(): never {
    throw gone()
  }

  report(error: unknown): void {
    this.host.report(error)
  }
}

function gone(): Error {
  return new UpgradeUnavailable({ reason: 'it belongs to someone else' })
}
