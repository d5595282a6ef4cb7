import type { Server } from 'node:net'
import { defineError } from '../common/index.js'
import type { BoundAddress, ListenOptions } from './engine.js'

/** Someone else listens there. */
export const ListenAddressInUse = defineError<{ address: string }>(
  'CORBEL_LISTEN_ADDRESS_IN_USE',
  '{address} is in use. Stop the other process, or choose another port (0 for any free one).',
)

/** The system does not let this process listen there. */
export const ListenDenied = defineError<{ address: string }>(
  'CORBEL_LISTEN_DENIED',
  'This process may not listen on {address}. Ports below 1024 often need a privilege; choose a higher one.',
)

/** Another reason why listening failed. */
export const ListenFailed = defineError<{ address: string; reason: string }>(
  'CORBEL_LISTEN_FAILED',
  'Listening on {address} failed: {reason}.',
)

/**
 * Makes a server listen.
 *
 * @param server not listening yet
 * @param options where
 * @returns the addresses it is bound to
 * @throws {CorbelError} CORBEL_LISTEN_ADDRESS_IN_USE, CORBEL_LISTEN_DENIED, CORBEL_LISTEN_FAILED
 */
export function listen(server: Server, options: ListenOptions): Promise<readonly BoundAddress[]> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => {
      server.removeListener('listening', listening)
      reject(explain(cause, options))
    }
    const listening = (): void => {
      server.removeListener('error', failed)
      resolve(boundAddresses(server))
    }
    server.once('error', failed)
    server.once('listening', listening)
    const { path, port = 0, host, backlog } = options
    try {
      server.listen(path === undefined ? { port, host, backlog } : { path, backlog })
    } catch (cause) {
      server.removeListener('error', failed)
      failed(cause instanceof Error ? cause : new Error(String(cause)))
    }
  })
}

/**
 * Tells where a server listens.
 *
 * @param server any server
 * @returns nothing if it does not listen
 */
export function boundAddresses(server: Server): readonly BoundAddress[] {
  const address = server.address()
  if (address === null) return []
  if (typeof address === 'string') return [{ host: '', port: 0, path: address }]
  return [{ host: address.address, port: address.port, path: undefined }]
}

function explain(cause: NodeJS.ErrnoException, options: ListenOptions): Error {
  const address = options.path ?? `${options.host ?? '*'}:${options.port ?? 0}`
  if (cause.code === 'EADDRINUSE') return new ListenAddressInUse({ address }, { cause })
  if (cause.code === 'EACCES' || cause.code === 'EPERM') return new ListenDenied({ address }, { cause })
  return new ListenFailed({ address, reason: cause.message }, { cause })
}
