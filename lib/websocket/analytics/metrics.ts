import type { Metric, MetricSample } from './exposition.js'
import { LATENCY_BOUNDS } from './histogram.js'
import type { EventSnapshot, PlaceSnapshot, SentEventSnapshot, WebSocketSnapshot } from './snapshot.js'

const PREFIX = 'corbel_websocket_'
const SECOND = 1000

/**
 * Says a snapshot as metrics: places by `adapter`, `path` (and `port`, where it is not the application's), methods by `gateway`
 * and `event`.
 *
 * @param snapshot of a process
 */
export function metricsOf({ places, gateways }: WebSocketSnapshot): readonly Metric[] {
  const events = gateways.flatMap(({ name, events: own }) =>
    own.map((event) => ({
      ...event,
      labels: { gateway: name, event: event.event, method: event.method },
    })),
  )
  const ofPlaces = (
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    read: (place: PlaceSnapshot) => number,
  ): Metric => {
    const samples = places.map((place) => ({ labels: labelsOf(place), value: read(place) }))
    return { type, name: PREFIX + name, help, samples }
  }
  const byName = (
    name: string,
    help: string,
    label: string,
    read: (place: PlaceSnapshot) => Readonly<Record<string, number>>,
  ): Metric => {
    const samples = places.flatMap((place): MetricSample[] =>
      Object.entries(read(place)).map(([key, value]) => ({
        labels: { ...labelsOf(place), [label]: key },
        value,
      })),
    )
    return { type: 'counter', name: PREFIX + name, help, samples }
  }
  const ofSent = (name: string, help: string, read: (sent: SentEventSnapshot) => number): Metric => {
    const samples = places.flatMap((place) =>
      place.sent.map((one) => ({ labels: { ...labelsOf(place), event: one.event }, value: read(one) })),
    )
    return { type: 'counter', name: PREFIX + name, help, samples }
  }
  const ofEvents = (
    type: 'counter' | 'gauge',
    name: string,
    help: string,
    read: (event: EventSnapshot) => number,
  ): Metric => {
    const samples = events.map((event) => ({ labels: event.labels, value: read(event) }))
    return { type, name: PREFIX + name, help, samples }
  }
  return [
    ofPlaces('gauge', 'connections', 'Clients that are connected.', ({ connections }) => connections.now),
    ofPlaces(
      'counter',
      'connections_opened_total',
      'Clients that have connected.',
      ({ connections }) => connections.opened,
    ),
    byName(
      'connections_refused_total',
      'Clients that were not let in, by reason.',
      'reason',
      ({ connections }) => connections.refused,
    ),
    byName(
      'connections_closed_total',
      'Clients that have gone, by close code.',
      'code',
      ({ connections }) => connections.closed,
    ),
    byName(
      'connections_dropped_total',
      'Clients that the server has cut off, by reason.',
      'reason',
      ({ connections }) => connections.dropped,
    ),
    ofPlaces('gauge', 'rooms', 'Rooms with somebody in them.', ({ rooms }) => rooms.count),
    ofPlaces('gauge', 'room_memberships', 'Members of all rooms together.', ({ rooms }) => rooms.memberships),
    ofPlaces('counter', 'messages_received_total', 'Messages of clients.', ({ messages }) => messages.in),
    ofPlaces('counter', 'messages_sent_total', 'Messages to clients.', ({ messages }) => messages.out),
    ofPlaces(
      'counter',
      'received_bytes_total',
      'Bytes of the messages of clients, before compression.',
      ({ bytes }) => bytes.in,
    ),
    ofPlaces(
      'counter',
      'sent_bytes_total',
      'Bytes of the messages to clients, before compression.',
      ({ bytes }) => bytes.out,
    ),
    ofPlaces(
      'counter',
      'messages_malformed_total',
      'Messages that could not be read.',
      ({ messages }) => messages.malformed,
    ),
    ofPlaces(
      'counter',
      'messages_unknown_total',
      'Messages with events that no gateway answers.',
      ({ messages }) => messages.unknown,
    ),
    ofPlaces(
      'counter',
      'throttled_total',
      'How often a client was read no more for a while, with too many messages in work.',
      ({ messages }) => messages.throttled,
    ),
    ofSent('sent_events_total', 'Events to clients, by name.', ({ messages }) => messages),
    ofSent('sent_event_bytes_total', 'Bytes of events to clients, by name.', ({ bytes }) => bytes),
    ofEvents('counter', 'events_total', 'Messages by method of a gateway.', ({ messages }) => messages),
    ofEvents(
      'counter',
      'event_bytes_total',
      'Bytes of messages by method of a gateway.',
      ({ bytes }) => bytes,
    ),
    ofEvents('gauge', 'events_active', 'Messages that are not answered yet.', ({ active }) => active),
    {
      type: 'counter',
      name: `${PREFIX}event_errors_total`,
      help: 'What methods have thrown: told to clients (client), or logged (server).',
      samples: events.flatMap(({ labels, errors: { client, server } }) => [
        { labels: { ...labels, kind: 'client' }, value: client },
        { labels: { ...labels, kind: 'server' }, value: server },
      ]),
    },
    {
      type: 'histogram',
      name: `${PREFIX}event_duration_seconds`,
      help: 'How long methods take, with guards, pipes and interceptors.',
      bounds: LATENCY_BOUNDS.map((bound) => bound / SECOND),
      samples: events.map(({ labels, latency: { buckets, count, sum } }) => ({
        labels,
        buckets,
        count,
        sum: sum / SECOND,
      })),
    },
  ]
}

function labelsOf({ adapter, path, port }: PlaceSnapshot): Record<string, string> {
  return { adapter, path, ...(port > 0 && { port: String(port) }) }
}
