import type { Exchange } from '../../../lib/http/index.js'
import { eventually } from '../../support/eventually.js'
import { MemorySocket } from '../memory-socket.js'
import { deferred, echo, head, nextTurn, reply, start, TEXT } from '../start.js'

const KIB = 1024

describe('a request body', () => {
  it('is there at once if it came with the head', async () => {
    const kinds: string[] = []
    const { server } = await start((exchange) => {
      const body = exchange.body.bytes(10)
      kinds.push(body instanceof Promise ? 'later' : 'now')
      return echo(exchange).catch(async () => reply(exchange, Buffer.from(await body).toString()))
    })
    // as one piece, which no network promises
    const socket = new MemorySocket()
    server.accept(socket)
    socket.feed(head('POST /', 'Content-Length: 3') + 'abc')
    await eventually(() => expect(socket.received).toMatch(/\r\n\r\nabc$/))
    expect(kinds).toEqual(['now'])
    socket.destroy()
  })

  it('is waited for if it comes later, in pieces', async () => {
    const { open, taken } = await start(echo)
    const client = await open()
    client.send(head('PUT /', 'Content-Length: 6') + 'ab')
    for (const piece of ['cd', 'ef']) {
      await taken(client)
      client.send(piece)
    }
    expect((await client.response()).body).toBe('PUT / abcdef')
  })

  it.each(['Content-Length: 300000', 'Transfer-Encoding: chunked'])(
    'can be iterated over (%s)',
    async (field) => {
      const { open } = await start(async (exchange) => {
        expect(exchange.body.used).toBe(false)
        let length = 0
        for await (const chunk of exchange.body) {
          length += chunk.length
          if (length < 100_000) await new Promise((resolve) => setImmediate(resolve))
        }
        expect(exchange.body.used).toBe(exchange.method === 'POST')
        reply(exchange, `${exchange.body.length ?? 'unknown'} ${length}`)
      })
      const content = Buffer.alloc(300_000, 'x')
      const client = (await open()).send(head('POST /', field))
      if (field.startsWith('C')) client.send(content)
      else
        client
          .send(`${content.length.toString(16)}\r\n`)
          .send(content)
          .send('\r\n0\r\n\r\n')
      expect((await client.response()).body).toBe(field.startsWith('C') ? '300000 300000' : 'unknown 300000')
      expect((await client.send(head('GET /')).response()).body).toBe('0 0')
    },
  )

  it('cannot be read any more where the answer was first, so that no part passes for the whole', async () => {
    const read = deferred<unknown>()
    const { open } = await start(async (exchange) => {
      reply(exchange, 'early')
      if (exchange.method === 'GET') return
      await new Promise((resolve) => setImmediate(resolve))
      const reading = (async () => exchange.body.bytes(100))()
      await reading.then(read.resolve, read.resolve)
    })
    const client = (await open()).send(head('POST /', 'Content-Length: 6') + 'abc')
    expect((await client.response()).body).toBe('early')
    client.send('def')
    expect(await read.promise).toMatchObject({ code: 'CORBEL_BODY_ALREADY_READ' })
    expect((await client.send(head('GET /')).response()).body).toBe('early')
  })

  it('comes only once', async () => {
    const codes: unknown[] = []
    const { open } = await start(async (exchange) => {
      await exchange.body.bytes(100)
      try {
        await exchange.body.bytes(100)
      } catch (error) {
        codes.push(error)
      }
      reply(exchange, 'ok')
    })
    const client = await open()
    await client.send(head('POST /', 'Content-Length: 1') + 'x').response()
    await client.send(head('POST /', 'Transfer-Encoding: chunked') + '1\r\nx\r\n0\r\n\r\n').response()
    expect(codes).toMatchObject([{ code: 'CORBEL_BODY_ALREADY_READ' }, { code: 'CORBEL_BODY_ALREADY_READ' }])
  })

  // prettier-ignore
  it.each<[what: string, keeps: boolean, request: string]>([
    ['announced, and here', true, head('POST /', 'Content-Length: 11') + 'x'.repeat(11)],
    ['announced, and not here', true, head('POST /', 'Content-Length: 11')],
    ['announced, and too much to throw away', false, head('POST /', 'Content-Length: 1000000')],
    ['chunked', true, head('POST /', 'Transfer-Encoding: chunked') + '20\r\n' + 'x'.repeat(32)],
  ])('beyond the reader\'s limit is refused: %s', async (_, keeps, request) => {
    const { open } = await start(async (exchange) => { await exchange.body.bytes(10) })
    const client = (await open()).send(request)
    const response = await client.response()
    expect(response.status).toBe(413)
    expect(JSON.parse(response.body)).toMatchObject({ code: 'CORBEL_BODY_TOO_LARGE' })
    expect(response.headers.connection).toBe(keeps ? undefined : 'close')
  })

  it('beyond the engine\'s limit is refused, too', async () => {
    const { open, converse } = await start(
      async (exchange) => {
        if (exchange.target === '/bytes') await exchange.body.bytes(1000)
        else for await (const chunk of exchange.body) void chunk
        reply(exchange, 'ok')
      },
      { maxBodySize: 10, maxDiscardSize: 0 },
    )
    for (const target of ['/bytes', '/chunks']) {
      expect((await (await open()).send(head(`POST ${target}`, 'Content-Length: 10') + '0123456789').response()).body).toBe('ok')
      expect(await converse(head(`POST ${target}`, 'Content-Length: 11') + '0')).toMatchObject([{ status: 413 }])
      const chunked = head(`POST ${target}`, 'Transfer-Encoding: chunked')
      expect(await converse(chunked + '6\r\n012345\r\n6\r\n012345\r\n')).toMatchObject([{ status: 413 }])
    }
  }) // prettier-ignore

  it('that nobody reads is thrown away, and the connection goes on', async () => {
    const { open } = await start((exchange) => reply(exchange, exchange.target))
    const client = await open()
    const fields = ['Content-Length: 200000', 'Transfer-Encoding: chunked']
    for (const field of fields) {
      client.send(head('POST /1', field))
      expect(await client.response()).toMatchObject({ body: '/1', headers: {} })
      const content = 'x'.repeat(200_000)
      client.send(field === fields[0] ? content : `${(200_000).toString(16)}\r\n${content}\r\n0\r\n\r\n`)
      expect((await client.send(head('GET /2')).response()).body).toBe('/2')
    }
  })

  it('that nobody reads ends the connection if it is large: the answer says so', async () => {
    const { open } = await start((exchange) => reply(exchange, 'ok'), { maxDiscardSize: 100 })
    const client = (await open()).send(head('POST /', 'Content-Length: 101') + 'x')
    expect(await client.response()).toMatchObject({ headers: { connection: 'close' } })
    await client.serverEnd()
  })

  it('that nobody reads ends the connection if it turns out to be large', async () => {
    const { open } = await start((exchange) => reply(exchange, 'ok'), { maxDiscardSize: 100 })
    const client = (await open()).send(head('POST /', 'Transfer-Encoding: chunked'))
    expect(await client.response()).toMatchObject({ body: 'ok' })
    client.send('ff\r\n' + 'x'.repeat(255))
    expect(await client.serverEnd()).toBe('')
  })

  it('left half-read is thrown away', async () => {
    const { open } = await start(async (exchange) => {
      for await (const chunk of exchange.body) if (chunk.length > 0) break
      reply(exchange, 'enough')
    })
    const client = (await open()).send(head('POST /', 'Content-Length: 1000') + 'x'.repeat(500))
    expect((await client.response()).body).toBe('enough')
    client.send('x'.repeat(500) + head('GET /'))
    expect((await client.response()).body).toBe('enough')
  })

  it('can be read on after the answer', async () => {
    const read = deferred<number>()
    const { open } = await start(async (exchange) => {
      const bytes = exchange.body.bytes(1000)
      reply(exchange, 'early')
      read.resolve((await bytes).length)
    })
    const client = (await open()).send(head('POST /', 'Content-Length: 1000') + 'x'.repeat(500))
    expect((await client.response()).body).toBe('early')
    client.send('x'.repeat(500) + head('GET /'))
    expect(await read.promise).toBe(1000)
    expect((await client.response()).body).toBe('early')
  })

  it('is not read from the socket before someone wants it', async () => {
    const arrived = deferred<Exchange>()
    const { open, peer } = await start((exchange) => {
      if (exchange.target === '/other') reply(exchange, 'other')
      else arrived.resolve(exchange)
    })
    const size = 64 * 1024 * KIB
    const client = (await open()).send(head('POST /', `Content-Length: ${size}`)).send(Buffer.alloc(size))
    const exchange = await arrived.promise
    // the server goes on with others, for much longer than it takes to read all of that
    const other = await open()
    for (let i = 0; i < 100; i++) await other.send(head('GET /other')).response()
    expect((await peer(client)).bytesRead).toBeLessThan(KIB * KIB)
    let length = 0
    for await (const chunk of exchange.body) length += chunk.length
    expect(length).toBe(size)
    reply(exchange, 'all')
    expect((await client.response()).body).toBe('all')
  })

  it('that is malformed fails its reader, and is answered with its status', async () => {
    const { converse } = await start(echo)
    for (const bytes of ['x\r\n', '1\r\nxy', '1\r\nx\r\n0\r\nHost: b\r\n\r\n']) {
      expect(
        await converse(head('POST /', 'Transfer-Encoding: chunked') + bytes + head('GET /')),
      ).toMatchObject([{ status: 400, headers: { connection: 'close' } }])
    }
  })

  it('that is malformed ends the connection also if nobody reads it', async () => {
    const { converse } = await start((exchange) => reply(exchange, 'ok'))
    const responses = await converse(head('POST /', 'Transfer-Encoding: chunked') + 'x\r\n' + head('GET /'))
    expect(responses).toMatchObject([{ body: 'ok' }])
  })
})

