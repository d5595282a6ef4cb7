import type { WebSocketOptions } from '../../../lib/server/index.js'
import { startEcho, type Echo } from './echo.js'
import { frame, OP } from './frames.js'
import { Peer } from './peer.js'
import { KEY, overHttp1, overHttp2, type Answer, type Fields } from './wires.js'

let echo: Echo | undefined
const start = async (options: WebSocketOptions = {}): Promise<number> =>
  (echo = await startEcho(false, options)).port
const http1 = overHttp1(false)
const http2 = overHttp2(false)
afterEach(async () => {
  http2.close()
  await echo?.close()
  echo = undefined
})

async function shake(fields: Fields = {}, options: WebSocketOptions = {}, path = '/'): Promise<Answer> {
  const answer = await http1.shake(await start(options), fields, path)
  answer.wire.destroy()
  return answer
}

describe('a handshake over HTTP/1.1', () => {
  it('is answered with 101, Upgrade, Connection and the proof (RFC 6455 §1.3, §4.2.2)', async () => {
    const { status, headers } = await shake()
    expect(status).toBe(101)
    expect(headers.get('upgrade')?.toLowerCase()).toBe('websocket')
    expect(headers.get('connection')?.toLowerCase()).toBe('upgrade')
    expect(headers.get('sec-websocket-accept')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    expect(headers.has('sec-websocket-protocol') || headers.has('sec-websocket-extensions')).toBe(false)
    expect(headers.has('content-length') || headers.has('transfer-encoding')).toBe(false)
  })

  it.each<[string, Fields]>([
    ['Upgrade in another case (§4.2.1)', { upgrade: 'WebSocket' }],
    ['Upgrade with others', { upgrade: 'h2c, websocket' }],
    ['Connection in another case', { connection: 'upgrade' }],
    ['Connection with others', { connection: 'keep-alive, Upgrade' }],
    ['a key with its own bytes', { 'sec-websocket-key': 'AQIDBAUGBwgJCgsMDQ4PEA==' }],
    ['fields that mean nothing', { 'x-anything': 'else', 'sec-websocket-anything': 'else' }],
    ['an extension that nobody knows (§9.1)', { 'sec-websocket-extensions': 'x-unknown; a=1; b="c"' }],
    ['a subprotocol that nobody speaks (§4.2.2)', { 'sec-websocket-protocol': 'unknown' }],
    ['a query', {}],
  ])('takes %s', async (_, fields) => {
    expect((await shake(fields, {}, '/chat?room=1')).status).toBe(101)
  })

  it.each<[string, Fields, number, string?]>([
    ['POST (§4.1)', {}, 400, 'POST / HTTP/1.1'],
    ['HTTP/1.0 (§4.1)', {}, 426, 'GET / HTTP/1.0'],
    ['no Upgrade (§4.2.1)', { upgrade: undefined }, 426],
    ['another Upgrade', { upgrade: 'websockets' }, 426],
    ['no Connection', { connection: undefined }, 426],
    ['Connection: keep-alive', { connection: 'keep-alive' }, 426],
    ['no key', { 'sec-websocket-key': undefined }, 400],
    ['a key of 15 bytes', { 'sec-websocket-key': Buffer.alloc(15).toString('base64') }, 400],
    ['a key of 17 bytes', { 'sec-websocket-key': Buffer.alloc(17).toString('base64') }, 400],
    ['a key that is not base64', { 'sec-websocket-key': '!!!!!!!!!!!!!!!!!!!!!!==' }, 400],
    ['two keys', { 'sec-websocket-key': `${KEY}\r\nsec-websocket-key: ${KEY}` }, 400],
    ['no version (§4.4)', { 'sec-websocket-version': undefined }, 426],
    ['version 8', { 'sec-websocket-version': '8' }, 426],
    ['version 14', { 'sec-websocket-version': '14' }, 426],
    ['two versions', { 'sec-websocket-version': '13, 8' }, 426],
    ['subprotocols that are no tokens (§4.1)', { 'sec-websocket-protocol': 'a/b' }, 400],
    ['a subprotocol twice (§4.1)', { 'sec-websocket-protocol': 'a, b, a' }, 400],
    ['extensions without a name (§9.1)', { 'sec-websocket-extensions': '; a=1' }, 400],
    ['an extension whose value is no token (§9.1)', { 'sec-websocket-extensions': 'a; b="c d"' }, 400],
  ])('refuses %s', async (_, fields, status, line) => {
    const { status: found, headers } = await shake(fields, {}, line)
    expect(found).toBe(status)
    // §4.4: the versions that are spoken
    if (status === 426) expect(headers.get('sec-websocket-version')).toBe('13')
    expect(headers.has('sec-websocket-accept')).toBe(false)
  })

  it.each<[string, string, WebSocketOptions, number]>([
    ['the page of its own host', 'http://localhost', {}, 101],
    ['the same over TLS in front of it', 'https://localhost', {}, 101],
    ['another page (§10.2)', 'https://evil.example', {}, 403],
    ['a page whose host begins alike', 'https://localhost.evil.example', {}, 403],
    ['no page at all', 'null', {}, 403],
    ['a page that is named', 'https://a.example', { origins: ['https://a.example'] }, 101],
    ['any page, if so said', 'https://a.example', { origins: '*' }, 101],
  ])('by %s is answered %j %j %i', async (_, origin, options, status) => {
    expect((await shake({ origin }, options)).status).toBe(status)
  })

  it('chooses among subprotocols in the order of the client (§4.2.2)', async () => {
    const { headers } = await shake({ 'sec-websocket-protocol': 'a, c, b' }, { protocols: ['b', 'c'] })
    expect(headers.get('sec-websocket-protocol')).toBe('c')
  })

  it('takes fields in several lines as one (§9.1, §11.3.4)', async () => {
    const { status, headers } = await shake(
      {
        'sec-websocket-extensions': 'x-unknown\r\nsec-websocket-extensions: permessage-deflate',
        'sec-websocket-protocol': 'a\r\nsec-websocket-protocol: b',
      },
      { protocols: ['b'] },
    )
    expect(status).toBe(101)
    expect(headers.get('sec-websocket-extensions')).toMatch(/^permessage-deflate/)
    expect(headers.get('sec-websocket-protocol')).toBe('b')
  })

  it('may be followed by frames in the same packet, and they are read', async () => {
    const answer = await http1.shake(await start(), {
      'x-last': `1\r\n\r\n${frame(OP.PING, 'early').toString('latin1')}`,
    })
    // the line end behind the head belongs to no frame: what was sent is a frame, and two bytes of another
    const peer = new Peer(answer.wire, answer.headers, answer.head)
    await peer.heard(1)
    expect(peer.frames[0]!.payload.toString()).toBe('early')
    peer.wire.destroy()
  })
})

const DEFLATE = 'permessage-deflate'
const BOTH = '; server_no_context_takeover; client_no_context_takeover'

describe('an offer of permessage-deflate', () => {
  it.each<[string, string | undefined]>([
    [DEFLATE, DEFLATE + BOTH],
    [`${DEFLATE}; client_max_window_bits`, DEFLATE + BOTH],
    [`${DEFLATE}; client_max_window_bits=10`, DEFLATE + BOTH],
    [`${DEFLATE}; server_no_context_takeover; client_no_context_takeover`, DEFLATE + BOTH],
    ...[8, 9, 10, 11, 12, 13, 14, 15].map((bits): [string, string] => [
      `${DEFLATE}; server_max_window_bits=${bits}`,
      `${DEFLATE}${BOTH}; server_max_window_bits=${bits}`,
    ]),
    [`${DEFLATE}; server_max_window_bits="12"`, `${DEFLATE}${BOTH}; server_max_window_bits=12`],
    [`PerMessage-Deflate; Server_Max_Window_Bits=12`, `${DEFLATE}${BOTH}; server_max_window_bits=12`],
    [`${DEFLATE}; unknown, ${DEFLATE}`, DEFLATE + BOTH],
    [`x-other, ${DEFLATE}`, DEFLATE + BOTH],
    [
      `${DEFLATE}; server_max_window_bits=16, ${DEFLATE}; server_max_window_bits=9`,
      `${DEFLATE}${BOTH}; server_max_window_bits=9`,
    ],
    [`${DEFLATE}; unknown`, undefined],
    [`${DEFLATE}; server_max_window_bits`, undefined],
    [`${DEFLATE}; server_max_window_bits=7`, undefined],
    [`${DEFLATE}; server_max_window_bits=16`, undefined],
    [`${DEFLATE}; server_max_window_bits=09`, undefined],
    [`${DEFLATE}; server_max_window_bits=+9`, undefined],
    [`${DEFLATE}; client_max_window_bits=7`, undefined],
    [`${DEFLATE}; client_max_window_bits=16`, undefined],
    [`${DEFLATE}; client_no_context_takeover=1`, undefined],
    [`${DEFLATE}; server_no_context_takeover=true`, undefined],
  ])('%s is answered (RFC 7692 §7.1)', async (offer, expected) => {
    const { status, headers } = await shake({ 'sec-websocket-extensions': offer })
    expect(status).toBe(101)
    expect(headers.get('sec-websocket-extensions')).toBe(expected)
  })

  it('with a parameter twice is malformed', async () => {
    const offer = `${DEFLATE}; client_max_window_bits; client_max_window_bits=9`
    expect((await shake({ 'sec-websocket-extensions': offer })).status).toBe(400)
  })

  it('is declined where compression is off', async () => {
    expect(
      (await shake({ 'sec-websocket-extensions': DEFLATE }, { deflate: false })).headers.has(
        'sec-websocket-extensions',
      ),
    ).toBe(false)
  })
})

describe('a handshake over HTTP/2 (RFC 8441)', () => {
  it('is answered with 200, and neither Upgrade, Connection nor a proof (§5)', async () => {
    const { status, headers, wire } = await http2.shake(await start())
    expect(status).toBe(200)
    for (const name of ['upgrade', 'connection', 'sec-websocket-accept'])
      expect(headers.has(name)).toBe(false)
    wire.end()
  })

  it('agrees on subprotocols and extensions as over HTTP/1.1 (§5)', async () => {
    const fields = { 'sec-websocket-protocol': 'a, b', 'sec-websocket-extensions': DEFLATE }
    const { headers, wire } = await http2.shake(await start({ protocols: ['b'] }), fields)
    expect(headers.get('sec-websocket-protocol')).toBe('b')
    expect(headers.get('sec-websocket-extensions')).toBe(DEFLATE + BOTH)
    wire.end()
  })

  it.each<[string, Fields, number]>([
    ['without a version (§5)', { 'sec-websocket-version': undefined }, 426],
    ['of another version', { 'sec-websocket-version': '12' }, 426],
    ['of another protocol (§4)', { ':protocol': 'connect-udp' }, 426],
    ['by another page', { origin: 'https://evil.example' }, 403],
    ['with a subprotocol twice', { 'sec-websocket-protocol': 'a, a' }, 400],
  ])('%s is refused', async (_, fields, status) => {
    const answer = await http2.shake(await start(), fields)
    expect(answer.status).toBe(status)
    answer.wire.end()
  })

  it('carries several WebSockets on one connection, each with an end of its own (§5)', async () => {
    const port = await start()
    const open = async (): Promise<Peer> => {
      const { wire, headers, head } = await http2.shake(port)
      return new Peer(wire, headers, head)
    }
    const peers = [await open(), await open(), await open()]
    for (const [at, peer] of peers.entries()) peer.write(frame(OP.TEXT, `message ${at}`))
    for (const peer of peers) await peer.heard(1)
    expect(peers.map(({ frames }) => frames[0]!.payload.toString())).toEqual([
      'message 0',
      'message 1',
      'message 2',
    ])
    // a frame that breaks the protocol ends its stream alone
    peers[0]!.write(frame(3))
    await peers[0]!.end()
    peers[1]!.write(frame(OP.PING, 'still here'))
    await peers[1]!.heard(2)
    for (const peer of peers) peer.leave()
  })
})
