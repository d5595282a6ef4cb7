import { explainMissingPackage } from '../../common/index.js'

/** The socket.io package, as its own declarations describe it. */
export type SocketIo = typeof import('socket.io')

/**
 * Loads socket.io when a gateway needs it, so that a missing package is explained.
 *
 * @param load for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export async function loadSocketIo(
  load: () => Promise<SocketIo> = () => import('socket.io'),
): Promise<SocketIo> {
  try {
    return await load()
  } catch (error) {
    throw explainMissingPackage(error, 'socket.io', 'SocketIoAdapter')
  }
}
