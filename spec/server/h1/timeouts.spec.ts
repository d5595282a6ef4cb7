import type { RawClient } from '../../support/raw-http.js'
import { heldTime } from '../../support/held-time.js'
import { readSlowly } from '../slow-reader.js'
import { deferred, echo, head, reply, start, TEXT, type Fixture } from '../start.js'

/** Longer than any test takes; so that only the timeout under test can have passed. */
const NEVER = 600_000
const SLOW = {
  headersTimeout: NEVER,
  bodyTimeout: NEVER,
  requestTimeout: 0,
  keepAliveTimeout: NEVER,
  writeTimeout: NEVER,
  minWriteRate: 0,
  lingerTimeout: NEVER,
}
/** ms between two looks of the server at its clock: 20 ms are over at the fourth of them, and not before. */
const TICK = 5

const time = heldTime()

/** Sends the same piece before each tick, until the server has ended the connection; answers what came back. */
async function drip({ taken }: Fixture, client: RawClient, piece: string) {
  while (!client.ended && client.fate === undefined) {
    await taken(client.send(piece))
    await time.pass(TICK)
  }
  return client.allResponses()
}

describe('time', () => {
  it('for the first request is bounded: a silent client is let go without a word', async () => {
    const { open, taken } = await start(echo, { ...SLOW, headersTimeout: 20 })
    const [late, silent] = [await open(), await open()]
    await Promise.all([taken(late), taken(silent)])
    await time.pass(15)
    expect((await late.send(head('GET /')).response()).status).toBe(200)
    await time.pass(5)
    expect(await silent.serverEnd()).toBe('')
    expect((await late.send(head('GET /')).response()).status).toBe(200)
  })

  it('for a head is bounded: 408 (RFC 9110 §15.5.9)', async () => {
    const { open, taken } = await start(echo, { ...SLOW, headersTimeout: 20 })
    for (const bytes of ['G', 'GET / HTTP/1.1\r\nHost: a\r\n']) {
      const client = (await open()).send(bytes)
      await taken(client)
      await time.pass(20)
      const [response] = await client.allResponses()
      expect(response).toMatchObject({ status: 408, headers: { connection: 'close' } })
      expect(JSON.parse(response!.body)).toMatchObject({ code: 'CORBEL_H1_HEAD_TIMEOUT' })
    }
  })

  it('for a head is there to the end', async () => {
    const { open, taken } = await start(echo, { ...SLOW, headersTimeout: 20 })
    const client = (await open()).send('GET / HTTP/1.1\r\n')
    await taken(client)
    await time.pass(15)
    expect((await client.send('Host: a\r\n\r\n').response()).status).toBe(200)
  })

  it('for a head is not bought by single bytes', async () => {
    const fixture = await start(echo, { ...SLOW, headersTimeout: 30 })
    expect(await drip(fixture, await fixture.open(), 'X')).toMatchObject([{ status: 408 }])
    expect(time.now).toBeGreaterThanOrEqual(30)
  })

  it('for a head that follows an answer counts from its first byte', async () => {
    const { open } = await start(echo, { ...SLOW, headersTimeout: 20 })
    const client = (await open()).send(head('GET /1'))
    expect((await client.response()).status).toBe(200)
    await time.pass(40)
    expect((await client.send(head('GET /2')).response()).status).toBe(200)
    await time.pass(40)
    expect((await client.send(head('GET /3') + 'GET').response()).status).toBe(200)
    await time.pass(20)
    expect((await client.response()).status).toBe(408)
  })

  it('for a head comes to its end behind earlier answers', async () => {
    const gate = deferred()
    const { open, taken } = await start(
      async (exchange) => {
        await gate.promise
        reply(exchange, 'ok')
      },
      { ...SLOW, headersTimeout: 10 },
    )
    const client = (await open()).send(head('GET /1') + 'GET')
    await taken(client)
    await time.pass(30)
    expect(client.received).toBe('')
    gate.resolve()
    expect(await client.allResponses()).toMatchObject([{ status: 200 }, { status: 408 }])
  })

  it('between requests is bounded', async () => {
    const { open } = await start(echo, { ...SLOW, keepAliveTimeout: 20 })
    const client = await open()
    for (let i = 0; i < 3; i++) {
      expect((await client.send(head('GET /')).response()).status).toBe(200)
      await time.pass(15)
    }
    await time.pass(5)
    expect(await client.serverEnd()).toBe('')
  })

  it.each(['Content-Length: 10', 'Transfer-Encoding: chunked'])(
    'for a body is bounded: 408 (%s)',
    async (field) => {
      const { open, taken, errors } = await start(echo, { ...SLOW, bodyTimeout: 20 })
      const client = (await open()).send(head('POST /', field) + '5\r\nhe')
      await taken(client)
      await time.pass(20)
      const [response] = await client.allResponses()
      expect(response).toMatchObject({ status: 408, headers: { connection: 'close' } })
      expect(JSON.parse(response!.body)).toMatchObject({ code: 'CORBEL_H1_BODY_TIMEOUT' })
      expect(errors).toEqual([])
    },
  )

  it('for a body begins anew with each byte', async () => {
    const { open, taken } = await start(echo, { ...SLOW, bodyTimeout: 20 })
    const client = (await open()).send(head('POST /', 'Content-Length: 10'))
    for (let i = 0; i < 10; i++) {
      await taken(client)
      await time.pass(15)
      client.send('x')
    }
    expect((await client.response()).status).toBe(200)
  })

  it('for a body that nobody reads is bounded, too', async () => {
    const { open, taken } = await start((exchange) => reply(exchange, 'ok'), { ...SLOW, bodyTimeout: 20 })
    const client = (await open()).send(head('POST /', 'Content-Length: 10') + 'x')
    await taken(client)
    await time.pass(20)
    expect(await client.allResponses()).toMatchObject([{ status: 200 }])
  })

  it.each([
    ['Content-Length: 1000000', 'x'],
    ['Transfer-Encoding: chunked', '1\r\nx\r\n'],
  ])('for a request is not bought by single bytes: 408 (%s)', async (field, piece) => {
    const fixture = await start(echo, { ...SLOW, requestTimeout: 40 })
    const client = (await fixture.open()).send(head('POST /', field))
    const [response] = await drip(fixture, client, piece)
    expect(time.now).toBeGreaterThanOrEqual(40)
    expect(response).toMatchObject({ status: 408, headers: { connection: 'close' } })
    expect(JSON.parse(response!.body)).toMatchObject({ code: 'CORBEL_H1_REQUEST_TIMEOUT' })
    expect(fixture.errors).toEqual([])
  })

  it('for a request is bounded within its head, too', async () => {
    const fixture = await start(echo, { ...SLOW, requestTimeout: 30 })
    const [response] = await drip(fixture, await fixture.open(), 'X')
    expect(JSON.parse(response!.body)).toMatchObject({ status: 408, code: 'CORBEL_H1_REQUEST_TIMEOUT' })
  })

  it('for a request whose body nobody reads is bounded, too', async () => {
    const fixture = await start((exchange) => reply(exchange, 'ok'), { ...SLOW, requestTimeout: 30 })
    const client = (await fixture.open()).send(head('POST /', 'Content-Length: 10000'))
    expect(await drip(fixture, client, 'x')).toMatchObject([{ status: 200 }])
  })

  it('for a request is its own: idle time and earlier requests do not count', async () => {
    const { open, taken } = await start(echo, { ...SLOW, requestTimeout: 80 })
    const client = await open()
    for (let i = 0; i < 5; i++) {
      await time.pass(60)
      await taken(client.send(head('POST /', 'Content-Length: 2') + 'x'))
      await time.pass(60)
      expect((await client.send('x').response()).status).toBe(200)
    }
    for (let i = 0; i < 5; i++) {
      await taken(client.send('GET / HTTP/1.1\r\n'))
      await time.pass(60)
      expect((await client.send('Host: a\r\n\r\n').response()).status).toBe(200)
    }
  })

  it('does not run while a request waits for those before it', async () => {
    const gate = deferred()
    const { open, taken } = await start(
      async (exchange) => {
        if (exchange.target === '/1') await gate.promise
        await echo(exchange)
      },
      { ...SLOW, bodyTimeout: 30, requestTimeout: 30 },
    )
    const client = (await open()).send(head('GET /1') + head('POST /2', 'Content-Length: 2') + 'x')
    await taken(client)
    await time.pass(90)
    gate.resolve()
    expect((await client.response()).body).toBe('GET /1')
    expect((await client.send('x').response()).body).toBe('POST /2 xx')
  })

  it('does not run while the client waits for 100 (RFC 9110 §10.1.1)', async () => {
    const gate = deferred()
    const { open, taken } = await start(
      async (exchange) => {
        await gate.promise
        await echo(exchange)
      },
      { ...SLOW, bodyTimeout: 30, requestTimeout: 30 },
    )
    const client = (await open()).send(head('POST /', 'Content-Length: 1', 'Expect: 100-continue'))
    await taken(client)
    await time.pass(90)
    gate.resolve()
    expect((await client.response({ bodyless: true })).status).toBe(100)
    expect((await client.send('x').response()).body).toBe('POST / x')
  })

  it('does not run while the body waits for its reader', async () => {
    const gate = deferred()
    const { open, taken } = await start(
      async (exchange) => {
        await gate.promise
        await echo(exchange)
      },
      { ...SLOW, bodyTimeout: 20, requestTimeout: 20, bodyHighWaterMark: 10 },
    )
    const client = (await open()).send(head('POST /', 'Content-Length: 20') + 'x'.repeat(10))
    await taken(client)
    await time.pass(60)
    gate.resolve()
    client.send('x'.repeat(10))
    expect((await client.response()).status).toBe(200)
  })

  it('does not run while a handler works', async () => {
    const options = {
      headersTimeout: 20,
      bodyTimeout: 20,
      requestTimeout: 20,
      keepAliveTimeout: 20,
      writeTimeout: 20,
      lingerTimeout: 20,
    }
    const [arrived, gate] = [deferred(), deferred()]
    const { open, taken } = await start(async (exchange) => {
      arrived.resolve()
      await gate.promise
      reply(exchange, 'ok')
    }, options)
    const client = (await open()).send(head('POST /', 'Content-Length: 1') + 'x')
    await Promise.all([arrived.promise, taken(client)])
    await time.pass(60)
    gate.resolve()
    expect((await client.response()).body).toBe('ok')
  })

  it('that a handler blocks the process is not counted against clients', async () => {
    const { open, taken } = await start(
      (exchange) => {
        if (exchange.target === '/block') time.block(120)
        reply(exchange, 'ok')
      },
      { ...SLOW, headersTimeout: 60 },
    )
    const slow = await open()
    await taken(slow.send('GET / HTTP/1.1\r\n'))
    await time.pass(10)
    expect((await (await open()).send(head('GET /block')).response()).status).toBe(200)
    // the tick that was due meanwhile
    await time.pass(0)
    expect((await slow.send('Host: a\r\n\r\n').response()).status).toBe(200)
  })

  it('for a client that reads nothing is bounded', async () => {
    const closed = deferred<string>()
    const reason = deferred<unknown>()
    const { open } = await start(
      ({ sink, signal }) => {
        signal.addEventListener('abort', () => reason.resolve(signal.reason))
        sink.onClose(closed.resolve)
        sink.head(200, TEXT, 'stream')
        while (sink.write(Buffer.alloc(65_536)));
      },
      { ...SLOW, writeTimeout: 30 },
    )
    const client = await open()
    client.socket.pause()
    client.send(head('GET /'))
    expect(await time.passUntil(closed.promise)).toBe('aborted')
    expect(time.now).toBeGreaterThanOrEqual(30)
    expect(await reason.promise).toMatchObject({ code: 'CORBEL_H1_WRITE_STALLED' })
  })

  it('for a client that reads too little is bounded', async () => {
    const reason = deferred<unknown>()
    const { open } = await start(
      async ({ sink, signal }) => {
        signal.addEventListener('abort', () => reason.resolve(signal.reason))
        sink.head(200, TEXT, 'stream')
        const chunk = Buffer.alloc(4_000_000)
        while (!signal.aborted) if (!sink.write(chunk)) await sink.drained().catch(() => {})
      },
      { ...SLOW, writeTimeout: 60, minWriteRate: 100_000_000_000 },
    )
    const client = (await open()).send(head('GET /'))
    await client.until(({ received }) => received.length > 1_000_000)
    let parts = 0
    const takeSome = async () => {
      const { length } = client.received
      client.socket.resume()
      await client.until(
        ({ received, ended, fate }) => received.length > length || ended || fate !== undefined,
      )
      client.socket.pause()
      if (client.received.length > length) parts++
    }
    expect(await time.passUntil(reason.promise, takeSome)).toMatchObject({ code: 'CORBEL_H1_WRITE_STALLED' })
    expect(time.now).toBeGreaterThanOrEqual(60)
    expect(parts).toBeGreaterThan(5)
  })

  it('goes on while a slow client reads something, even of one large write', async () => {
    const size = 40_000_000
    const { open, peer } = await start((exchange) => reply(exchange, 'x'.repeat(size)), {
      ...SLOW,
      writeTimeout: 50,
    })
    const client = await open()
    client.socket.pause()
    client.send(head('GET /', 'Connection: close'))
    await readSlowly(time, client, await peer(client), 45)
    expect(client.received.length).toBeGreaterThan(size)
    expect(time.now).toBeGreaterThan(100)
  })

  it('to take the last answer in is bounded, too', async () => {
    const { open, taken } = await start(echo, { ...SLOW, lingerTimeout: 20 })
    const client = (await open()).send(head('GET /', 'Connection: close'))
    await client.serverEnd()
    await time.pass(15)
    await taken(client.send('x'))
    expect(client.fate).toBe(undefined)
    while (client.fate === undefined) {
      client.send('x')
      await time.pass(TICK)
    }
    expect(client.fate).toMatch(/ECONNRESET|EPIPE/)
    expect(time.now).toBeGreaterThanOrEqual(20)
  })
})
