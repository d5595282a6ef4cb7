import { once } from 'node:events'
import { connect } from 'node:http2'
import type { Exchange } from '../../../lib/http/index.js'
import { heldTime } from '../../support/held-time.js'
import { deferred } from '../start.js'
import { frame, type FrameClient } from './client.js'
import { reply, startH2, TEXT } from './start.js'

/** The server's: it passes only where a spec says so. */
const time = heldTime()
const NO_ERROR = 0
const LARGE = { ':method': 'POST', 'content-length': '3000000' }
const part = (size: number) => frame(0, 0, 1, Buffer.alloc(size))

/** Answers before it has read anything. */
function refuse(exchange: Exchange): void {
  if (exchange.method === 'GET') return reply(exchange, 'ok')
  exchange.sink.head(413, TEXT, 9)
  exchange.sink.end('too large')
}

const resets = (client: FrameClient) => client.frames.filter(({ type }) => type === 3)
const windowUpdates = (client: FrameClient, id: number) =>
  client.frames.filter(({ type, stream }) => type === 8 && stream === id)

describe('an answer that is complete before a large body is (RFC 9113 §8.1)', () => {
  it('has no RST_STREAM behind it, and the client gets no more window for the body', async () => {
    const { open } = await startH2(refuse, { lingerTimeout: 60_000 })
    const client = (await open()).request(1, LARGE, true)
    expect(await client.answer(1)).toBe('too large')
    client.send(...Array.from({ length: 16 }, () => part(16_384)))
    await client.heard()
    expect(resets(client)).toEqual([])
    expect(windowUpdates(client, 1)).toEqual([])
    // the connection's window is everybody's: what was thrown away is given back
    for (let id = 3; id < 11; id += 2) {
      client.request(id, LARGE, true)
      for (let i = 0; i < 16; i++) client.send(frame(0, 0, id, Buffer.alloc(16_384)))
    }
    await client.heard()
    expect(windowUpdates(client, 0).length).toBeGreaterThan(1)
    expect(await client.request(99).answer(99)).toBe('ok')
  })

  it('is followed by RST_STREAM of NO_ERROR when the client has had lingerTimeout to end by itself', async () => {
    const { open } = await startH2(refuse, { lingerTimeout: 40 })
    const client = (await open()).request(1, LARGE, true)
    await client.head(1)
    await time.pass(30)
    expect(resets(await client.heard())).toEqual([])
    const reset = await time.passUntil(client.until(({ type }) => type === 3))
    expect([reset.stream, reset.payload.readUInt32BE()]).toEqual([1, NO_ERROR])
    expect(client.body(1)).toBe('too large')
    // what the client had sent before it knew is no mistake
    expect(await client.send(part(1000)).request(3).answer(3)).toBe('ok')
    expect(resets(client)).toHaveLength(1)
  })

  it('is followed by RST_STREAM of NO_ERROR at once where a client sends more than maxDiscardSize', async () => {
    const { open } = await startH2(refuse, { lingerTimeout: 60_000, maxDiscardSize: 20_000 })
    const client = (await open()).request(1, LARGE, true)
    expect(await client.answer(1)).toBe('too large')
    await client.send(part(16_384)).heard()
    expect(resets(client)).toEqual([])
    const reset = await client.send(part(16_384)).until(({ type }) => type === 3)
    expect([reset.stream, reset.payload.readUInt32BE()]).toEqual([1, NO_ERROR])
    // and what is still on its way counts for the connection alone
    await client.send(part(16_384)).heard()
    expect(resets(client)).toHaveLength(1)
    expect(await client.request(3).answer(3)).toBe('ok')
  })

  it('lets the rest come where it is little, so that no stream is reset', async () => {
    const { open } = await startH2(refuse, { lingerTimeout: 60_000, http2: { streamWindowSize: 65_535 } })
    const client = (await open()).request(1, { ':method': 'POST', 'content-length': '200000' }, true)
    expect(await client.answer(1)).toBe('too large')
    // no faster than it is told: a window of 65,535 bytes, half of which is worth an update
    for (let i = 0, sent = 0; sent < 200_000; i++) {
      const size = Math.min(16_000, 200_000 - sent)
      sent += size
      client.send(frame(0, sent === 200_000 ? 1 : 0, 1, Buffer.alloc(size)))
      await client.heard()
    }
    expect(windowUpdates(client, 1).length).toBeGreaterThan(1)
    expect(resets(client)).toEqual([])
    // closed by both sides: what comes now is an error of the connection
    expect((await client.send(frame(1, 5, 1, client.block())).goaway()).slice(0, 2)).toEqual([1, 5])
  })

  it('counts as a stream until it is over', async () => {
    const { open } = await startH2(refuse, { lingerTimeout: 200, http2: { maxConcurrentStreams: 2 } })
    const client = (await open()).request(1, LARGE, true).request(3, LARGE, true).request(5)
    expect(await client.answer(5)).toBe(7)
    for (const id of [1, 3]) {
      await time.passUntil(client.until(({ type, stream }) => type === 3 && stream === id))
    }
    expect(await client.request(7).answer(7)).toBe('ok')
  })

  it('is not held by a handler that waits for a body that does not come', async () => {
    let failure: unknown
    const { open, errors } = await startH2(
      async (exchange) => {
        const reading = Promise.resolve(exchange.body.bytes(10_000_000))
        refuse(exchange)
        await reading.catch((error: unknown) => (failure = error))
      },
      { lingerTimeout: 40, bodyTimeout: 40 },
    )
    const client = (await open()).request(1, LARGE, true)
    const reset = await time.passUntil(client.until(({ type }) => type === 3))
    expect(reset.payload.readUInt32BE()).toBe(NO_ERROR)
    expect(failure).toMatchObject({ code: 'CORBEL_H2_BODY_TIMEOUT' })
    expect(errors).toEqual([])
  })

  it('leaves nothing to read, rather than a part of it', async () => {
    const failure = deferred<unknown>()
    const { open } = await startH2(async (exchange) => {
      refuse(exchange)
      try {
        await exchange.body.bytes(10_000_000)
      } catch (error) {
        failure.resolve(error)
      }
    })
    ;(await open()).request(1, LARGE, true)
    expect(await failure.promise).toMatchObject({ code: 'CORBEL_BODY_ALREADY_READ' })
  })

  it('does not end a body that someone reads', async () => {
    const read = deferred<number>()
    const { open } = await startH2(
      async (exchange) => {
        const chunks = exchange.body[Symbol.asyncIterator]()
        const first = chunks.next()
        refuse(exchange)
        let size = 0
        for (let step = await first; step.done !== true; step = await chunks.next()) size += step.value.length
        read.resolve(size)
      },
      { lingerTimeout: 5, http2: { streamWindowSize: 65_535 } },
    )
    const client = (await open()).request(1, { ':method': 'POST' }, true)
    expect(await client.answer(1)).toBe('too large')
    for (let i = 0; i < 30; i++) {
      await client.send(part(16_000)).heard()
      await time.pass(10)
    }
    client.send(frame(0, 1, 1))
    expect(await read.promise).toBe(480_000)
    expect(resets(client)).toEqual([])
  })

  it('does not end a body of which someone works on a part, however long that takes', async () => {
    const go = deferred()
    const read = deferred<number>()
    const { open } = await startH2(
      async (exchange) => {
        if (exchange.target === '/unread') return refuse(exchange)
        const chunks = exchange.body[Symbol.asyncIterator]()
        let size = (await chunks.next()).value!.length
        refuse(exchange)
        await go.promise
        for (let step = await chunks.next(); step.done !== true; step = await chunks.next())
          size += step.value.length
        read.resolve(size)
      },
      { lingerTimeout: 40 },
    )
    const client = (await open()).request(1, { ':method': 'POST' }, true).send(part(1000))
    expect(await client.answer(1)).toBe('too large')
    // when this one is reset, the other one has been open for as long
    client.request(3, { ...LARGE, ':path': '/unread' }, true)
    await time.passUntil(client.until(({ type, stream }) => type === 3 && stream === 3))
    go.resolve()
    client.send(part(1000), frame(0, 1, 1, 'x'))
    expect(await read.promise).toBe(2001)
    expect(resets(client)).toHaveLength(1)
  })

  it('reaches the client of Node', async () => {
    const { port } = await startH2(refuse, { lingerTimeout: 40 })
    const session = connect(`http://127.0.0.1:${port}`)
    const request = session.request({ ':method': 'POST', ':path': '/', 'content-length': 3_000_000 })
    let text = ''
    request.setEncoding('utf8').on('data', (data: string) => (text += data))
    request.end(Buffer.alloc(3_000_000))
    await time.passUntil(once(request, 'close'))
    session.destroy()
    expect([text, request.rstCode]).toEqual(['too large', NO_ERROR])
  })
})

