import { defineError } from '../common/index.js'

/** A path at which no gateway is. */
export const GatewayServerMissing = defineError<{ path: string; known: string }>(
  'CORBEL_GATEWAY_SERVER',
  'There is no server of gateways at {path} ({known}). It is there once the application is initialised.',
)

/**
 * The servers of gateways, for controllers and providers: `servers.at('/chat').to('room').emit(…)`.
 *
 * @example
 * constructor(private readonly servers: GatewayServers) {}
 * @Sse('news') news() { return this.servers.at<Server>('/chat').stream('news') }
 */
export class GatewayServers {
  private found: ReadonlyMap<string, object> = new Map()

  /**
   * The server of a path: as `@WebSocketServer()` gets it.
   *
   * @param path of the gateway, with its namespace behind it
   * @throws {CorbelError} CORBEL_GATEWAY_SERVER
   */
  at<T = object>(path: string): T {
    const server = this.found.get(path)
    if (server !== undefined) return server as T
    const known =
      this.found.size === 0 ? 'there is none at all' : `there is ${[...this.found.keys()].join(', ')}`
    throw new GatewayServerMissing({ path, known })
  }

  /** The servers by path, once they are there. */
  use(servers: ReadonlyMap<string, object>): void {
    this.found = servers
  }
}
