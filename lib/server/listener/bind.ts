import { chmod } from 'node:fs/promises'
import type { ListenOptions as NodeListenOptions, Server } from 'node:net'
import type { BoundAddress } from '../engine.js'
import { workerLink } from '../workers/worker-link.js'
import { ListenAddressInUse, ListenDenied, ListenFailed } from './errors.js'
import { removeStaleSocket } from './unix-socket.js'

/** Where exactly one server listens. */
export type Place =
  | { readonly port: number; readonly host: string | undefined }
  | { readonly path: string; readonly mode: number | undefined }
  | { readonly fd: number }

/**
 * Makes a server listen.
 *
 * @param server not listening yet
 * @param place where
 * @param backlog connections that wait to be accepted; undefined for the system's default
 * @throws {CorbelError} CORBEL_LISTEN_ADDRESS_IN_USE, CORBEL_LISTEN_DENIED, CORBEL_LISTEN_FAILED
 */
export async function bind(server: Server, place: Place, backlog: number | undefined): Promise<void> {
  try {
    await listenOn(server, place, backlog)
    if ('path' in place && place.mode !== undefined) await restrict(server, place.path, place.mode)
  } catch (cause) {
    throw explain(cause, place)
  }
}

/**
 * Tells where a server listens.
 *
 * @param server any server
 * @param secure it speaks TLS
 * @returns undefined if it does not listen
 */
export function boundAddress(server: Server, secure: boolean): BoundAddress | undefined {
  if (!server.listening) return undefined
  const address = server.address()
  if (address === null || typeof address === 'string') {
    return { host: '', port: 0, path: address ?? '', secure }
  }
  // a Unix socket that was handed over: Node looks for an address of TCP and finds nothing
  if (address.address === undefined) return { host: '', port: 0, path: '', secure }
  return { host: address.address, port: address.port, path: undefined, secure }
}

/** Closes a server's port; connections stay. */
export function unbind(server: Server): void {
  // its callback would wait for connections, also for upgraded ones, which are not ours any more
  if (!server.listening) return
  void workerLink()?.leave(server)
  server.close()
}

async function listenOn(server: Server, place: Place, backlog: number | undefined): Promise<void> {
  const options = { ...place, backlog }
  try {
    await listenOnce(server, options)
  } catch (cause) {
    if (!('path' in place) || codeOf(cause) !== 'EADDRINUSE') throw cause
    if (!(await removeStaleSocket(place.path))) throw cause
    await listenOnce(server, options)
  }
}

function listenOnce(server: Server, options: NodeListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void => {
      server.removeListener('listening', listening)
      server.removeListener('error', failed)
      reject(cause instanceof Error ? cause : new Error(String(cause)))
    }
    const listening = (): void => {
      server.removeListener('error', failed)
      resolve()
    }
    server.once('error', failed)
    server.once('listening', listening)
    try {
      const link = workerLink()
      if (link === undefined) server.listen(options)
      else link.listen(server, options)
    } catch (cause) {
      failed(cause)
    }
  })
}

async function restrict(server: Server, path: string, mode: number): Promise<void> {
  try {
    await chmod(path, mode)
  } catch (cause) {
    unbind(server)
    throw cause
  }
}

function explain(cause: unknown, place: Place): Error {
  const address = nameOf(place)
  const code = codeOf(cause)
  if (code === 'EADDRINUSE') return new ListenAddressInUse({ address }, { cause })
  if (code === 'EACCES' || code === 'EPERM') return new ListenDenied({ address }, { cause })
  return new ListenFailed(
    { address, reason: cause instanceof Error ? cause.message : String(cause) },
    { cause },
  )
}

function nameOf(place: Place): string {
  if ('path' in place) return place.path
  if ('fd' in place) return `file descriptor ${place.fd}`
  return `${place.host ?? '*'}:${place.port}`
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
