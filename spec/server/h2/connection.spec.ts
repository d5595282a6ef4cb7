import { connect } from 'node:http2'
import type { Exchange } from '../../../lib/http/index.js'
import { RawClient } from '../../support/raw-http.js'
import { eventually } from '../../support/eventually.js'
import { heldTime } from '../../support/held-time.js'
import { MemorySocket } from '../memory-socket.js'
import { deferred, head } from '../start.js'
import { localhost } from '../tls/identities.js'
import { frame, FrameClient, PREFACE, settings, u32 } from './client.js'
import { echo, reply, startH2, TEXT } from './start.js'

heldTime()

const tls = { key: localhost.key, cert: localhost.cert }

describe('one port', () => {
  it('speaks both protocols, told by the first bytes however they come', async () => {
    const { port, open } = await startH2(echo)
    const old = await RawClient.open(port)
    for (const byte of head('PUT /old', 'Content-Length: 1') + 'x') old.send(byte)
    expect((await old.response()).body).toBe('PUT /old x')
    old.destroy()
    const client = await FrameClient.silent(port)
    const request = frame(1, 5, 1, client.block({ ':path': '/new' }))
    for (const byte of Buffer.concat([Buffer.from(PREFACE, 'latin1'), settings(), request])) {
      client.send(Buffer.from([byte]))
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await client.answer(1)).toBe('GET /new')
    client.destroy()
    expect(await (await open()).request(1).answer(1)).toBe('GET /')
  })

  it('answers in HTTP/1.1 what only begins like the preface', async () => {
    const { port } = await startH2(echo)
    const client = (await RawClient.open(port)).send(head('PRINT /'))
    expect((await client.response()).body).toBe('PRINT /')
    client.destroy()
  })

  it.each([[{ http2: false as const }], [{ http2: { priorKnowledge: false } }]])(
    'speaks HTTP/1.1 alone if so told: %j',
    async (options) => {
      const { port } = await startH2(echo, options)
      const client = (await RawClient.open(port)).send(PREFACE)
      expect((await client.response()).status).toBe(505)
      client.destroy()
    },
  )

  it('speaks on TLS what ALPN agrees on', async () => {
    const { port } = await startH2((exchange) => reply(exchange, `${exchange.protocol} ${exchange.scheme}`), { tls }) // prettier-ignore
    const old = await RawClient.openTls(port, { ALPNProtocols: ['http/1.1'] })
    expect((await old.send(head('GET /')).response()).body).toBe('http/1.1 https')
    old.destroy()
    const session = connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
    const request = session.request({ ':path': '/' }).setEncoding('utf8')
    let text = ''
    for await (const part of request) text += String(part)
    expect([session.alpnProtocol, text]).toEqual(['h2', 'h2 https'])
    session.destroy()
  })

  it('refuses the cipher suites that HTTP/2 does not allow (RFC 9113 §9.2.2)', async () => {
    const { port } = await startH2(echo, {
      tls: { ...tls, ciphers: 'ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256' },
    })
    const client = await RawClient.openTls(port, { ALPNProtocols: ['h2'], maxVersion: 'TLSv1.2' })
    await client.until(({ received }) => received.includes('cipher'))
    expect(client.received).toContain('\0\0\0\x0c')
    client.destroy()
  })

  it('turns away one connection too many: GOAWAY', async () => {
    const { port } = await startH2(echo, { tls, maxConnections: 1 })
    const first = await RawClient.openTls(port, { ALPNProtocols: ['h2'] })
    await first.until(({ received }) => received.length > 9)
    const second = await RawClient.openTls(port, { ALPNProtocols: ['h2'] })
    await second.until(({ received }) => received.includes('no room'))
    for (const client of [first, second]) client.destroy()
  })

  it('tells the addresses that a proxy tells', async () => {
    const { port } = await startH2(
      (exchange) => reply(exchange, exchange.connection.remoteAddress),
      {},
      { proxyProtocol: { from: ['127.0.0.1'] } },
    )
    const client = await FrameClient.silent(port)
    client.send(Buffer.from(`PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n${PREFACE}`, 'latin1'), settings())
    expect(await client.request(1).answer(1)).toBe('192.0.2.1')
    client.destroy()
  })
})

