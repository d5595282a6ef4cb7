import { AsyncLocalStorage } from 'node:async_hooks'
import type { Exchange } from '../../../lib/http/index.js'
import { eventually } from '../../support/eventually.js'
import { bytewise, deferred, echo, head, reply, start, TEXT } from '../start.js'
import { MemorySocket } from '../memory-socket.js'

describe('a connection', () => {
  it('is kept for the next request in HTTP/1.1', async () => {
    const { open } = await start(echo)
    const client = await open()
    for (const target of ['/1', '/2', '/3']) {
      const response = await client.send(head(`GET ${target}`)).response()
      expect(response.body).toBe(`GET ${target}`)
      expect(response.headers).not.toHaveProperty('connection')
    }
  })

  it('ends after a request with Connection: close, and what follows is ignored (RFC 9112 §9.6)', async () => {
    const { converse } = await start(echo)
    const responses = await converse(head('GET /1', 'Connection: close') + head('GET /2'))
    expect(responses).toMatchObject([{ body: 'GET /1', headers: { connection: 'close' } }])
  })

  it('ends after an answer with connection: close', async () => {
    const { converse } = await start(({ sink }) => {
      sink.head(200, TEXT.clone().set('connection', 'close'), 0)
      sink.end()
    })
    expect(await converse(head('GET /1') + head('GET /2'))).toMatchObject([
      { headers: { connection: 'close' } },
    ])
  })

  it('ends after one request in HTTP/1.0, unless the client asks for more (RFC 9112 §9.3)', async () => {
    const { open, converse } = await start(echo)
    expect(await converse('GET / HTTP/1.0\r\n\r\n')).toMatchObject([{ headers: { connection: 'close' } }])
    const client = await open()
    client.send('GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
    expect(await client.response()).toMatchObject({ body: 'GET /1', headers: { connection: 'keep-alive' } })
    client.send('GET /2 HTTP/1.0\r\n\r\n')
    expect(await client.allResponses()).toMatchObject([{ body: 'GET /2' }])
  })

  it('ends a stream in HTTP/1.0 by closing (RFC 9112 §6.3)', async () => {
    const { converse } = await start(({ sink, protocol }) => {
      sink.head(200, TEXT, 'stream')
      sink.write(Buffer.from(protocol))
      sink.end(' end')
    })
    const [response] = await converse('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
    expect(response).toMatchObject({ body: 'http/1.0 end', headers: { connection: 'close' } })
    expect(response!.headers).not.toHaveProperty('transfer-encoding')
  })

  it('resets a stream in HTTP/1.0 that breaks off, since closing would mean its end', async () => {
    const received = deferred()
    const { open } = await start(async ({ sink }) => {
      sink.head(200, TEXT, 'stream')
      sink.write(Buffer.from('part'))
      await received.promise
      sink.abort(new Error('broken'))
    })
    const client = (await open()).send('GET / HTTP/1.0\r\n\r\n')
    received.resolve(void (await client.until(({ received }) => received.endsWith('part'))))
    expect(await client.gone()).toBe('ECONNRESET')
  })

  it('ends after the allowed number of requests', async () => {
    const { converse } = await start(echo, { requestsPerConnection: 2 })
    const responses = await converse(head('GET /1') + head('GET /2') + head('GET /3'))
    expect(responses).toMatchObject([{ headers: {} }, { headers: { connection: 'close' } }])
    expect(responses[0]!.headers).not.toHaveProperty('connection')
  })

  it('answers a client that has ended its stream already', async () => {
    const { open } = await start(async (exchange) => {
      await new Promise((resolve) => setImmediate(resolve))
      await echo(exchange)
    })
    const client = (await open())
      .send(head('GET /1') + head('POST /2', 'Content-Length: 1') + 'x' + head('GET /3'))
      .end()
    expect(await client.allResponses()).toMatchObject([
      { body: 'GET /1' },
      { body: 'POST /2 x' },
      { body: 'GET /3' },
    ])
  })

  it('takes the end of the client\'s stream as its leave, if so told', async () => {
    const aborted = deferred<unknown>()
    const { open } = await start(({ signal }) => signal.addEventListener('abort', () => aborted.resolve(signal.reason)), {
      halfClose: 'abort',
    })
    ;(await open()).send(head('GET /')).end()
    expect(await aborted.promise).toMatchObject({ code: 'CORBEL_CLIENT_GONE' })
  }) // prettier-ignore

  it('answers what was whole before the body that the client has left', async () => {
    let gate = deferred()
    const { open, peer, taken, errors } = await start(async (exchange) => {
      await gate.promise
      await echo(exchange)
    })
    for (const method of ['GET', 'POST']) {
      gate = deferred()
      const client = (await open())
        .send(head('GET /1') + head(`${method} /2`, 'Content-Length: 5') + 'x')
        .end()
      await taken(client)
      const end = await peer(client)
      // while POST waits for its turn, the server does not read on
      if (method === 'GET') await eventually(() => expect(end.readableEnded).toBe(true))
      gate.resolve()
      expect((await client.response()).body).toBe('GET /1')
      expect(await client.serverEnd()).toBe('')
    }
    expect(errors).toEqual([])
  })

  it('does not tell the application of a mistake of a client that has left', async () => {
    const { open, errors } = await start(async (exchange) => {
      await new Promise<void>((resolve) => exchange.signal.addEventListener('abort', () => resolve()))
      await exchange.body.bytes(1)
    })
    const client = (await open()).send(head('POST /', 'Content-Length: 5') + 'x').end()
    await client.gone()
    expect(errors).toEqual([])
  })

  it('closes when the client ends its stream between or within heads', async () => {
    const { open } = await start(echo)
    for (const bytes of ['', 'GET / HT', head('GET /').slice(0, -1)]) {
      const client = (await open()).send(bytes).end()
      expect(await client.serverEnd()).toBe('')
    }
  })

  it('tells both ends, and whether it is encrypted', async () => {
    const { open, port } = await start((exchange) => {
      const { remoteAddress, remotePort, localAddress, localPort, encrypted } = exchange.connection
      reply(
        exchange,
        JSON.stringify({
          remoteAddress,
          remotePort,
          localAddress,
          localPort,
          encrypted,
          scheme: exchange.scheme,
        }),
      )
    })
    const client = (await open()).send(head('GET /'))
    expect(JSON.parse((await client.response()).body)).toEqual({
      remoteAddress: '127.0.0.1',
      remotePort: client.socket.localPort,
      localAddress: '127.0.0.1',
      localPort: port,
      encrypted: false,
      scheme: 'http',
    })
  })

  it('says what was wrong, after the answers to earlier requests, and closes', async () => {
    const { converse } = await start(async (exchange) => {
      await new Promise((resolve) => setImmediate(resolve))
      reply(exchange, exchange.target)
    })
    const [first, second, third] = await converse(
      head('GET /1') + head('GET /2') + 'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
    )
    expect([first!.body, second!.body]).toEqual(['/1', '/2'])
    expect(third).toMatchObject({
      status: 400,
      headers: { connection: 'close', 'content-type': 'application/problem+json' },
    })
    expect(JSON.parse(third!.body)).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail: 'A header field is malformed: white space before the colon.',
      code: 'CORBEL_H1_FIELD',
    })
  })

  // prettier-ignore
  it.each([
    [400, 'nonsense\r\n\r\n'],
    [414, `GET /${'x'.repeat(9000)}`],
    [417, head('GET /', 'Expect: magic')],
    [431, `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}`],
    [501, head('POST /', 'Transfer-Encoding: gzip, chunked')],
    [501, 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'],
    [505, 'GET / HTTP/3.0\r\n\r\n'],
  ])('answers %i to what it cannot take, and reports nothing', async (status, bytes) => {
    const { converse, errors } = await start(echo)
    expect(await converse(bytes)).toMatchObject([{ status, headers: { connection: 'close' } }])
    expect(errors).toEqual([])
  })

  it('lets the client read the refusal while that is still sending (RFC 9112 §9.6)', async () => {
    const { open } = await start(echo)
    const client = (await open()).send('nonsense\r\n')
    for (let i = 0; i < 10; i++) client.send('x'.repeat(10_000))
    expect(await client.response()).toMatchObject({ status: 400 })
    await client.serverEnd()
    client.end()
    expect(await client.gone()).toBe('closed')
  })

  it('does not read for ever on behalf of a client that does not stop', async () => {
    const { open } = await start(echo, { maxLingerSize: 100_000 })
    const client = (await open()).send('nonsense\r\n')
    const flood = () => {
      while (client.fate === undefined && client.socket.write(Buffer.alloc(65_536)));
    }
    client.socket.on('drain', flood)
    flood()
    // not `gone`, which would end this side, and so stop
    await eventually(() => expect(client.fate).toMatch(/ECONNRESET|EPIPE/))
  })

  it('reads the same requests wherever the bytes are split', async () => {
    const { server } = await start(echo)
    const bytes =
      head('POST /1', 'Content-Length: 5') +
      'hello' +
      head('GET /2') +
      head('POST /3', 'Transfer-Encoding: chunked') +
      '3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX: 1\r\n\r\n\r\n' +
      head('GET /4', 'Connection: close')
    const converse = async (...pieces: string[]) => {
      const socket = new MemorySocket()
      server.accept(socket)
      socket.feed(...pieces)
      await new Promise((resolve) => socket.once('finish', resolve))
      socket.destroy()
      return socket.received.match(/(?<=\r\n\r\n)[^\r]*?(?=HTTP|$)/g)
    }
    const expected = ['POST /1 hello', 'GET /2', 'POST /3 abcde', 'GET /4']
    expect(await converse(bytes)).toEqual(expected)
    expect(await converse(...bytewise(bytes))).toEqual(expected)
    for (let i = 1; i < bytes.length; i++)
      expect(await converse(bytes.slice(0, i), bytes.slice(i))).toEqual(expected)
  })
})

describe('pipelined requests', () => {
  it('are answered in their order, in whatever order their handlers finish (RFC 9112 §9.3.2)', async () => {
    const gates = new Map<string, () => void>()
    const { open } = await start(async (exchange) => {
      await new Promise<void>((resolve) => gates.set(exchange.target, resolve))
      reply(exchange, exchange.target)
    })
    const client = (await open()).send(head('GET /1') + head('HEAD /2') + head('OPTIONS /3') + head('GET /4'))
    await expect.poll(() => gates.size).toBe(4)
    for (const target of ['/3', '/2', '/4']) {
      gates.get(target)!()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(client.received).toBe('')
    gates.get('/1')!()
    expect((await client.response()).body).toBe('/1')
    expect((await client.response({ bodyless: true })).headers['content-length']).toBe('2')
    expect((await client.response()).body).toBe('/3')
    expect((await client.response()).body).toBe('/4')
  })

  it('run one by one where one of them may change something', async () => {
    const log: string[] = []
    const gates = new Map<string, () => void>()
    const { open } = await start(async (exchange) => {
      log.push(`+${exchange.target}`)
      await new Promise<void>((resolve) => gates.set(exchange.target, resolve))
      log.push(`-${exchange.target}`)
      reply(exchange, exchange.target)
    })
    const client = (await open()).send(
      head('GET /1') + head('GET /2') + head('DELETE /3') + head('POST /4') + head('GET /5') + head('GET /6'),
    )
    const begun = () => log.filter((entry) => entry.startsWith('+')).length
    const steps = { '/2': 2, '/1': 2, '/3': 3, '/4': 4, '/5': 6, '/6': 6 }
    for (const [target, most] of Object.entries(steps)) {
      await expect.poll(begun).toBe(most)
      gates.get(target)!()
      await expect.poll(() => log).toContain(`-${target}`)
    }
    for (const target of ['/1', '/2', '/3', '/4', '/5', '/6'])
      expect((await client.response()).body).toBe(target)
    expect(log).toEqual(['+/1', '+/2', '-/2', '-/1', '+/3', '-/3', '+/4', '-/4', '+/5', '+/6', '-/5', '-/6'])
  })

  it('hold streamed answers back until it is their turn', async () => {
    const gate = deferred()
    const written: boolean[] = []
    const { open } = await start(async (exchange) => {
      if (exchange.target === '/1') {
        await gate.promise
        return reply(exchange, 'first')
      }
      exchange.sink.head(200, TEXT, 'stream')
      for (let i = 0; i < 4; i++) {
        const more = exchange.sink.write(Buffer.alloc(20_000, 48 + i))
        written.push(more)
        if (!more) await exchange.sink.drained()
      }
      exchange.sink.end()
    })
    const client = (await open()).send(head('GET /1') + head('GET /2'))
    await expect.poll(() => written).toEqual([true, true, true, false])
    expect(client.received).toBe('')
    gate.resolve()
    expect((await client.response()).body).toBe('first')
    expect((await client.response()).body).toHaveLength(80_000)
  })

  it('are read only so far ahead', async () => {
    const waiting: Exchange[] = []
    const { open } = await start((exchange) => void waiting.push(exchange), { maxPipelined: 3 })
    const client = (await open()).send(Array.from({ length: 10 }, (_, i) => head(`GET /${i}`)).join(''))
    for (let answered = 0; answered < 10; answered++) {
      await expect.poll(() => waiting.length).toBe(Math.min(10, answered + 3))
      reply(waiting[answered]!, String(answered))
      expect((await client.response()).body).toBe(String(answered))
    }
  })

  it('may be very many', async () => {
    const { open } = await start((exchange) => {
      if (exchange.target === '/sync') return reply(exchange, 'x')
      return Promise.resolve().then(() => reply(exchange, 'x'))
    })
    for (const target of ['/sync', '/async']) {
      const client = (await open()).send(
        head(`GET ${target}`).repeat(20_000) + head('GET /sync', 'Connection: close'),
      )
      await client.serverEnd()
      expect(client.received.split('HTTP/1.1 200').length - 1).toBe(20_001)
    }
  })

  it('are not begun inside of another handler, nor in its async context', async () => {
    const storage = new AsyncLocalStorage<string>()
    const seen: unknown[] = []
    let inside = false
    const { open } = await start((exchange) => {
      seen.push([exchange.target, storage.getStore(), inside])
      return storage.run(exchange.target, async () => {
        await new Promise((resolve) => setImmediate(resolve))
        inside = true
        reply(exchange, 'x')
        inside = false
      })
    })
    const client = (await open()).send(head('POST /1') + head('POST /2') + head('POST /3'))
    for (let i = 0; i < 3; i++) await client.response()
    expect(seen).toEqual([
      ['/1', undefined, false],
      ['/2', undefined, false],
      ['/3', undefined, false],
    ])
  })

  it('behind an answer that ends the connection are given up', async () => {
    const outcomes: string[] = []
    const begun: string[] = []
    const gate = deferred()
    const { open } = await start(async (exchange) => {
      begun.push(exchange.target)
      exchange.sink.onClose((state) => outcomes.push(`${exchange.target} ${state}`))
      if (exchange.target !== '/1') return reply(exchange, 'held')
      await gate.promise
      exchange.sink.head(200, TEXT.clone().set('connection', 'close'), 0)
      exchange.sink.end()
    })
    const client = (await open()).send(head('GET /1') + head('GET /2') + head('GET /3'))
    await expect.poll(() => begun).toEqual(['/1', '/2', '/3'])
    gate.resolve()
    expect(await client.allResponses()).toHaveLength(1)
    expect(outcomes).toEqual(['/1 ended', '/2 aborted', '/3 aborted'])
  })

  it('before an aborted exchange are still answered', async () => {
    const gate = deferred()
    const aborted = deferred()
    const { open } = await start(async (exchange) => {
      if (exchange.target === '/2') {
        exchange.sink.abort(new Error('no'))
        return aborted.resolve()
      }
      await gate.promise
      reply(exchange, 'ok')
    })
    const client = (await open()).send(head('GET /1') + head('GET /2') + head('GET /3'))
    await aborted.promise
    expect(client.fate).toBeUndefined()
    gate.resolve()
    await client.gone()
    expect(client.received.split('HTTP/1.1 200').length - 1).toBe(1)
  })
})
