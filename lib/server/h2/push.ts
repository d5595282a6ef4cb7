import { HeaderList, type PushFeature, type PushOptions } from '../../http/index.js'
import { PushInvalid } from './errors.js'
import type { H2Exchange } from './exchange.js'
import { uint32 } from './frame-writer.js'
import type { H2Settings } from './limits.js'
import type { Receiver } from './receiver.js'
import type { RequestHead } from './request-head.js'
import { H2Stream, type StreamOwner } from './stream.js'
import type { StreamTable } from './stream-table.js'
import type { Sender } from './sender.js'
import { MAX_STREAM_ID } from './wire-format.js'

/** What pushing needs of a connection. */
export interface Pusher extends StreamOwner {
  readonly streams: StreamTable
  readonly sender: Sender
  readonly receiver: Receiver
  readonly config: { readonly settings: H2Settings }
  start(stream: H2Stream, head: RequestHead): void
  written(): void
}

/** By which the promised request would be malformed, or not without content (RFC 9113 §8.2.2, §8.4). */
const REFUSED = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
])

const TARGET = /^\/[\x21\x22\x24-\x7e]*$/

/**
 * What an exchange can push.
 *
 * @param pusher its connection
 * @param exchange of a request that the client has made
 * @returns undefined where the client takes no pushed answers
 */
export function pushFeature(pusher: Pusher, exchange: H2Exchange): PushFeature | undefined {
  const isPushed = (exchange.stream.id & 1) === 0
  if (!pusher.receiver.peer.enablePush || isPushed) return undefined
  return { push: (target, options = {}) => push(pusher, exchange, target, options) }
}

function push(pusher: Pusher, exchange: H2Exchange, target: string, options: PushOptions): boolean {
  const { method = 'GET', headers = {} } = options
  if (!TARGET.test(target)) throw new PushInvalid({ reason: `${JSON.stringify(target)} is no path` })
  if (method !== 'GET' && method !== 'HEAD')
    throw new PushInvalid({
      reason: `${String(method)} has to be asked for, only GET and HEAD can be promised`,
    })
  // what could not be sent is told to the one who asked
  const fields = [...HeaderList.from(headers)].filter(([name]) => name !== 'host')
  for (const [name] of fields) {
    if (REFUSED.has(name))
      throw new PushInvalid({ reason: `a promised request cannot have the field ${name}` })
  }
  const { stream, authority, scheme } = exchange
  const { streams, sender, receiver } = pusher
  const { peer } = receiver
  const pushed = streams.size - streams.active
  const most = Math.min(peer.maxConcurrentStreams, pusher.config.settings.maxConcurrentStreams)
  const id = receiver.lastPushed + 2
  if (stream.closed || stream.localEnded || !peer.enablePush || pushed >= most || id > MAX_STREAM_ID)
    return false
  receiver.lastPushed = id
  sender.promise(stream.outgoing, uint32(id), [
    [':method', method],
    [':scheme', scheme],
    [':authority', authority],
    [':path', target],
    ...fields,
  ])
  const answer = new H2Stream(id, pusher, sender.initialWindow, 0)
  answer.remoteEnded = true
  pusher.start(answer, {
    method,
    path: target,
    authority,
    protocol: undefined,
    names: ['host', ...fields.map(([name]) => name)],
    values: [authority, ...fields.map(([, value]) => value)],
    contentLength: -1,
    expects: undefined,
    priority: undefined,
  })
  pusher.written()
  return true
}
