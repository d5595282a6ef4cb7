// The same routes without classes, injection or schemas.
import Fastify from 'fastify'
import { measure } from './generate.mjs'

const count = Number(process.argv[2])

await measure(count, async () => {
  const app = Fastify({ logger: false })
  for (let index = 0; index < count; index += 1) {
    const service = { find: (id) => ({ id, index }) }
    const base = `/resource${index}`
    const handler = async (request) => service.find(request.params.id)
    for (const [method, path] of [
      ['GET', ''],
      ['POST', ''],
      ['GET', '/:id'],
      ['PUT', '/:id'],
      ['DELETE', '/:id'],
      ['GET', '/:id/items'],
      ['POST', '/:id/items'],
      ['GET', '/:id/items/:item'],
      ['DELETE', '/:id/items/:item'],
      ['GET', '/search/recent'],
    ]) {
      app.route({ method, url: base + path, handler })
    }
  }
  await app.ready()
  return {
    close: () => app.close(),
    listen: async () => {
      await app.listen({ port: 0, host: '127.0.0.1' })
      return app.server.address().port
    },
  }
})
