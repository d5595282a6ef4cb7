import { WebSocket } from 'ws'
import { connect } from 'node:http2'
import { once } from 'node:events'
import type { WebSocketOptions } from '../../../lib/server/ws/index.js'
import { echoServer, frame, KEY, RawClient, type EchoServer } from './echo-server.js'

const servers: EchoServer[] = []
async function start(options: WebSocketOptions = {}): Promise<EchoServer> {
  const server = await echoServer(options)
  servers.push(server)
  return server
}
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function shake(
  fields: Readonly<Record<string, string | undefined>>,
  options: WebSocketOptions = {},
): Promise<string> {
  const { port } = await start(options)
  const client = await RawClient.open(port)
  const head = await client.handshake(fields)
  client.socket.destroy()
  return head.toLowerCase()
}

describe('a handshake over HTTP/1.1', () => {
  it('is answered as in the example of RFC 6455 §1.3', async () => {
    const head = await shake({ 'sec-websocket-key': KEY })
    expect(head).toMatch(/^http\/1\.1 101 /)
    expect(head).toContain('\r\nupgrade: websocket\r\n')
    expect(head).toContain('\r\nconnection: upgrade\r\n')
    expect(head).toContain('\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n')
    expect(head).not.toContain('sec-websocket-protocol')
  })
  it('may name the protocol in any case, among others', async () => {
    expect(await shake({ upgrade: 'foo, WebSocket' })).toContain('\r\nupgrade: websocket\r\n')
  })
  it.each([
    ['another protocol', { upgrade: 'foo' }, 426, 'CORBEL_WS_UPGRADE_REQUIRED'],
    ['no upgrade', { upgrade: undefined, connection: undefined }, 426, 'CORBEL_WS_UPGRADE_REQUIRED'],
    ['another version', { 'sec-websocket-version': '8' }, 426, 'CORBEL_WS_UPGRADE_REQUIRED'],
    ['no version', { 'sec-websocket-version': undefined }, 426, 'CORBEL_WS_UPGRADE_REQUIRED'],
    ['no key', { 'sec-websocket-key': undefined }, 400, 'CORBEL_WS_HANDSHAKE'],
    ['a short key', { 'sec-websocket-key': 'abc=' }, 400, 'CORBEL_WS_HANDSHAKE'],
    ['malformed protocols', { 'sec-websocket-protocol': 'a b' }, 400, 'CORBEL_WS_HANDSHAKE'],
    ['a protocol twice', { 'sec-websocket-protocol': 'a, a' }, 400, 'CORBEL_WS_HANDSHAKE'],
    ['malformed extensions', { 'sec-websocket-extensions': 'a; =' }, 400, 'CORBEL_WS_HANDSHAKE'],
    ['a page of another site', { origin: 'https://evil.example' }, 403, 'CORBEL_WS_ORIGIN'],
    ['a page without origin', { origin: 'null' }, 403, 'CORBEL_WS_ORIGIN'],
  ])('is refused: %s', async (_, fields, status, code) => {
    const head = await shake(fields)
    expect(head).toMatch(new RegExp(`^http/1\\.1 ${status} `))
    expect(head).toContain(`x-code: ${code.toLowerCase()}`)
    if (status === 426) expect(head).toContain('sec-websocket-version: 13')
  })
  it.each([
    ['of the same host', { origin: 'http://a.example' }, {}],
    ['that are named', { origin: 'https://b.example' }, { origins: ['https://b.example'] }],
    ['of everybody', { origin: 'https://c.example' }, { origins: '*' as const }],
    [
      'that a function allows',
      { origin: 'https://d.example' },
      { origins: (origin: string) => origin.endsWith('d.example') },
    ],
  ])('is for pages %s', async (_, fields, options) => {
    expect(await shake(fields, options)).toMatch(/^http\/1\.1 101 /)
  })
  it('takes the first protocol of the client that the server speaks', async () => {
    const protocols = ['b', 'c']
    expect(await shake({ 'sec-websocket-protocol': 'a, c, b' }, { protocols })).toContain(
      'sec-websocket-protocol: c\r\n',
    )
    expect(await shake({ 'sec-websocket-protocol': 'a' }, { protocols })).not.toContain(
      'sec-websocket-protocol',
    )
  })
  it.each([
    ['permessage-deflate', 'permessage-deflate; server_no_context_takeover; client_no_context_takeover'],
    [
      'permessage-deflate; client_max_window_bits',
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover',
    ],
    [
      'permessage-deflate; server_max_window_bits=10',
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10',
    ],
    [
      'permessage-deflate; server_max_window_bits="10"',
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10',
    ],
    [
      'permessage-deflate; server_max_window_bits=8, permessage-deflate',
      'permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8',
    ],
    ['permessage-deflate; server_max_window_bits=16', undefined],
    ['permessage-deflate; server_max_window_bits', undefined],
    ['permessage-deflate; client_max_window_bits=08', undefined],
    ['permessage-deflate; unknown', undefined],
    ['x-webkit-deflate-frame', undefined],
  ])('answers the offer %s (RFC 7692 §7.1)', async (offer, expected) => {
    const head = await shake({ 'sec-websocket-extensions': offer })
    expect(/sec-websocket-extensions: (.*)\r\n/.exec(head)?.[1]).toBe(expected)
  })
  it('keeps what was said before where both want it', async () => {
    const head = await shake(
      { 'sec-websocket-extensions': 'permessage-deflate' },
      { deflate: { contextTakeover: true, clientContextTakeover: true } },
    )
    expect(head).toContain('sec-websocket-extensions: permessage-deflate\r\n')
  })
  it('is refused where there is no room', async () => {
    const { port } = await start({ limits: { maxConnections: 1 } })
    const [first, second] = [await RawClient.open(port), await RawClient.open(port)]
    await first.handshake()
    expect(await second.handshake()).toContain('CORBEL_WS_TOO_MANY')
    first.socket.destroy()
    second.socket.destroy()
  })
  it('may be followed by frames at once', async () => {
    const { port } = await start()
    const client = await RawClient.open(port)
    const shaking = client.handshake()
    await client.send(frame(1, 'early'))
    await shaking
    expect((await client.bytes(7)).toString('latin1', 2)).toBe('early')
    client.socket.destroy()
  })
})

