import { connect as connectH2, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import type { Duplex } from 'node:stream'
import { HeaderList, INFORMATIONAL, PUSH, TRAILERS, UPGRADE, type Exchange } from '../../../lib/http/index.js'
import type { HttpServerOptions } from '../../../lib/server/index.js'
import { RawClient } from '../../support/raw-http.js'
import { heldTime } from '../../support/held-time.js'
import { deferred, start } from '../start.js'
import { frame, PREFACE, settings } from './client.js'
import { echo, reply, startH2, TEXT } from './start.js'

/** The server's: it passes only where a spec says so, and so do its allowances. */
const time = heldTime()
const sessions: ClientHttp2Session[] = []

afterEach(() => {
  for (const session of sessions.splice(0)) session.destroy()
})

/** Node's own client. */
function nodeClient(port: number): ClientHttp2Session {
  const session = connectH2(`http://127.0.0.1:${port}`)
  session.on('error', () => undefined)
  sessions.push(session)
  return session
}

describe('interim answers', () => {
  it('leave before the final one: 103 Early Hints', async () => {
    const { port } = await startH2((exchange) => {
      exchange.feature(INFORMATIONAL)!.send(103, HeaderList.from({ link: '</a.css>; rel=preload' }))
      expect(() => exchange.feature(INFORMATIONAL)!.send(200, TEXT)).toThrow('cannot be sent here')
      reply(exchange, 'final')
      expect(() => exchange.feature(INFORMATIONAL)!.send(103, TEXT)).toThrow('comes too late')
    })
    const request = nodeClient(port).request({ ':path': '/' })
    const hints = deferred<IncomingHttpHeaders>()
    request.on('headers', (fields) => hints.resolve(fields))
    expect(await hints.promise).toMatchObject({ ':status': 103, link: '</a.css>; rel=preload' })
    expect(await text(request)).toBe('final')
  })

  it('say 100 once the body is asked for, and not to those who have sent it', async () => {
    const { open } = await startH2(async (exchange) => {
      if (exchange.target === '/no') return reply(exchange, 'not wanted')
      await echo(exchange)
    })
    const client = await open()
    client.request(1, { ':method': 'PUT', expect: '100-continue' }, true)
    await client.until(({ stream, fields }) => stream === 1 && fields[':status'] === '100')
    client.send(frame(0, 1, 1, 'body'))
    expect(await client.answer(1)).toBe('PUT / body')
    client.request(3, { ':method': 'PUT', ':path': '/no', expect: '100-continue' }, true)
    expect((await client.head(3)).fields[':status']).toBe('200')
    expect(client.frames.filter(({ stream, fields }) => stream === 3 && fields[':status'] === '100')).toEqual([])
  }) // prettier-ignore

  it('is 417 for any other expectation', async () => {
    const { open } = await startH2(echo)
    const client = (await open()).request(1, { expect: 'miracles' })
    expect(await client.answer(1)).toContain('CORBEL_H2_EXPECTATION')
    expect((await client.head(1)).fields[':status']).toBe('417')
  })
})

describe('trailers', () => {
  it('go both ways, without those that belong in front of the body', async () => {
    const { open } = await startH2(async (exchange) => {
      expect(exchange.feature(TRAILERS)).toBeUndefined()
      await exchange.body.bytes(100)
      const seen = exchange.feature(TRAILERS)!.lines()
      exchange.sink.head(200, TEXT, 'stream')
      exchange.sink.end(JSON.stringify(seen), HeaderList.from({ 'x-sum': '42' }))
    })
    const client = (await open()).request(1, { ':method': 'POST' }, true).send(frame(0, 0, 1, 'x'))
    client.send(
      frame(
        1,
        5,
        1,
        client.raw([
          ['x-a', '1'],
          ['authorization', 'late'],
        ]),
      ),
    )
    expect(await client.answer(1)).toBe('[["x-a","1"]]')
    expect(client.frames.at(-1)).toMatchObject({ type: 1, fields: { 'x-sum': '42' } })
  })
})

describe('push', () => {
  const page = (exchange: Exchange): void => {
    if (exchange.target !== '/')
      return reply(exchange, `${exchange.target} ${exchange.headers.get('accept')}`)
    const feature = exchange.feature(PUSH)
    const pushed = feature?.push('/app.css', { headers: { accept: 'text/css' } })
    reply(exchange, `pushed ${pushed}`)
    if (feature !== undefined) expect(feature.push('/late.css')).toBe(false)
  }

  it('has the application answer what the client will need', async () => {
    const { port } = await startH2(page)
    const session = nodeClient(port)
    const pushed = deferred<string>()
    const promised: unknown[] = []
    session.on('stream', (stream, headers) => {
      promised.push(headers[':path'], headers['accept'])
      void text(stream).then(pushed.resolve)
    })
    expect(await text(session.request({ ':path': '/' }))).toBe('pushed true')
    expect(await pushed.promise).toBe('/app.css text/css')
    expect(promised).toEqual(['/app.css', 'text/css'])
  })

  it('is not there where the client has turned it off', async () => {
    const { open } = await startH2(page)
    expect(await (await open([2, 0])).request(1).answer(1)).toBe('pushed undefined')
  })

  it('keeps to the number of streams that the client takes', async () => {
    const { open } = await startH2(page)
    expect(await (await open([3, 0])).request(1).answer(1)).toBe('pushed false')
  })

  it('refuses targets that are no paths (CORBEL_H2_PUSH)', async () => {
    const { open } = await startH2((exchange) => {
      expect(() => exchange.feature(PUSH)!.push('app.css')).toThrow('"app.css" is no path')
      expect(() => exchange.feature(PUSH)!.push('/a', { method: 'POST' as never })).toThrow('POST has to be')
      reply(exchange, 'ok')
    })
    expect(await (await open()).request(1).answer(1)).toBe('ok')
  })

  it.each([
    ['connection', 'close'],
    ['keep-alive', 'timeout=5'],
    ['proxy-connection', 'close'],
    ['transfer-encoding', 'chunked'],
    ['upgrade', 'x'],
    ['te', 'gzip'],
    ['content-length', '5'],
  ])(
    'refuses %s: %s, by which a promised request would be malformed (RFC 9113 §8.4)',
    async (name, value) => {
      const { open } = await startH2((exchange) => {
        const push = () => exchange.feature(PUSH)!.push('/a', { headers: { [name]: value } })
        expect(push).toThrow(expect.objectContaining({ code: 'CORBEL_H2_PUSH' }))
        reply(exchange, 'ok')
      })
      const client = (await open()).request(1)
      expect(await client.answer(1)).toBe('ok')
      expect(client.frames.filter(({ type }) => type === 5)).toEqual([])
    },
  )

  it('is promised before the answer that refers to it, and only on streams of the client', async () => {
    const nested: unknown[] = []
    const { open } = await startH2((exchange) => {
      if (exchange.target !== '/') nested.push(exchange.feature(PUSH))
      else
        exchange.feature(PUSH)!.push('/a', { method: 'HEAD', headers: { host: 'elsewhere', cookie: 'a=1' } })
      reply(exchange, 'ok')
    })
    const client = (await open()).request(1)
    expect(await client.answer(2)).toBe('')
    const sent = client.frames.filter(({ stream }) => stream > 0).map(({ type, stream }) => [type, stream])
    expect(sent.slice(0, 2)).toEqual([[5, 1], expect.anything()])
    expect(client.frames.find(({ type }) => type === 5)!.fields).toEqual({
      ':method': 'HEAD', ':scheme': 'http', ':authority': 'a', ':path': '/a', cookie: 'a=1',
    }) // prettier-ignore
    expect(nested).toEqual([undefined])
  })

  it('has room again when a pushed answer was given up, and none when the client leaves', async () => {
    const tries: boolean[] = []
    const { open } = await startH2((exchange) => {
      if (exchange.target !== '/') return // never
      tries.push(exchange.feature(PUSH)?.push('/never') ?? false)
      reply(exchange, 'ok')
    })
    const client = await open([3, 1])
    expect(await client.request(1).answer(1)).toBe('ok')
    expect(await client.request(3).answer(3)).toBe('ok')
    client.send(frame(3, 0, 2, '\0\0\0\x07'))
    expect(await client.request(5).answer(5)).toBe('ok')
    client.send(frame(3, 0, 4, '\0\0\0\x08'), frame(7, 0, 0, Buffer.alloc(8)))
    expect(await client.request(7).answer(7)).toBe('ok')
    expect(tries).toEqual([true, false, true, false])
  })

  it('waits for the windows of its own stream and of the connection, and is sent by its priority', async () => {
    const { open } = await startH2((exchange) => {
      if (exchange.target === '/') exchange.feature(PUSH)!.push('/a')
      reply(exchange, exchange.target === '/' ? '' : 'x'.repeat(100))
    })
    const client = (await open([4, 10])).request(1)
    await client.until(() => client.body(2).length === 10)
    client.send(frame(16, 0, 0, '\0\0\0\x02u=0'), frame(8, 0, 2, '\0\0\0\x64'))
    expect(await client.answer(2)).toHaveLength(100)
    // it is over: what comes for it now is late, and no mistake
    client.send(frame(16, 0, 0, '\0\0\0\x02u=1'), frame(8, 0, 2, '\0\0\0\x01'), frame(3, 0, 2, '\0\0\0\x08'))
    await client.request(3, { ':path': '/b' }).until(() => client.body(3).length === 10)
    expect(client.frames.filter(({ type }) => type === 7 || type === 3)).toEqual([])
  }) // prettier-ignore

  it.each([
    ['DATA', frame(0, 0, 2, 'x')],
    ['HEADERS', undefined],
  ])('is not for the client to write on: %s', async (_, bytes) => {
    const { open } = await startH2((exchange) => {
      if (exchange.target !== '/') return // never
      exchange.feature(PUSH)!.push('/never')
      reply(exchange, 'ok')
    })
    const client = (await open()).request(1)
    expect(await client.answer(1)).toBe('ok')
    client.send(bytes ?? frame(1, 5, 2, client.block()))
    expect(await client.answer(2)).toBe(5)
  })

  it('can be given up by the client, as any other stream', async () => {
    const aborted = deferred<unknown>()
    const { open } = await startH2((exchange) => {
      if (exchange.target === '/') {
        exchange.feature(PUSH)!.push('/never')
        return reply(exchange, 'ok')
      }
      exchange.signal.addEventListener('abort', () => aborted.resolve(exchange.signal.reason))
    })
    const client = (await open()).request(1)
    const promise = await client.until(({ type }) => type === 5)
    expect(promise.payload.readUInt32BE()).toBe(2)
    client.send(frame(3, 0, 2, '\0\0\0\x08'))
    expect(await aborted.promise).toMatchObject({
      code: 'CORBEL_CLIENT_GONE',
      cause: { code: 'CORBEL_H2_STREAM_RESET' },
    })
  })
})

describe('extended CONNECT (RFC 8441)', () => {
  const tunnel = (exchange: Exchange): void => {
    const upgrade = exchange.feature(UPGRADE)
    if (upgrade === undefined) return reply(exchange, 'no upgrade')
    expect(upgrade).toMatchObject({ protocol: 'websocket', form: 'connect' })
    const { socket, head } = upgrade.accept(HeaderList.from({ 'sec-websocket-protocol': 'chat' }))
    expect(head).toHaveLength(0)
    const duplex = socket as unknown as Duplex
    duplex.on('data', (data: Buffer) => duplex.write(`<${data.toString()}>`))
    duplex.on('end', () => duplex.end('bye'))
    duplex.on('error', () => undefined)
  }
  const connect = { ':method': 'CONNECT', ':protocol': 'websocket' }

  it('makes a stream of bytes of a stream, as the upgrade of a connection does', async () => {
    const { open } = await startH2(tunnel)
    const client = await open()
    const setting = await client.until(({ type }) => type === 4)
    expect(setting.payload.toString('hex')).toContain('000800000001')
    client.request(1, connect, true)
    expect((await client.head(1)).fields).toMatchObject({
      ':status': '200',
      'sec-websocket-protocol': 'chat',
    })
    client.send(frame(0, 0, 1, 'ping'))
    await client.until(() => client.body(1) === '<ping>')
    client.send(frame(0, 1, 1, ''))
    expect(await client.answer(1)).toBe('<ping>bye')
    expect(await client.request(3).answer(3)).toBe('no upgrade')
  })

  it('ends when the client resets the stream', async () => {
    const closed = deferred()
    const { open } = await startH2((exchange) => {
      const { socket } = exchange.feature(UPGRADE)!.accept()
      socket.on('error', () => undefined)
      socket.on('close', () => closed.resolve())
    })
    const client = (await open()).request(1, connect, true)
    await client.head(1)
    client.send(frame(3, 0, 1, '\0\0\0\x08'))
    await closed.promise
  })

  it('is over when the application closes it behind its end, whatever the client still has to say', async () => {
    const { open, errors } = await startH2((exchange) => {
      if (exchange.target === '/next') return reply(exchange, 'ok')
      const socket = exchange.feature(UPGRADE)!.accept().socket as unknown as Duplex
      socket.on('error', () => undefined)
      socket.resume()
      socket.end('bye', () => socket.destroy())
    }, { http2: { maxConcurrentStreams: 1 } }) // prettier-ignore
    const client = (await open()).request(1, connect, true)
    expect(await client.answer(1)).toBe(0)
    expect(client.body(1)).toBe('bye')
    expect(await client.request(3, { ':path': '/next' }).answer(3)).toBe('ok')
    expect(errors).toEqual([])
  })

  const RESET = '\0\0\0\x08'

  it('may be reset behind its end as often as a client likes: that is no abuse', async () => {
    const { open, warnings } = await startH2(
      (exchange) => {
        if (exchange.feature(UPGRADE) === undefined) return reply(exchange, 'ok')
        const socket = exchange.feature(UPGRADE)!.accept().socket as unknown as Duplex
        socket.on('error', () => undefined)
        socket.on('data', () => void socket.end('bye'))
      },
      { http2: { maxResets: 5 } },
    )
    const client = await open()
    for (let id = 1; id < 60; id += 2) {
      client.request(id, connect, true)
      await client.head(id)
      client.send(frame(0, 0, id, 'close'))
      expect(await client.answer(id)).toBe('bye')
      client.send(frame(3, 0, id, RESET))
    }
    expect(await client.request(61).answer(61)).toBe('ok')
    expect(warnings).toEqual([])
  })

  it('may not be opened and reset without end', async () => {
    const { open } = await startH2(
      (exchange) =>
        void exchange
          .feature(UPGRADE)!
          .accept()
          .socket.on('error', () => undefined),
      { http2: { maxResets: 5 } },
    )
    const client = await open()
    for (let id = 1; id <= 11; id += 2) {
      client.request(id, connect, true)
      await client.head(id)
      client.send(frame(3, 0, id, RESET))
    }
    expect(await client.goaway()).toEqual([11, 11, 'streams are opened and reset without end'])
  })

  it('can be turned off, and is malformed then', async () => {
    const { open } = await startH2(tunnel, { http2: { connectProtocol: false } })
    expect(await (await open()).request(1, connect, true).answer(1)).toBe(1)
  })

  it('leaves CONNECT to proxies: 501', async () => {
    const { open } = await startH2(echo)
    const client = await open()
    client.send(
      frame(
        1,
        5,
        1,
        client.raw([
          [':method', 'CONNECT'],
          [':authority', 'a:1'],
        ]),
      ),
    )
    expect(await client.answer(1)).toContain('CORBEL_H2_CONNECT')
    expect((await client.head(1)).fields[':status']).toBe('501')
  })
})

describe('Upgrade: h2c (RFC 7540 §3.2)', () => {
  const ask = (...fields: string[]) =>
    ['GET /a HTTP/1.1', 'Host: h', 'Upgrade: h2c', ...fields, '', ''].join('\r\n')
  const CONNECTION = 'Connection: Upgrade, HTTP2-Settings'

  it('answers the request on stream 1, and goes on in HTTP/2', async () => {
    const { port } = await startH2(echo, { http2: { upgrade: true } })
    const client = await RawClient.open(port)
    // SETTINGS_INITIAL_WINDOW_SIZE 4
    client.send(
      ask(CONNECTION, `HTTP2-Settings: ${Buffer.from('000400000004', 'hex').toString('base64url')}`),
    )
    client.send(PREFACE).send(settings())
    await client.until(({ received }) => received.endsWith('GET '))
    expect(client.received).toMatch(
      /^HTTP\/1\.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n\0/,
    )
    client.send(frame(8, 0, 1, '\0\0\0\x64'))
    await client.until(({ received }) => received.endsWith('/a'))
    client.destroy()
  })

  const upgrade = async (line: string, options: HttpServerOptions = {}, ...fields: string[]) => {
    const { port, errors } = await startH2(echo, { ...options, http2: { upgrade: true } })
    const text = [line, 'Host: h', 'Upgrade: h2c', CONNECTION, ...fields, '', ''].join('\r\n')
    const client = (await RawClient.open(port)).send(text)
    await client.until(({ received }) => received.includes('\r\n\r\n'))
    return { client, errors }
  }

  it.each([
    ['SETTINGS_ENABLE_PUSH of 2', '000200000002', '\x01'],
    ['SETTINGS_MAX_FRAME_SIZE of 1', '000500000001', '\x01'],
    ['SETTINGS_INITIAL_WINDOW_SIZE of 2^31', '000480000000', '\x03'],
  ])('ends the connection by the right code for %s, as SETTINGS would', async (_, hex, code) => {
    const value = Buffer.from(hex, 'hex').toString('base64url')
    const { client, errors } = await upgrade('GET /a HTTP/1.1', {}, `HTTP2-Settings: ${value}`)
    expect(client.received).toContain('101 Switching Protocols')
    expect(await client.serverEnd()).toContain(`\x07\0\0\0\0\0\0\0\0\0\0\0\0${code}`)
    expect(errors).toEqual([])
  })

  it('wants the preface behind it', async () => {
    const { client } = await upgrade('GET /a HTTP/1.1', {}, 'HTTP2-Settings: ')
    expect(client.received).toContain('101 Switching Protocols')
    client.send('GET /b HTTP/1.1\r\nHost: h\r\n\r\n')
    expect(await client.serverEnd()).toContain('this is no preface of HTTP/2')
  })

  it('does not wait for the preface for ever', async () => {
    const { client } = await upgrade('GET /a HTTP/1.1', { headersTimeout: 40 }, 'HTTP2-Settings: ')
    expect(await time.passUntil(client.serverEnd())).toContain('the preface did not arrive in time')
    expect(time.now).toBeGreaterThanOrEqual(40)
  })

  it('answers HEAD without a body, and has used up stream 1', async () => {
    const { client } = await upgrade('HEAD /a HTTP/1.1', {}, 'HTTP2-Settings: ')
    client.send(PREFACE).send(settings())
    // HEADERS with END_STREAM and END_HEADERS
    await client.until(({ received }) => received.includes('\x01\x05\0\0\0\x01'))
    // HEADERS of stream 1 once more
    client.send(Buffer.concat([frame(1, 5, 1, Buffer.from('828684410161', 'hex'))]))
    expect(await client.serverEnd()).toContain('HEADERS on a closed stream')
  })

  it.each([
    ['Content-Length', 'Content-Length: 2', 'ab'],
    ['chunks', 'Transfer-Encoding: chunked', '2\r\nab\r\n0\r\n\r\n'],
  ])('is left alone for a request with a body: %s', async (_, field, body) => {
    const { port } = await startH2(echo, { http2: { upgrade: true } })
    const head = [
      'POST /a HTTP/1.1',
      'Host: h',
      'Upgrade: h2c',
      CONNECTION,
      'HTTP2-Settings: ',
      field,
      '',
      '',
    ]
    const client = (await RawClient.open(port)).send(head.join('\r\n')).send(body)
    expect(await client.response()).toMatchObject({ status: 200, body: 'POST /a ab' })
    client.destroy()
  })

  it('is off by default', async () => {
    const { port } = await startH2(echo)
    const client = (await RawClient.open(port)).send(ask(CONNECTION, 'HTTP2-Settings: '))
    expect(await client.response()).toMatchObject({ status: 200, body: 'GET /a' })
    client.destroy()
  })

  it.each([
    ['without settings', [CONNECTION]],
    ['with settings twice', [CONNECTION, 'HTTP2-Settings: ', 'HTTP2-Settings: ']],
    ['with settings that are not theirs', [CONNECTION, 'HTTP2-Settings: AAAA']],
    ['with settings that are not named', ['Connection: Upgrade', 'HTTP2-Settings: ']],
  ])('is not taken %s', async (_, fields) => {
    const { port } = await startH2(echo, { http2: { upgrade: true } })
    const client = (await RawClient.open(port)).send(ask(...fields))
    expect(await client.response()).toMatchObject({ status: 200, body: 'GET /a' })
    client.destroy()
  })
})

describe('the upgrade of HTTP/1.1', () => {
  it('is announced by the engine where the new owner gives its fields', async () => {
    const { open } = await start((exchange) => {
      const upgrade = exchange.feature(UPGRADE)!
      expect(upgrade.form).toBe('upgrade')
      const { socket } = upgrade.accept(HeaderList.from({ 'x-a': '1' }))
      socket.on('error', () => undefined)
      socket.write('hello')
      socket.end()
    })
    const client = (await open()).send('GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n')
    expect(await client.serverEnd()).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\nx-a: 1\r\n\r\nhello',
    )
  }) // prettier-ignore
})

function text(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let whole = ''
    stream.setEncoding('utf8')
    stream.on('data', (part: string) => (whole += part))
    stream.on('end', () => resolve(whole))
    stream.on('error', reject)
  })
}