describe('Expect: 100-continue (RFC 9110 §10.1.1)', () => {
  const request = (length: number) => head('POST /', 'Expect: 100-continue', `Content-Length: ${length}`)

  it('is answered when the body is first asked for', async () => {
    const gate = deferred()
    const { open, peer, taken } = await start(async (exchange) => {
      await gate.promise
      await echo(exchange)
    })
    const client = (await open()).send(request(3))
    await taken(client)
    expect((await peer(client)).bytesWritten).toBe(0)
    gate.resolve()
    expect(await client.response()).toMatchObject({ status: 100, headers: {} })
    expect((await client.send('abc').response()).body).toBe('POST / abc')
    expect((await client.send(head('GET /')).response()).body).toBe('GET /')
  })

  it('is not answered if the body is coming already', async () => {
    const { open } = await start(echo)
    const client = (await open()).send(request(3) + 'abc')
    expect((await client.response()).status).toBe(200)
  })

  it('is not answered to HTTP/1.0', async () => {
    const { open, taken } = await start(echo)
    const client = (await open()).send('POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n')
    await taken(client)
    // the first that comes
    expect((await client.send('abc').response()).body).toBe('POST / abc')
  })

  it('ends the connection if the final answer comes without it', async () => {
    const { open } = await start((exchange) => reply(exchange, 'no'))
    const client = (await open()).send(request(3))
    expect(await client.response()).toMatchObject({ status: 200, headers: { connection: 'close' } })
    expect(await client.serverEnd()).toBe('')
  })

  it('is refused with 413 before anything is sent', async () => {
    const { converse } = await start(async (exchange) => void (await exchange.body.bytes(2)))
    expect(await converse(request(3))).toMatchObject([{ status: 413, headers: { connection: 'close' } }])
  })

  it('takes its turn among pipelined requests', async () => {
    const gate = deferred()
    const { open, peer, taken } = await start(async (exchange) => {
      if (exchange.target === '/first') await gate.promise
      await echo(exchange)
    })
    const client = (await open()).send(head('GET /first') + request(1).replace('POST', 'GET'))
    await taken(client)
    expect((await peer(client)).bytesWritten).toBe(0)
    gate.resolve()
    expect((await client.response()).body).toBe('GET /first')
    expect((await client.response()).status).toBe(100)
    expect((await client.send('x').response()).body).toBe('GET / x')
  })
})

