import type { AddressInfo, Server } from 'node:net'
import { bind } from './bind.js'
import { ListenAddressInUse } from './errors.js'

const IPV4 = '127.0.0.1'
const IPV6 = '::1'

/** How often a port that the system gave in one family is tried in the other one, where it may be taken. */
const ATTEMPTS = 20

/**
 * Listens on the same port of 127.0.0.1 and ::1, so that `localhost` leads here whichever a client tries first.
 *
 * @param server for IPv4
 * @param createTwin makes the server for IPv6
 * @param port 0: any that is free in both
 * @param backlog as for `bind`
 * @returns the twin, or undefined where there is no IPv6
 * @throws {CorbelError} as `bind`
 */
export async function bindLoopbacks(
  server: Server,
  createTwin: () => Server,
  port: number,
  backlog: number | undefined,
): Promise<Server | undefined> {
  for (let attempt = 1; ; attempt++) {
    // the twin first: what is given up again must not be the server that others look at
    const twin = createTwin()
    const isBound = await bindIPv6(twin, port, backlog)
    try {
      const { port: found } = isBound ? (twin.address() as AddressInfo) : { port }
      await bind(server, { port: found, host: IPV4 }, backlog)
      return isBound ? twin : undefined
    } catch (error) {
      if (isBound) twin.close()
      if (port !== 0 || !(error instanceof ListenAddressInUse) || attempt === ATTEMPTS) throw error
    }
  }
}

async function bindIPv6(twin: Server, port: number, backlog: number | undefined): Promise<boolean> {
  try {
    await bind(twin, { port, host: IPV6 }, backlog)
    return true
  } catch (error) {
    const { cause } = error as Error
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return false
    throw error
  }
}
