// The ceiling: answers every blank line with the same bytes and understands nothing.
import { createServer } from 'node:net'

const answer = (status, body) =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n${body}`
const ok = Buffer.from(answer('200 OK', '{"hello":"world"}'))
const created = Buffer.from(answer('201 Created', '{"hello":"world"}'))
const POST = 'P'.charCodeAt(0)

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    let requests = 0
    for (let at = chunk.indexOf('\r\n\r\n'); at >= 0; at = chunk.indexOf('\r\n\r\n', at + 4)) requests += 1
    const one = chunk[0] === POST ? created : ok
    if (requests === 1) socket.write(one)
    else if (requests > 1) socket.write(Buffer.concat(Array(requests).fill(one)))
  })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
