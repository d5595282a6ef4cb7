import type { MessageContent } from '../../server/index.js'
import type { WebSocketAdapter } from '../adapter.js'
import type { RawSocket } from './raw-socket.js'

/** What handlers send by, whose clients know nothing of events: the close code tells them of errors. */
export const RAW_ADAPTER: WebSocketAdapter = {
  name: 'raw',
  start: nothing,
  listen: nothing,
  upgrade: () => false,
  emit: nothing,
  send: (client, value) => void (client as RawSocket).send(value as MessageContent),
  stop: () => Promise.resolve(),
}

function nothing(): void {
  // there is nothing to be done
}