describe('a client that goes away', () => {
  it.each(['reset', 'destroy', 'end'] as const)(
    'by %s in the middle of a body fails its reader',
    async (how) => {
      const failures: unknown[] = []
      const closed = deferred<string>()
      const started = deferred()
      const { open, errors } = await start(async (exchange) => {
        exchange.sink.onClose(closed.resolve)
        started.resolve()
        try {
          await exchange.body.bytes(1000)
        } catch (error) {
          failures.push(error, exchange.signal.reason)
          throw error
        }
      })
      const client = (await open()).send(head('POST /', 'Content-Length: 100') + 'x')
      await started.promise
      client[how]()
      expect(await closed.promise).toBe('aborted')
      await expect
        .poll(() => failures)
        .toMatchObject([{ code: 'CORBEL_CLIENT_GONE' }, { code: 'CORBEL_CLIENT_GONE' }])
      expect(errors).toEqual([])
    },
  )

  it('while iterating fails the iteration', async () => {
    const failure = deferred<unknown>()
    const { open } = await start(async (exchange) => {
      try {
        for await (const chunk of exchange.body) if (chunk.length > 0) client.reset()
      } catch (error) {
        failure.resolve(error)
      }
    })
    const client = await open()
    client.send(head('POST /', 'Transfer-Encoding: chunked') + '2\r\nxx\r\n')
    expect(await failure.promise).toMatchObject({ code: 'CORBEL_CLIENT_GONE' })
  })

  it('while it is answered aborts the signal, rejects drained(), and swallows what is still written', async () => {
    const done = deferred<unknown[]>()
    const { open, errors } = await start(async ({ sink, signal }) => {
      sink.head(200, TEXT, 'stream')
      let reason: unknown
      // until there is something that cannot leave any more
      while (reason === undefined) {
        while (sink.write(Buffer.alloc(64 * KIB)));
        const outcome = sink.drained().catch((error: unknown) => error)
        client.reset()
        reason = await outcome
      }
      const after = [sink.state, sink.write(Buffer.alloc(1)), signal.aborted]
      sink.end()
      sink.abort(new Error('again'))
      await expect(sink.drained()).rejects.toBe(reason)
      done.resolve([reason, ...after])
    })
    const client = await open()
    client.socket.pause()
    client.send(head('GET /'))
    expect(await done.promise).toEqual([
      expect.objectContaining({ code: 'CORBEL_CLIENT_GONE' }),
      'aborted',
      false,
      true,
    ])
    expect(errors).toEqual([])
  })

  it('leaves no trace of a handler that answers later', async () => {
    const arrived = deferred()
    const answered = deferred()
    const { open, errors } = await start(async (exchange) => {
      const gone = new Promise((resolve) => exchange.sink.onClose(resolve))
      arrived.resolve()
      await gone
      reply(exchange, 'nobody is there')
      answered.resolve()
    })
    const client = (await open()).send(head('GET /'))
    await arrived.promise
    client.reset()
    await answered.promise
    await nextTurn()
    expect(errors).toEqual([])
  })
})

