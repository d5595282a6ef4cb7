// socket.io on node:http: everybody is in one room, and whoever says `shout` has everybody told.
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const server = createServer()
const io = new Server(server, { transports: ['websocket'], pingInterval: 600_000, serveClient: false })
io.on('connection', (socket) => {
  void socket.join('everybody')
  socket.on('shout', (news) => io.to('everybody').emit('news', news))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
