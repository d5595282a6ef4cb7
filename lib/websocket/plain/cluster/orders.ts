import type { Order } from '../broadcast.js'
import { PreparedBroadcast } from '../prepared-broadcast.js'
import type { Audience } from '../rooms.js'
import { Kind, type Reader, type Writer } from './wire.js'

const IS_TEXT = 1
const IS_EVENT = 2

/** The kind of record of each order. */
export const KIND_OF_ORDER = {
  send: Kind.Send,
  join: Kind.Join,
  leave: Kind.Leave,
  disconnect: Kind.Disconnect,
} as const

/** Writes which server and whom something is about. */
export function writeAudience(writer: Writer, server: string, { rooms, except }: Audience): void {
  writer.text(server).texts(rooms).texts(except)
}

/** Reads whom something is about, behind the name of the server. */
export function readAudience(record: Reader): Audience {
  return { rooms: record.texts(), except: record.texts() }
}

/** Writes what an order says beyond its kind and its audience. */
export function writeOrder(writer: Writer, order: Order): void {
  if (order.kind === 'send') {
    const { content, isEvent } = order.message
    const isText = typeof content === 'string'
    writer.u8((isText ? IS_TEXT : 0) | (isEvent ? IS_EVENT : 0))
    writer.raw(content, isText ? Buffer.byteLength(content) : content.length)
  } else if (order.kind !== 'disconnect') writer.texts(order.rooms)
}

/** Reads an order, behind its audience; undefined for a kind that is none. */
export function readOrder(kind: number, record: Reader): Order | undefined {
  switch (kind) {
    case Kind.Send: {
      const flags = record.u8()
      // the frame is as it was encoded there: nothing of it is parsed
      const content = (flags & IS_TEXT) === 0 ? record.rest() : record.restText()
      const isEvent = (flags & IS_EVENT) !== 0 && typeof content === 'string'
      return { kind: 'send', message: new PreparedBroadcast(content, isEvent) }
    }
    case Kind.Join:
      return { kind: 'join', rooms: record.texts() }
    case Kind.Leave:
      return { kind: 'leave', rooms: record.texts() }
    case Kind.Disconnect:
      return { kind: 'disconnect' }
    default:
      return undefined
  }
}