describe('a slow reader', () => {
  it('slows the writer down, and gets everything', async () => {
    let waits = 0
    let parts = 0
    const size = 64 * KIB
    const { open } = await start(async ({ sink }) => {
      sink.head(200, TEXT, 'stream')
      // more than the buffers of the system hold, whatever they do
      for (; waits === 0 || parts < 100; parts++) {
        if (sink.write(Buffer.alloc(size, 65 + (parts % 26)))) continue
        waits++
        await sink.drained()
      }
      sink.end()
    })
    const client = await open()
    client.socket.pause()
    client.send(head('GET /', 'Connection: close'))
    await expect.poll(() => waits).toBeGreaterThan(0)
    client.socket.resume()
    const [{ body } = { body: '' }] = await client.allResponses()
    expect(body).toHaveLength(parts * size)
    expect(body.slice(-1)).toBe(String.fromCharCode(65 + ((parts - 1) % 26)))
  })

  it('is not served further pipelined requests meanwhile', async () => {
    const count = 120
    const size = 500_000
    let served = 0
    const { open, peer } = await start((exchange) => {
      if (exchange.target === '/other') return reply(exchange, 'other')
      served++
      reply(exchange, 'x'.repeat(size))
    })
    const client = await open()
    client.socket.pause()
    client.send(head('GET /').repeat(count))
    const end = await peer(client)
    await expect.poll(() => end.writableLength).toBeGreaterThan(0)
    // the server goes on with others, for much longer than it takes to serve all of them
    const other = await open()
    for (let i = 0; i < 100; i++) await other.send(head('GET /other')).response()
    // no system has buffers for the rest
    expect(served).toBeLessThan(count)
    client.socket.resume()
    await client.until(({ received }) => received.length > count * size)
    expect(served).toBe(count)
  })
})
