import { TRAILERS, type Exchange } from '../../../lib/http/index.js'
import { heldTime } from '../../support/held-time.js'
import { deferred } from '../start.js'
import { frame, u32, type FrameClient } from './client.js'
import { reply, startH2 } from './start.js'

/** The server's: clients have as long to answer its announcement as the spec lets them. */
const time = heldTime()
const MOST = 2 ** 31 - 1
const LARGE = 'x'.repeat(200_000)

interface Work {
  readonly release: ReturnType<typeof deferred<void>>
  readonly seen: string[]
}

/** Answers by target: late, large, or with what it was sent. */
function handlerOf({ release, seen }: Work) {
  return async (exchange: Exchange): Promise<void> => {
    seen.push(exchange.target)
    if (exchange.method === 'POST') {
      const body = await exchange.body.bytes(1_000_000)
      return reply(exchange, `${body.length} ${exchange.feature(TRAILERS)?.get('x-sum') ?? 'none'}`)
    }
    if (exchange.target.startsWith('/slow')) await release.promise
    reply(exchange, exchange.target.startsWith('/large') ? LARGE : exchange.target)
  }
}

/** Tells the server that its announcement was read. */
async function acknowledge(client: FrameClient): Promise<void> {
  const ping = await client.until(({ type, flags }) => type === 6 && flags === 0)
  client.send(frame(6, 1, 0, ping.payload))
}

describe('a server that drains', () => {
  it('answers every stream of every connection, in whatever state it is', async () => {
    const work: Work = { release: deferred(), seen: [] }
    const { server, open, errors } = await startH2(handlerOf(work))
    const clients = await Promise.all(Array.from({ length: 5 }, () => open()))
    const heads = new Map<FrameClient, Buffer>()
    for (const client of clients) {
      for (let id = 1; id < 40; id += 2) client.request(id, { ':path': `/slow/${id}` }) // 20 that wait
      client.request(41, { ':path': '/large' }) // waits for its window
      client.request(43, { ':method': 'POST' }, true).send(frame(0, 0, 43, 'half')) // half of its body is here
      const head = client.block({ ':path': '/slow/45' })
      heads.set(client, head)
      client.send(frame(1, 1, 45, head.subarray(0, 3))) // half of its head is
    }
    for (const client of clients) await client.head(41)
    const drained = server.drain(600_000, 0)
    for (const client of clients) expect(await client.goaway()).toEqual([MOST, 0, ''])
    for (const client of clients) {
      client.send(frame(9, 4, 45, heads.get(client)!.subarray(3)))
      // sent before it knew
      for (let id = 47; id < 57; id += 2) client.request(id, { ':path': `/crossing/${id}` })
      await acknowledge(client)
      expect(await client.goaway(1)).toEqual([55, 0, ''])
      client.send(frame(0, 0, 43, ' and'), frame(0, 1, 43, ' half'))
      client.send(frame(8, 0, 0, u32(1_000_000)), frame(8, 0, 41, u32(1_000_000)))
    }
    work.release.resolve()
    for (const client of clients) {
      for (let id = 1; id < 40; id += 2) expect(await client.answer(id)).toBe(`/slow/${id}`)
      expect(await client.answer(41)).toBe(LARGE)
      expect(await client.answer(43)).toBe('13 none')
      expect(await client.answer(45)).toBe('/slow/45')
      for (let id = 47; id < 57; id += 2) expect(await client.answer(id)).toBe(`/crossing/${id}`)
      await client.gone()
      expect(client.frames.filter(({ type }) => type === 3 || type === 7)).toHaveLength(2)
    }
    expect(await drained).toEqual({ cut: 0 })
    expect(work.seen).toHaveLength(5 * 28)
    expect(errors).toEqual([])
  })

  it('ignores the streams above its last one, but for what is the connection’s: fields and window', async () => {
    const work: Work = { release: deferred(), seen: [] }
    const { server, open } = await startH2(handlerOf(work), {
      http2: { connectionWindowSize: 65_535, streamWindowSize: 65_535 },
    })
    const client = (await open()).request(1, { ':method': 'POST', ':path': '/upload' }, true)
    await client.heard()
    const drained = server.drain(600_000, 0)
    await acknowledge(client)
    expect(await client.goaway(1)).toEqual([1, 0, ''])
    client.request(3, { ':path': '/late', 'x-sum': '42' })
    client.request(5, { ':method': 'POST', ':path': '/late' }, true)
    client.send(
      frame(0, 0, 5, Buffer.alloc(16_384)),
      frame(0, 0, 5, Buffer.alloc(16_384)),
      frame(0, 1, 5, 'x'),
    )
    client.send(frame(8, 0, 5, u32(1000)), frame(3, 0, 5, u32(8)), frame(2, 0, 7, '\0\0\0\0\0'))
    await client.heard()
    // what was thrown away is given back, so that the body that is still wanted has its room
    const credits = client.frames.filter(({ type, stream }) => type === 8 && stream === 0)
    expect(credits.map(({ payload }) => payload.readUInt32BE())).toContain(32_768)
    for (let i = 0; i < 3; i++) client.send(frame(0, 0, 1, Buffer.alloc(16_384)))
    // a reference to the field that came with a request that is ignored
    client.send(frame(1, 5, 1, client.raw([['x-sum', '42']])))
    expect(await client.answer(1)).toBe('49152 42')
    expect(await drained).toEqual({ cut: 0 })
    await client.gone()
    expect(work.seen).toEqual(['/upload'])
    expect(client.frames.filter(({ type, stream }) => stream > 1 && type < 4)).toEqual([])
  })

  it('does not wait for clients that leave its announcement unanswered', async () => {
    const work: Work = { release: deferred(), seen: [] }
    const { server, open } = await startH2(handlerOf(work))
    const client = (await open()).request(1, { ':path': '/slow' })
    await client.heard()
    const drained = server.drain(600_000, 0)
    expect(await client.goaway()).toEqual([MOST, 0, ''])
    expect(await client.request(3).answer(3)).toBe('/')
    expect(await time.passUntil(client.goaway(1))).toEqual([3, 0, ''])
    work.release.resolve()
    expect(await client.answer(1)).toBe('/slow')
    expect(await drained).toEqual({ cut: 0 })
  })

  it('keeps to the limits while it drains: one stream too many is refused, and may be repeated', async () => {
    const work: Work = { release: deferred(), seen: [] }
    const { server, open } = await startH2(handlerOf(work), { http2: { maxConcurrentStreams: 2 } })
    const client = (await open()).request(1, { ':path': '/slow/1' })
    await client.heard()
    const drained = server.drain(600_000, 0)
    await client.goaway()
    expect(await client.request(3, { ':path': '/slow/3' }).request(5).answer(5)).toBe(7)
    await acknowledge(client)
    expect((await client.goaway(1)).slice(0, 2)).toEqual([5, 0])
    work.release.resolve()
    for (const id of [1, 3]) expect(await client.answer(id)).toBe(`/slow/${id}`)
    expect(await drained).toEqual({ cut: 0 })
  })
})
