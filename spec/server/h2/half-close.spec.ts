import { UPGRADE, type Exchange } from '../../../lib/http/index.js'
import { deferred } from '../start.js'
import { frame, u32 } from './client.js'
import { reply, startH2, TEXT } from './start.js'

// A client that ends its side of the TCP connection can send neither requests nor windows any more, but may still read.
describe('a client that sends FIN while its requests are worked on', () => {
  it('gets its answers, in whatever order they come, and then the end', async () => {
    const releases = new Map<string, () => void>()
    const all = deferred()
    const { open, errors } = await startH2(async (exchange) => {
      await new Promise<void>((resolve) => {
        releases.set(exchange.target, resolve)
        if (releases.size === 10) all.resolve()
      })
      reply(exchange, exchange.target)
    })
    const client = await open()
    for (let id = 1; id < 20; id += 2) client.request(id, { ':path': `/${id}` })
    client.socket.end()
    await all.promise
    // the last one first
    for (let id = 19; id > 0; id -= 2) {
      releases.get(`/${id}`)!()
      expect(await client.answer(id)).toBe(`/${id}`)
    }
    await client.gone()
    expect(client.frames.filter(({ type }) => type === 3)).toEqual([])
    expect(errors).toEqual([])
  })

  it('gets answers that come in parts, as long as its windows have room', async () => {
    const go = deferred()
    const { open } = await startH2(async ({ sink }) => {
      sink.head(200, TEXT, 'stream')
      sink.write(Buffer.from('first'))
      await go.promise
      for (let i = 0; i < 3; i++) {
        sink.write(Buffer.alloc(16_384, 'x'))
        await sink.drained()
      }
      sink.end()
    })
    const client = (await open()).request(1)
    await client.until(() => client.body(1) === 'first')
    client.socket.end()
    go.resolve()
    expect(await client.answer(1)).toHaveLength(5 + 3 * 16_384)
    await client.gone()
  })

  it('gets the answers that its windows have room for: one that waits for more is given up alone', async () => {
    const release = deferred()
    const givenUp = deferred()
    const states: string[] = []
    const { open } = await startH2(async (exchange) => {
      const { target, sink } = exchange
      sink.onClose((state) => {
        states.push(`${target} ${state}`)
        givenUp.resolve()
      })
      if (target === '/large') return reply(exchange, 'x'.repeat(100))
      await release.promise
      reply(exchange, 'small')
    })
    const client = (await open([4, 10])).request(1, { ':path': '/large' }).request(3, { ':path': '/small' })
    await client.until(() => client.body(1).length === 10)
    client.socket.end()
    await givenUp.promise
    release.resolve()
    expect(await client.answer(3)).toBe('small')
    await client.gone()
    expect(states).toEqual(['/large aborted', '/small ended'])
  })

  it.each([
    ['within a frame', frame(0, 0, 3, 'cut off').subarray(0, 12)],
    ['within the header of a frame', frame(6, 0, 0, '12345678').subarray(0, 5)],
    ['within a header block', frame(1, 1, 3, '\x82')],
  ])('%s: what came before it is answered', async (_, rest) => {
    const seen = deferred()
    const release = deferred()
    const { open, errors, warnings } = await startH2(async (exchange) => {
      seen.resolve()
      await release.promise
      reply(exchange, 'ok')
    })
    const client = (await open()).request(1).send(rest)
    client.socket.end()
    await seen.promise
    release.resolve()
    expect(await client.answer(1)).toBe('ok')
    await client.gone()
    expect([errors, warnings]).toEqual([[], []])
  })

  it('is let go at once where nothing is worked on', async () => {
    const { open } = await startH2((exchange) => reply(exchange, 'ok'), { keepAliveTimeout: 60_000 })
    const client = (await open()).request(1)
    await client.answer(1)
    client.socket.end()
    await client.gone()
  })

  it('has nothing more to say in a tunnel', async () => {
    const closed = deferred()
    const { open } = await startH2((exchange: Exchange) => {
      const { socket } = exchange.feature(UPGRADE)!.accept()
      socket.on('error', () => undefined)
      socket.on('close', () => closed.resolve())
    })
    const client = (await open()).request(1, { ':method': 'CONNECT', ':protocol': 'x' }, true)
    await client.head(1)
    client.socket.end()
    await closed.promise
    await client.gone()
  })

  it('is given up with all of its requests where the server is told to: halfClose "abort"', async () => {
    const reasons: unknown[] = []
    const done = deferred()
    const { open } = await startH2(
      ({ signal, target }) => {
        signal.addEventListener('abort', () => {
          reasons.push([target, (signal.reason as { code: string }).code])
          if (reasons.length === 3) done.resolve()
        })
      },
      { halfClose: 'abort' },
    )
    const client = await open()
    for (const id of [1, 3, 5]) client.request(id, { ':path': `/${id}` })
    client.send(frame(6, 0, 0, '12345678'))
    await client.until(({ type }) => type === 6)
    client.send(frame(8, 0, 0, u32(1))).socket.end()
    await done.promise
    await client.gone()
    expect(reasons).toEqual([1, 3, 5].map((id) => [`/${id}`, 'CORBEL_CLIENT_GONE']))
  })
})
