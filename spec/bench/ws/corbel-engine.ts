/// <reference types="node" />
// Corbel's WebSocket engine without anything above it. Arguments: echo | silent; deflate for permessage-deflate.
import { createHttpServer, WebSocketEngine } from 'corbel/server'

const [role = 'echo', extension] = process.argv.slice(2)
const engine = new WebSocketEngine({ deflate: extension === 'deflate' })
const server = createHttpServer({})
const listener = {
  onMessage: (socket: { send(content: string | Uint8Array): boolean }, content: string | Uint8Array) => {
    if (role === 'echo') socket.send(content)
  },
  onClose: () => undefined,
  onError: (_: unknown, error: unknown) => console.error(error),
}
server.handle((exchange) => void engine.accept(exchange, listener))
const [address] = await server.listen({ host: '127.0.0.1' })
console.log(address!.port)
