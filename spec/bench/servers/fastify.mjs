// Fastify as its documentation has it: JSON Schema for validation and for writing the answers.
import Fastify from 'fastify'

const user = {
  type: 'object',
  required: ['email', 'name', 'age', 'newsletter', 'role'],
  additionalProperties: false,
  properties: {
    email: { type: 'string', format: 'email' },
    name: { type: 'string', minLength: 2, maxLength: 40 },
    age: { type: 'integer', minimum: 0, maximum: 150 },
    newsletter: { type: 'boolean' },
    role: { type: 'string', enum: ['admin', 'editor', 'reader'] },
  },
}
const object = (properties) => ({ type: 'object', properties })
const string = { type: 'string' }

const app = Fastify({ logger: false })

app.get('/json', { schema: { response: { 200: object({ hello: string }) } } }, async () => ({
  hello: 'world',
}))

app.get(
  '/users/:id',
  {
    schema: {
      params: object({ id: string }),
      querystring: object({ fields: string, page: { type: 'integer' } }),
      response: { 200: object({ id: string, page: { type: 'integer' }, fields: string }) },
    },
  },
  async ({ params, query }) => ({ id: params.id, page: query.page, fields: query.fields }),
)

app.post('/users', { schema: { body: user, response: { 201: user } } }, async (request, reply) => {
  reply.code(201)
  return request.body
})

await app.listen({ port: 0, host: '127.0.0.1' })
console.log(app.server.address().port)
