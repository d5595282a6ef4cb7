// What a careful person writes by hand on node:http.
import { createServer } from 'node:http'

const ROLES = ['admin', 'editor', 'reader']

const server = createServer((request, response) => {
  const { method, url } = request
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  if (method === 'GET' && path === '/json') return send(response, 200, { hello: 'world' })
  if (method === 'GET' && path.startsWith('/users/')) {
    const query = new URLSearchParams(end < 0 ? '' : url.slice(end))
    const id = decodeURIComponent(path.slice('/users/'.length))
    return send(response, 200, { id, page: Number(query.get('page')), fields: query.get('fields') })
  }
  if (method === 'POST' && path === '/users') return create(request, response)
  return send(response, 404, { message: 'Not Found' })
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))

function create(request, response) {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    let user
    try {
      user = JSON.parse(Buffer.concat(chunks).toString())
    } catch {
      return send(response, 400, { message: 'Bad Request' })
    }
    const { email, name, age, newsletter, role } = user
    const valid =
      typeof email === 'string' &&
      /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email) &&
      typeof name === 'string' &&
      name.length >= 2 &&
      name.length <= 40 &&
      Number.isInteger(age) &&
      age >= 0 &&
      age <= 150 &&
      typeof newsletter === 'boolean' &&
      ROLES.includes(role)
    return valid
      ? send(response, 201, { email, name, age, newsletter, role })
      : send(response, 400, { message: 'Bad Request' })
  })
}

function send(response, status, value) {
  const body = JSON.stringify(value)
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  })
  response.end(body)
}
