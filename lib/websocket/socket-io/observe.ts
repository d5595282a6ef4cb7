import type { Namespace, Server, Socket } from 'socket.io'
import type { AdapterHost, Gateway } from '../adapter.js'
import type { PlaceObserver } from '../observer.js'

/** What an observer is told of where a namespace is. */
export interface NamespacePlace {
  readonly port: number
  readonly io: Server
  readonly node: { readonly path: string }
}

/**
 * Has a namespace observed, as far as socket.io tells: its own server knows nothing of the size of messages.
 *
 * @param host has the observer
 * @param adapter its name
 * @param place the server of the namespace
 * @param namespace that gateways are in
 * @param gateways that are in it
 * @returns undefined where nobody wants to know
 */
export function observeNamespace(
  { observer }: AdapterHost,
  adapter: string,
  { port, io, node }: NamespacePlace,
  namespace: Namespace,
  gateways: readonly Gateway[],
): PlaceObserver | undefined {
  const path = `${node.path.slice(0, -1)}${namespace.name === '/' ? '' : `#${namespace.name}`}`
  const names = gateways.map(({ name }) => name)
  // everybody is in a room of his own, which says nothing
  const isRoom = (name: string): boolean => !namespace.sockets.has(name)
  const place = observer?.place({
    adapter,
    path,
    port,
    gateways: names,
    rooms: () => [...namespace.adapter.rooms].filter(([name]) => isRoom(name)),
    room: (name) => socketsOf(namespace, name),
  })
  if (place !== undefined && namespace.name === '/')
    io.engine.on('connection_error', ({ code }: { readonly code?: unknown }) =>
      place.refused(`engine-${String(code)}`),
    )
  return place
}

/**
 * Has a client observed.
 *
 * @param place where it has connected
 * @param socket of the client
 * @param gateways that answer its events
 */
export function observeSocket(
  place: PlaceObserver | undefined,
  socket: Socket,
  gateways: readonly Gateway[],
): void {
  const client = place?.opened(socket)
  if (client === undefined) return
  socket.onAny((event: string) => {
    client.received('')
    if (!gateways.some(({ events }) => events.has(event))) client.unknown()
  })
  socket.onAnyOutgoing((event: string) => {
    client.sent('')
    client.emitted(event, '')
  })
  socket.on('disconnect', (reason) => client.closed(reason, reason === 'ping timeout' ? 'silent' : undefined))
}

/** Those of this process; with an adapter of several, its rooms are no others. */
function socketsOf({ adapter, sockets }: Namespace, room: string): ReadonlySet<Socket> | undefined {
  const ids = adapter.rooms.get(room)
  return ids && new Set([...ids].map((id) => sockets.get(id)).filter((one) => one !== undefined))
}
