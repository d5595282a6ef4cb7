import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/**
 * A free port for a server that is closed and opened again. Ports that the system gives (port 0) come from the range of
 * those it gives to clients, too: while the server is closed, any connection on the machine may take one.
 *
 * @returns below that range, on Linux as elsewhere
 */
export async function portToReturnTo(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000)
    const server = createServer()
    try {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
