import type { Socket } from 'node:net'
import type { HeldTime } from '../support/held-time.js'
import type { RawClient } from '../support/raw-http.js'
import { nextTurn } from './start.js'

/**
 * Reads to the end in parts: each time so much that more of what waits leaves the server, and then nothing for a while.
 *
 * @param time of the server
 * @param client whose socket is paused
 * @param peer the server's end of its connection
 * @param pause ms of that time between two parts
 */
export async function readSlowly(
  time: HeldTime,
  client: RawClient,
  peer: Socket,
  pause: number,
): Promise<void> {
  const isOver = (): boolean => client.ended || client.fate !== undefined
  while (!isOver()) {
    const before = bytesSent(peer)
    client.socket.resume()
    while (bytesSent(peer) === before && !isOver()) await nextTurn()
    client.socket.pause()
    if (!isOver()) await time.pass(pause)
  }
}

/** What the system has taken of one large write, which `bytesWritten` of the socket does not tell. */
function bytesSent(socket: Socket): number | undefined {
  const handle = Reflect.get(socket, '_handle') as { bytesWritten: number; writeQueueSize: number } | null
  return handle === null ? undefined : handle.bytesWritten - handle.writeQueueSize
}
