// @fastify/static as its documentation has it, with precompressed files.
import fastifyStatic from '@fastify/static'
import Fastify from 'fastify'

const root = process.argv[2]

const app = Fastify({ logger: false })
app.register(fastifyStatic, { root, preCompressed: true })
await app.listen({ port: 0, host: '127.0.0.1' })
console.log(app.server.address().port)