describe.each([
  ['each message for itself', { contextTakeover: false, clientContextTakeover: false }],
  ['what was before remembered', { contextTakeover: true, clientContextTakeover: true }],
])('compression, with %s', (_, deflate) => {
  it('gives back what was sent', async () => {
    const { port } = await start({ deflate: { ...deflate, threshold: 0 } })
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: { threshold: 0 } })
    await once(client, 'open')
    const messages = ['', 'a', 'Hello '.repeat(1000), '€'.repeat(70_000), 'Hello '.repeat(1000)]
    const got: string[] = []
    const done = new Promise<void>((resolve) =>
      client.on('message', (data: Buffer) => {
        got.push(data.toString())
        if (got.length === messages.length) resolve()
      }),
    )
    for (const message of messages) client.send(message)
    await done
    expect(got).toEqual(messages)
    client.terminate()
  })
  it('does not let a bomb explode (1009)', async () => {
    const { port } = await start({ deflate, limits: { maxMessageSize: 10_000 } })
    const client = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: true })
    await once(client, 'open')
    client.send('x'.repeat(5_000_000))
    expect((await once(client, 'close'))[0]).toBe(1009)
  })
  it('refuses what is damaged (1007)', async () => {
    const { port } = await start({ deflate })
    const client = await RawClient.open(port)
    await client.handshake({ 'sec-websocket-extensions': 'permessage-deflate' })
    await client.send(frame(1, Buffer.from([0xff, 0xff, 0xff, 0xff]), { rsv: 0x40 }))
    expect((await client.end()).readUInt16BE(2)).toBe(1007)
  })
})

describe('a handshake over HTTP/2 (RFC 8441)', () => {
  it('opens a WebSocket on a stream', async () => {
    const { port } = await start()
    const session = connect(`http://127.0.0.1:${port}`)
    await once(session, 'remoteSettings')
    const stream = session.request(
      {
        ':method': 'CONNECT',
        ':protocol': 'websocket',
        ':path': '/chat',
        ':authority': 'a',
        ':scheme': 'http',
        'sec-websocket-version': '13',
      },
      { endStream: false },
    )
    const [fields] = (await once(stream, 'response')) as [Record<string, unknown>]
    expect(fields[':status']).toBe(200)
    expect(fields['sec-websocket-accept']).toBeUndefined()
    let heard = ''
    stream.on('data', (data: Buffer) => (heard += data.toString('latin1')))
    stream.write(frame(1, 'over h2'))
    await expect.poll(() => heard.slice(2)).toBe('over h2')
    stream.write(frame(8, Buffer.from([3, 232])))
    await once(stream, 'end')
    stream.end()
    session.destroy()
  })
})
