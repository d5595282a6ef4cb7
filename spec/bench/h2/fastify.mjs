import Fastify from 'fastify'
import { download, DOWNLOAD, tls } from './parts.mjs'

const app = Fastify({ logger: false, http2: true, ...(tls && { https: tls }) })

const hello = { type: 'object', properties: { hello: { type: 'string' } } }
app.get('/json', { schema: { response: { 200: hello } } }, async () => ({ hello: 'world' }))
app.get('/download', (request, reply) => {
  reply.header('content-type', 'application/octet-stream').header('content-length', DOWNLOAD).send(download())
})

await app.listen({ port: 0, host: '127.0.0.1' })
console.log(app.server.address().port)
