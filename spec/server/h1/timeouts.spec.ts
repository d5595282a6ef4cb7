import type { RawClient } from '../../support/raw-http.js'
import { deferred, echo, head, reply, start, TEXT } from '../start.js'

/** Longer than any test should take; so that only the timeout under test can have passed. */
const NEVER = 600_000
const SLOW = {
  headersTimeout: NEVER,
  bodyTimeout: NEVER,
  requestTimeout: 0,
  keepAliveTimeout: NEVER,
  writeTimeout: NEVER,
  minWriteRate: 0,
}

/** Sends the same piece every 5 ms, until the server has ended the connection; answers what came back. */
async function drip(client: RawClient, piece: string) {
  const timer = setInterval(() => client.send(piece), 5)
  try {
    return await client.allResponses()
  } finally {
    clearInterval(timer)
  }
}

describe('time', () => {
  it('for the first request is bounded: a silent client is let go without a word', async () => {
    const { open } = await start(echo, { ...SLOW, headersTimeout: 20 })
    expect(await (await open()).serverEnd()).toBe('')
  })

  it('for a head is bounded: 408 (RFC 9110 §15.5.9)', async () => {
    const { open } = await start(echo, { ...SLOW, headersTimeout: 20 })
    for (const bytes of ['G', 'GET / HTTP/1.1\r\nHost: a\r\n']) {
      const [response] = await (await open()).send(bytes).allResponses()
      expect(response).toMatchObject({ status: 408, headers: { connection: 'close' } })
      expect(JSON.parse(response!.body)).toMatchObject({ code: 'CORBEL_H1_HEAD_TIMEOUT' })
    }
  })

  it('for a head is not bought by single bytes', async () => {
    const { open } = await start(echo, { ...SLOW, headersTimeout: 30 })
    expect(await drip(await open(), 'X')).toMatchObject([{ status: 408 }])
  })

  it('for a head that follows an answer counts from its first byte', async () => {
    const { open } = await start(echo, { ...SLOW, headersTimeout: 20 })
    const client = (await open()).send(head('GET /1'))
    expect((await client.response()).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 40))
    expect((await client.send(head('GET /2') + 'GET').response()).status).toBe(200)
    expect((await client.response()).status).toBe(408)
  })

  it('for a head comes to its end behind earlier answers', async () => {
    const gate = deferred()
    const { open } = await start(
      async (exchange) => {
        await gate.promise
        reply(exchange, 'ok')
      },
      { ...SLOW, headersTimeout: 10 },
    )
    const client = (await open()).send(head('GET /1') + 'GET')
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(client.received).toBe('')
    gate.resolve()
    expect(await client.allResponses()).toMatchObject([{ status: 200 }, { status: 408 }])
  })

  it('between requests is bounded', async () => {
    const { open } = await start(echo, { ...SLOW, keepAliveTimeout: 20 })
    const client = (await open()).send(head('GET /'))
    expect((await client.response()).status).toBe(200)
    expect(await client.serverEnd()).toBe('')
  })

  it.each(['Content-Length: 10', 'Transfer-Encoding: chunked'])(
    'for a body is bounded: 408 (%s)',
    async (field) => {
      const { open, errors } = await start(echo, { ...SLOW, bodyTimeout: 20 })
      const [response] = await (await open()).send(head('POST /', field) + '5\r\nhe').allResponses()
      expect(response).toMatchObject({ status: 408, headers: { connection: 'close' } })
      expect(JSON.parse(response!.body)).toMatchObject({ code: 'CORBEL_H1_BODY_TIMEOUT' })
      expect(errors).toEqual([])
    },
  )

  it('for a body begins anew with each byte', async () => {
    const { open } = await start(echo, { ...SLOW, bodyTimeout: 60 })
    const client = (await open()).send(head('POST /', 'Content-Length: 10'))
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setTimeout(resolve, 12))
      client.send('x')
    }
    expect((await client.response()).status).toBe(200)
  })

  it('for a body that nobody reads is bounded, too', async () => {
    const { open } = await start((exchange) => reply(exchange, 'ok'), { ...SLOW, bodyTimeout: 20 })
    const client = (await open()).send(head('POST /', 'Content-Length: 10') + 'x')
    expect(await client.allResponses()).toMatchObject([{ status: 200 }])
  })

  it.each([
    ['Content-Length: 1000000', 'x'],
    ['Transfer-Encoding: chunked', '1\r\nx\r\n'],
  ])('for a request is not bought by single bytes: 408 (%s)', async (field, piece) => {
    const { open, errors } = await start(echo, { ...SLOW, requestTimeout: 40 })
    const [response] = await drip((await open()).send(head('POST /', field)), piece)
    expect(response).toMatchObject({ status: 408, headers: { connection: 'close' } })
    expect(JSON.parse(response!.body)).toMatchObject({ code: 'CORBEL_H1_REQUEST_TIMEOUT' })
    expect(errors).toEqual([])
  })

  it('for a request is bounded within its head, too', async () => {
    const { open } = await start(echo, { ...SLOW, requestTimeout: 30 })
    const [response] = await drip(await open(), 'X')
    expect(JSON.parse(response!.body)).toMatchObject({ status: 408, code: 'CORBEL_H1_REQUEST_TIMEOUT' })
  })

  it('for a request whose body nobody reads is bounded, too', async () => {
    const { open } = await start((exchange) => reply(exchange, 'ok'), { ...SLOW, requestTimeout: 30 })
    const client = (await open()).send(head('POST /', 'Content-Length: 10000'))
    expect(await drip(client, 'x')).toMatchObject([{ status: 200 }])
  })

  it('for a request is its own: idle time and earlier requests do not count', async () => {
    const { open } = await start(echo, { ...SLOW, requestTimeout: 80 })
    const client = await open()
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      client.send(head('POST /', 'Content-Length: 2') + 'x')
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect((await client.send('x').response()).status).toBe(200)
    }
    for (let i = 0; i < 5; i++) {
      client.send('GET / HTTP/1.1\r\n')
      await new Promise((resolve) => setTimeout(resolve, 30))
      expect((await client.send('Host: a\r\n\r\n').response()).status).toBe(200)
    }
  })

  it('does not run while a request waits for those before it', async () => {
    const gate = deferred()
    const { open } = await start(
      async (exchange) => {
        if (exchange.target === '/1') await gate.promise
        await echo(exchange)
      },
      { ...SLOW, bodyTimeout: 30, requestTimeout: 30 },
    )
    const client = (await open()).send(head('GET /1') + head('POST /2', 'Content-Length: 2') + 'x')
    await new Promise((resolve) => setTimeout(resolve, 60))
    gate.resolve()
    expect((await client.response()).body).toBe('GET /1')
    expect((await client.send('x').response()).body).toBe('POST /2 xx')
  })

  it('does not run while the client waits for 100 (RFC 9110 §10.1.1)', async () => {
    const gate = deferred()
    const { open } = await start(
      async (exchange) => {
        await gate.promise
        await echo(exchange)
      },
      { ...SLOW, bodyTimeout: 30, requestTimeout: 30 },
    )
    const client = (await open()).send(head('POST /', 'Content-Length: 1', 'Expect: 100-continue'))
    await new Promise((resolve) => setTimeout(resolve, 60))
    gate.resolve()
    expect((await client.response({ bodyless: true })).status).toBe(100)
    expect((await client.send('x').response()).body).toBe('POST / x')
  })

  it('does not run while the body waits for its reader', async () => {
    const gate = deferred()
    const { open } = await start(
      async (exchange) => {
        await gate.promise
        await echo(exchange)
      },
      { ...SLOW, bodyTimeout: 20, requestTimeout: 20, bodyHighWaterMark: 10 },
    )
    const client = (await open()).send(head('POST /', 'Content-Length: 20') + 'x'.repeat(10))
    await new Promise((resolve) => setTimeout(resolve, 60))
    gate.resolve()
    client.send('x'.repeat(10))
    expect((await client.response()).status).toBe(200)
  })

  it('does not run while a handler works', async () => {
    const options = {
      headersTimeout: 200,
      bodyTimeout: 200,
      requestTimeout: 200,
      keepAliveTimeout: 200,
      writeTimeout: 200,
      lingerTimeout: 200,
    }
    const { open } = await start(async (exchange) => {
      await new Promise((resolve) => setTimeout(resolve, 600))
      reply(exchange, 'ok')
    }, options)
    expect((await (await open()).send(head('POST /', 'Content-Length: 1') + 'x').response()).body).toBe('ok')
  })

  it('that a handler blocks the process is not counted against clients', async () => {
    const { open } = await start(
      (exchange) => {
        const end = Date.now() + (exchange.target === '/block' ? 120 : 0)
        while (Date.now() < end);
        reply(exchange, 'ok')
      },
      { ...SLOW, headersTimeout: 60 },
    )
    const slow = await open()
    slow.send('GET / HTTP/1.1\r\n')
    await new Promise((resolve) => setTimeout(resolve, 10))
    const blocker = (await open()).send(head('GET /block'))
    slow.send('Host: a\r\n\r\n')
    expect((await blocker.response()).status).toBe(200)
    expect((await slow.response()).status).toBe(200)
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
    expect(await closed.promise).toBe('aborted')
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
    const client = await open()
    client.send(head('GET /'))
    const take = setInterval(() => {
      client.socket.resume()
      setTimeout(() => client.socket.pause(), 2)
    }, 15)
    expect(await reason.promise).toMatchObject({ code: 'CORBEL_H1_WRITE_STALLED' })
    clearInterval(take)
  })

  it('goes on while a slow client reads something, even of one large write', async () => {
    const size = 40_000_000
    const { open } = await start((exchange) => reply(exchange, 'x'.repeat(size)), {
      ...SLOW,
      writeTimeout: 150,
    })
    const client = await open()
    client.send(head('GET /', 'Connection: close'))
    const take = setInterval(() => {
      client.socket.resume()
      setTimeout(() => client.socket.pause(), 2)
    }, 25)
    await client.until(({ received }) => received.length > size)
    clearInterval(take)
  })

  it('to take the last answer in is bounded, too', async () => {
    const { open } = await start(echo, { ...SLOW, lingerTimeout: 20 })
    const client = (await open()).send(head('GET /', 'Connection: close'))
    await client.serverEnd()
    await new Promise((resolve) => setTimeout(resolve, 60))
    client.send('x')
    await expect.poll(() => client.send('x').fate).toMatch(/ECONNRESET|EPIPE/)
  })
})
