const CRLF = '\r\n'

/** What a current browser sends with a request for JSON. */
const BROWSER_HEADERS = [
  'Connection: keep-alive',
  'Cache-Control: max-age=0',
  'sec-ch-ua: "Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140"',
  'sec-ch-ua-mobile: ?0',
  'sec-ch-ua-platform: "Linux"',
  'Accept: application/json, text/plain, */*',
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  'Sec-Fetch-Site: same-origin',
  'Sec-Fetch-Mode: cors',
  'Referer: http://localhost/dashboard/overview',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.8',
  'Cookie: session=4f1c2b9d8e7a6f5b4c3d2e1f0a9b8c7d; theme=dark; consent=1',
]

const user = { email: 'ada@example.com', name: 'Ada Lovelace', age: 36, newsletter: true, role: 'editor' }

/**
 * The requests, the same for every server.
 *
 * @type {Record<string, { title: string, method: string, path: string, headers?: string[], body?: object, status: number, answer: object, depth?: number }>}
 */
export const scenarios = {
  json: { title: 'GET JSON', method: 'GET', path: '/json', status: 200, answer: { hello: 'world' } },
  headers: {
    title: 'GET + 12 browser headers',
    method: 'GET',
    path: '/json',
    headers: BROWSER_HEADERS,
    status: 200,
    answer: { hello: 'world' },
  },
  params: {
    title: 'path parameter + query',
    method: 'GET',
    path: '/users/42?fields=a&page=2',
    status: 200,
    answer: { id: '42', page: 2, fields: 'a' },
  },
  post: { title: 'POST validated', method: 'POST', path: '/users', body: user, status: 201, answer: user },
  pipelined: {
    title: 'GET JSON, pipelined ×16',
    method: 'GET',
    path: '/json',
    status: 200,
    answer: { hello: 'world' },
    depth: 16,
  },
}

/** A request of every kind that a server must refuse, so that none is fast by leaving validation out. */
export const invalidUsers = [
  { ...user, email: 'ada' },
  { ...user, name: 'A' },
  { ...user, age: 151 },
  { ...user, newsletter: 'maybe' },
  { ...user, role: 'owner' },
]

/**
 * Writes the bytes of a scenario's request.
 *
 * @param {(typeof scenarios)[string]} scenario
 * @returns {Buffer}
 */
export function requestBytes(scenario) {
  const body = scenario.body === undefined ? '' : JSON.stringify(scenario.body)
  const head = [
    `${scenario.method} ${scenario.path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(scenario.headers ?? []),
  ]
  if (body !== '') head.push('Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`)
  return Buffer.from(head.join(CRLF) + CRLF + CRLF + body)
}
