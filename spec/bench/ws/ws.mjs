// The package `ws` on node:http. Arguments: echo | silent; deflate for permessage-deflate.
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const [role = 'echo', extension] = process.argv.slice(2)
const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: extension === 'deflate' })
sockets.on('connection', (socket) => {
  socket.on('error', () => undefined)
  if (role === 'echo') socket.on('message', (data, binary) => socket.send(data, { binary }))
  else socket.on('message', () => undefined)
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
