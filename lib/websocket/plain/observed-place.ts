import type { ObservedPlace } from '../observer.js'
import type { Place } from './place-listener.js'

/**
 * What an observer is told of a path.
 *
 * @param adapter its name
 * @param place the gateways of the path
 */
export function observedPlace(adapter: string, { server, gateways }: Place): ObservedPlace {
  const names = gateways.map(({ name }) => name)
  return {
    adapter,
    path: server.path,
    port: gateways[0]!.port,
    gateways: names,
    rooms: () => server.rooms,
    room: (name) => server.rooms.get(name),
  }
}
