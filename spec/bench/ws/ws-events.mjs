// What a gateway does, written by hand on `ws`: JSON with an event, an answer by id.
import { createServer } from 'node:http'
import { WebSocketServer } from 'ws'

const server = createServer()
const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', (socket) => {
  socket.on('error', () => undefined)
  socket.on('message', (text) => {
    const { event, data, id } = JSON.parse(text.toString())
    if (event === 'echo') socket.send(JSON.stringify({ id, data }))
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