describe('a body that its handler gives up before it answers', () => {
  it('does not come without end', async () => {
    const { open } = await startH2(
      async (exchange) => {
        if (exchange.method === 'GET') return reply(exchange, 'ok')
        const chunks = exchange.body[Symbol.asyncIterator]()
        await chunks.next()
        await chunks.return!()
        // no answer: the client has to wait for one
      },
      { http2: { streamWindowSize: 65_535 } },
    )
    const client = (await open()).request(1, { ':method': 'POST' }, true)
    await client.send(part(16_000)).heard()
    await client.send(part(16_000), part(16_000), part(16_000)).heard()
    expect(windowUpdates(client, 1)).toEqual([])
    expect(await client.request(3).answer(3)).toBe('ok')
  })

  it('goes on where it is read', async () => {
    const { open } = await startH2(
      async (exchange) => reply(exchange, `${(await exchange.body.bytes(1_000_000)).length}`),
      { http2: { streamWindowSize: 65_535 } },
    )
    const client = (await open()).request(1, { ':method': 'POST' }, true)
    for (let i = 0; i < 8; i++) await client.send(part(16_000)).heard()
    expect(windowUpdates(client, 1).length).toBeGreaterThan(1)
    expect(await client.send(frame(0, 1, 1)).answer(1)).toBe('128000')
  })
})
