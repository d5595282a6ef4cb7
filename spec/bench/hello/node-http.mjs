import { createServer } from 'node:http'

const server = createServer((_, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"hello":"world"}')
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