describe('a request', () => {
  it('has its cookies as one field, and its authority as host', async () => {
    const { open } = await startH2((exchange) => {
      const { headers, authority } = exchange
      reply(exchange, JSON.stringify([headers.getAll('cookie'), headers.get('host'), authority, headers.has(':path')])) // prettier-ignore
    })
    const client = await open()
    const block = client.raw([
      [':method', 'GET'],
      [':scheme', 'http'],
      [':path', '/'],
      [':authority', 'a.example:1'],
      ['cookie', 'a=1'],
      ['x', ''],
      ['cookie', 'b=2'],
    ])
    expect(JSON.parse(String(await client.send(frame(1, 5, 1, block)).answer(1)))).toEqual([
      ['a=1; b=2'],
      'a.example:1',
      'a.example:1',
      false,
    ])
  })

  it.each([
    ['a field in capitals', { 'X-A': '1' }],
    ['a connection field', { connection: 'close' }],
    ['te of something else', { te: 'gzip' }],
    ['white space around a value', { 'x-a': ' 1' }],
    ['an empty path', { ':path': '' }],
    ['a relative path', { ':path': 'a' }],
    ['user information', { ':authority': 'me@a' }],
    ['a host that is not the authority', { host: 'b' }],
    ['an unknown pseudo-header field', { ':x': '1' }],
    ['a length that is none', { 'content-length': '+1' }],
    ['a body that is too short', { 'content-length': '1' }],
  ])('is malformed with %s: the stream ends, the connection goes on', async (_, fields) => {
    const { open, errors } = await startH2(echo)
    const client = await open()
    expect(await client.request(1, fields as unknown as Record<string, string>).answer(1)).toBe(1)
    expect(await client.request(3).answer(3)).toBe('GET /')
    expect(errors).toEqual([])
  })

  it('is given up when the client breaks the protocol: the exchange learns why', async () => {
    const reason = deferred<unknown>()
    const { open } = await startH2(({ signal }) => {
      signal.addEventListener('abort', () => reason.resolve(signal.reason))
    })
    const client = (await open()).request(1)
    client.send(frame(5, 4, 1, '\0\0\0\x02'))
    expect(await client.goaway()).toEqual([1, 1, 'a client has sent PUSH_PROMISE'])
    expect(await reason.promise).toMatchObject({ code: 'CORBEL_H2_PROTOCOL' })
    await client.gone()
  })

  it('is told of a client that has gone', async () => {
    const reason = deferred<unknown>()
    const { open } = await startH2(({ signal }) => {
      signal.addEventListener('abort', () => reason.resolve(signal.reason))
    }, { halfClose: 'abort' }) // prettier-ignore
    ;(await open()).request(1).socket.end()
    expect(await reason.promise).toMatchObject({ code: 'CORBEL_CLIENT_GONE' })
  })

  it('is answered to a client that has ended its stream already, where that is wanted', async () => {
    const { open } = await startH2(async (exchange) => {
      await new Promise((resolve) => setImmediate(resolve))
      await echo(exchange)
    })
    const client = (await open()).request(1)
    client.socket.end()
    expect(await client.answer(1)).toBe('GET /')
    await client.gone()
  })
})

describe('a client that has ended its stream', () => {
  it.each([
    ['cannot complete its request any more', { ':method': 'POST' }, true],
    ['cannot take more of the answer any more', { ':path': '/large' }, false],
  ])('%s: the exchange is given up', async (_, fields, isOpen) => {
    const state = deferred<string>()
    const { open } = await startH2(async (exchange) => {
      exchange.sink.onClose(state.resolve)
      if (exchange.target === '/large') return reply(exchange, 'x'.repeat(1000))
      await echo(exchange)
    })
    const client = (await open([4, 10])).request(1, fields as Record<string, string>, isOpen)
    client.socket.end()
    expect(await state.promise).toBe('aborted')
    await client.gone()
  })
})

describe('the encoder', () => {
  it('does not refer to entries that a smaller table has lost', async () => {
    const { open } = await startH2(echo)
    const client = await open()
    for (const id of [1, 3]) await client.request(id).answer(id)
    for (const [i, size] of [100, 0, 4096].entries()) {
      client.send(settings([1, size])).resize(size)
      expect(await client.request(5 + 2 * i).answer(5 + 2 * i)).toBe('GET /')
      expect((await client.head(5 + 2 * i)).fields).toMatchObject({ 'content-type': 'text/plain' })
    }
  })
})

