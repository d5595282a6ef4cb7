import type { Rule } from '../rule.js'
import { connection } from './connection.js'
import { flowControl } from './flow-control.js'
import { framing } from './frames.js'
import { hpack } from './hpack.js'
import { messages } from './messages.js'
import { starting } from './starting.js'
import { streams } from './streams.js'

/** All rules about what a peer may send, by what they are about. */
export const http2Rules: Readonly<Record<string, readonly Rule[]>> = {
  'the beginning and the end of a connection': starting,
  frames: framing,
  streams,
  'frames of the connection': connection,
  'flow control': flowControl,
  'field compression': hpack,
  messages,
}
