import { BOUNDARY, multipart } from '../../uploads/multipart.js'

/** A request in terms that every client has. */
export interface ApplicationRequest {
  readonly name: string
  readonly method?: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
  /** What has to come back. */
  readonly status: number
  /** Some of the fields; undefined: it must not be there. */
  readonly fields?: Readonly<Record<string, string | undefined>>
  /** latin1; undefined: it is the same everywhere, whatever it is. */
  readonly answer?: string
}

const JSON_TYPE = { 'content-type': 'application/json' }
const utf8 = (text: string) => Buffer.from(text).toString('latin1')

/** What is asked of the application over every protocol, and what it answers. */
export const requests: readonly ApplicationRequest[] = [
  {
    name: 'JSON',
    path: '/json',
    status: 200,
    answer: utf8('{"hello":"wörld","list":[1,2,3],"nothing":null}'),
  },
  { name: 'text', path: '/text', status: 200, answer: utf8('plain – text'), fields: { 'x-one': '1' } },
  {
    name: 'HEAD',
    method: 'HEAD',
    path: '/json',
    status: 200,
    answer: '',
    fields: { 'content-length': '48' },
  },
  {
    name: 'parameters',
    path: '/users/a%20b?page=2&tag=x&tag=y',
    status: 200,
    answer: '{"id":"a b","page":"2","tag":["x","y"]}',
  },
  {
    name: 'a valid body',
    method: 'POST',
    path: '/users',
    headers: JSON_TYPE,
    body: '{"email":"ada@example.com","name":"Ada","age":36}',
    status: 201,
    answer: '{"email":"ada@example.com","name":"Ada","age":36,"created":true}',
  },
  {
    name: 'an invalid body',
    method: 'POST',
    path: '/users',
    headers: JSON_TYPE,
    body: '{"email":1}',
    status: 400,
  },
  {
    name: 'a body that is no JSON',
    method: 'POST',
    path: '/users',
    headers: JSON_TYPE,
    body: '{"email',
    status: 400,
  },
  { name: 'no body', method: 'POST', path: '/users', headers: JSON_TYPE, body: '', status: 400 },
  {
    name: 'a large body',
    method: 'PUT',
    path: '/length',
    headers: JSON_TYPE,
    body: JSON.stringify({ text: `${'x'.repeat(90_000)}end` }),
    status: 200,
    answer: '{"length":90003,"end":"end"}',
  },
  {
    name: 'no content',
    method: 'DELETE',
    path: '/users/1',
    status: 204,
    answer: '',
    fields: { 'content-length': undefined },
  },
  { name: 'a stream of JSON', path: '/lines', status: 200, fields: { 'content-length': undefined } },
  {
    name: 'a file',
    path: '/file',
    status: 200,
    answer: Buffer.alloc(300_000, 'corbel ').toString('latin1'),
    fields: { 'content-type': 'text/plain' },
  },
  { name: 'events', path: '/ticks', status: 200, fields: { 'content-type': 'text/event-stream' } },
  { name: 'a redirect', path: '/old', status: 301, fields: { location: '/text' } },
  { name: 'cookies', path: '/cookies', status: 202, answer: '{"seen":true}' },
  {
    name: 'fields and cookies of the request',
    path: '/said?a=b',
    headers: { 'x-said': 'something; "quoted"', cookie: 'a=1; b=2' },
    status: 200,
    answer: '{"said":"something; \\"quoted\\"","cookie":"a=1; b=2","method":"GET","url":"/said?a=b"}',
  },
  { name: 'an error with a status', path: '/teapot', status: 418 },
  { name: 'an error nobody has foreseen', path: '/broken', status: 500 },
  { name: 'no such route', path: '/missing', status: 404 },
  { name: 'no such method', method: 'PATCH', path: '/json', status: 405 },
  { name: 'OPTIONS', method: 'OPTIONS', path: '/json', status: 204 },
  {
    name: 'an answer that the handler writes by itself',
    path: '/direct',
    status: 200,
    answer: 'part one, part two',
  },
  {
    name: 'an upload',
    method: 'POST',
    path: '/upload',
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: multipart([
      { name: 'title', value: 'sunrise' },
      {
        name: 'picture',
        value: Buffer.alloc(100_000, 7),
        filename: 'a.bin',
        type: 'application/octet-stream',
      },
    ]),
    status: 201,
    answer: '{"name":"a.bin","bytes":100000,"title":"sunrise"}',
  },
]