describe('flow control', () => {
  it('holds an answer back until its stream and the connection have windows', async () => {
    const { open } = await startH2((exchange) => reply(exchange, 'x'.repeat(70_000)))
    const client = (await open([4, 10])).request(1)
    await client.until(() => client.body(1).length === 10)
    client.send(frame(8, 0, 1, u32(100_000)))
    // 65535 of the connection
    await client.until(() => client.body(1).length === 65_535)
    client.send(frame(8, 0, 0, u32(100_000)))
    expect(await client.answer(1)).toHaveLength(70_000)
  })

  it('takes a window that becomes negative', async () => {
    const { open } = await startH2((exchange) => reply(exchange, 'x'.repeat(200)))
    const client = (await open([4, 100])).request(1)
    await client.until(() => client.body(1).length === 100)
    client.send(settings([4, 40]), frame(8, 0, 1, u32(60)), settings([4, 50]))
    await client.until(() => client.body(1).length === 110)
    client.send(frame(8, 0, 1, u32(90)))
    expect(await client.answer(1)).toHaveLength(200)
  })

  it('tells the sender of a body to go on only as it is taken', async () => {
    const go = deferred()
    const { open } = await startH2(async (exchange) => {
      await go.promise
      let size = 0
      for await (const part of exchange.body) size += part.length
      reply(exchange, String(size))
    }, { http2: { streamWindowSize: 65_535, connectionWindowSize: 65_535 } }) // prettier-ignore
    const client = (await open()).request(1, { ':method': 'POST' }, true)
    const parts = Array.from({ length: 4 }, (_, i) => frame(0, 0, 1, Buffer.alloc(i === 3 ? 16_383 : 16_384)))
    client.send(...parts, frame(6, 0, 0, '12345678'))
    await client.until(({ type }) => type === 6)
    expect(client.frames.filter(({ type }) => type === 8)).toEqual([])
    go.resolve()
    await client.until(({ type, stream }) => type === 8 && stream === 1)
    await client.until(({ type, stream }) => type === 8 && stream === 0)
    client.send(frame(0, 1, 1, Buffer.alloc(1000)))
    expect(await client.answer(1)).toBe(String(65_535 + 1000))
  })

  it.each([
    ['answered without being read', false],
    ['given up by the client', true],
  ])('gets back what a body has used of the connection that is %s', async (_, isReset) => {
    const window = { streamWindowSize: 65_535, connectionWindowSize: 65_535 }
    const { open } = await startH2((exchange) => {
      if (!isReset) reply(exchange, 'unread')
    }, { http2: window }) // prettier-ignore
    const client = await open()
    for (const id of [1, 3, 5, 7]) {
      client.request(id, { ':method': 'POST' }, true)
      client.send(frame(0, 0, id, Buffer.alloc(16_384)), frame(0, 0, id, Buffer.alloc(16_384)))
      client.send(isReset ? frame(3, 0, id, u32(8)) : frame(0, 1, id))
      if (!isReset) expect(await client.answer(id)).toBe('unread')
      // half of the window is used: told at once
      await client.until(
        () => client.frames.filter(({ type, stream }) => type === 8 && stream === 0).length > (id - 1) / 2,
      )
    }
  })

  it('lets a handler wait for its client', async () => {
    const log: string[] = []
    const { open } = await startH2(async ({ sink }) => {
      sink.head(200, TEXT, 'stream')
      expect(sink.write(Buffer.alloc(60_000))).toBe(true)
      expect(sink.write(Buffer.alloc(60_000))).toBe(false)
      log.push('full')
      await sink.drained()
      log.push('drained')
      sink.end()
    })
    const client = (await open([4, 0])).request(1)
    await client.head(1)
    expect(log).toEqual(['full'])
    client.send(frame(8, 0, 0, u32(200_000)), frame(8, 0, 1, u32(200_000)))
    expect(await client.answer(1)).toHaveLength(120_000)
    expect(log).toEqual(['full', 'drained'])
  })

  it('is the connection\'s to answer for when it is broken', async () => {
    const { open } = await startH2(echo, { http2: { streamWindowSize: 100, connectionWindowSize: 65_535 } })
    const client = (await open()).request(1, { ':method': 'POST' }, true)
    await client.until(({ type, flags }) => type === 4 && flags === 1)
    client.send(frame(0, 0, 1, Buffer.alloc(101)))
    expect(await client.answer(1)).toBe(3)
  }) // prettier-ignore
})

