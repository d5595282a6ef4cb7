// The stream API of node:http2, which spares the objects of its compatibility API.
import { createSecureServer, createServer } from 'node:http2'
import { download, DOWNLOAD, tls } from './parts.mjs'

const server = tls === undefined ? createServer() : createSecureServer(tls)
server.on('stream', (stream, headers) => {
  stream.on('error', () => {})
  const path = headers[':path']
  if (path === '/json') {
    const body = JSON.stringify({ hello: 'world' })
    stream.respond({
      ':status': 200,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    })
    stream.end(body)
    return
  }
  if (path === '/download') {
    stream.respond({ ':status': 200, 'content-type': 'application/octet-stream', 'content-length': DOWNLOAD })
    download().pipe(stream)
    return
  }
  stream.respond({ ':status': 404 }, { endStream: true })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