describe('an answer', () => {
  it('that is shorter or longer than it says resets its stream', async () => {
    const { open } = await startH2(({ sink, target }) => {
      sink.head(200, TEXT, 5)
      sink.end(target === '/long' ? 'too long' : 'x')
    })
    const client = await open()
    for (const [id, path] of [[1, '/long'], [3, '/short']] as const) {
      expect(await client.request(id, { ':path': path }).answer(id)).toBe(2)
    } // prettier-ignore
  })

  it('leaves the fields of HTTP/1.1 connections out', async () => {
    const { open } = await startH2(({ sink }) => {
      const fields = TEXT.clone().set('connection', 'close').set('keep-alive', 'x').set('upgrade', 'y')
      sink.head(200, fields, 0)
      sink.end()
    })
    const { fields } = await (await open()).request(1).head(1)
    expect(Object.keys(fields)).toEqual([':status', 'content-type', 'date', 'content-length'])
  })

  it('to many requests of one turn leaves in one write', async () => {
    const { server, open } = await startH2(echo)
    const client = await open()
    // what is sent arrives as one piece, which no network promises
    const socket = new MemorySocket()
    server.accept(socket)
    socket.feed(PREFACE + settings().toString('latin1') + frame(4, 1, 0).toString('latin1'))
    await eventually(() => expect(socket.writes).toBeGreaterThan(0))
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
    const before = socket.writes
    const requests = Array.from({ length: 50 }, (_, i) => frame(1, 5, 2 * i + 1, client.block()))
    socket.feed(Buffer.concat(requests).toString('latin1'))
    await eventually(() => expect(socket.received.split('GET /')).toHaveLength(51))
    expect(socket.writes).toBe(before + 1)
    socket.destroy()
  })

  it('with a head beyond one frame is continued', async () => {
    const { open } = await startH2(({ sink }) => {
      sink.head(200, TEXT.clone().set('x-large', '\xff'.repeat(40_000)), 0)
      sink.end()
    })
    const client = (await open()).request(1)
    await client.until(({ type, flags }) => type === 9 && flags === 4)
    const blocks = client.frames.filter(({ type }) => type === 1 || type === 9)
    expect(blocks.map(({ type, flags, payload }) => [type, flags, payload.length])).toMatchObject([
      [1, 1, 16_384],
      [9, 0, 16_384],
      [9, 4, expect.any(Number)],
    ])
  })
})

describe('draining', () => {
  it('loses no request: those that cross the announcement are answered, then the connection ends', async () => {
    const release = deferred()
    const { server, open } = await startH2(async (exchange: Exchange) => {
      if (exchange.target === '/slow') await release.promise
      reply(exchange, exchange.target)
    })
    const client = (await open()).request(1, { ':path': '/slow' })
    await client.until(({ type, flags }) => type === 4 && flags === 1)
    const drained = server.drain(600_000, 0)
    // the first GOAWAY names no stream, so that what is on its way is still taken
    expect(await client.goaway()).toEqual([2 ** 31 - 1, 0, ''])
    client.request(3, { ':path': '/crossing' })
    expect(await client.answer(3)).toBe('/crossing')
    const ping = await client.until(({ type, flags }) => type === 6 && flags === 0)
    client.send(frame(6, 1, 0, ping.payload))
    expect(await client.goaway(1)).toEqual([3, 0, ''])
    client.request(5, { ':path': '/late' })
    release.resolve()
    expect(await client.answer(1)).toBe('/slow')
    expect(await drained).toEqual({ cut: 0 })
    await client.gone()
    expect(client.body(5)).toBe('')
  })

  it('cuts off at the deadline what is not done, and counts it', async () => {
    const { server, open } = await startH2(() => undefined)
    await (await open()).request(1).heard()
    expect(await server.drain(50, 0)).toEqual({ cut: 1 })
  })
})
