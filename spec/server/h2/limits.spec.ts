import { createHttpServer, type HttpServerOptions } from '../../../lib/server/index.js'
import { heldTime } from '../../support/held-time.js'
import { deferred } from '../start.js'
import { frame, FrameClient, PREFACE, u32 } from './client.js'
import { echo, reply, startH2, TEXT } from './start.js'

/** The server's: it passes only where a spec says so, and so do its allowances. */
const time = heldTime()
const CALM = 11
const RST_CANCEL = (stream: number) => frame(3, 0, stream, u32(8))

describe('limits of HTTP/2', () => {
  it.each([
    ['maxConcurrentStreams', 0],
    ['maxFrameSize', 1000],
    ['connectionWindowSize', 1000],
    ['streamWindowSize', 2 ** 31],
    ['maxResets', 1.5],
  ])('refuse %s of %d', (name, value) => {
    expect(() => createHttpServer({ http2: { [name]: value } })).toThrow(`The option http2.${name} is ${value}`)
    try {
      createHttpServer({ http2: { [name]: value } })
    } catch (error) {
      expect(error).toMatchObject({ code: 'CORBEL_H2_LIMIT_INVALID' })
    }
  }) // prettier-ignore

  it('are told in SETTINGS', async () => {
    const { open } = await startH2(echo, { http2: { maxConcurrentStreams: 7, maxHeaderListSize: 9999 } })
    const { payload } = await (await open()).until(({ type, flags }) => type === 4 && flags === 0)
    const told = Object.fromEntries(
      Array.from({ length: payload.length / 6 }, (_, i) => [
        payload.readUInt16BE(i * 6),
        payload.readUInt32BE(i * 6 + 2),
      ]),
    )
    expect(told).toEqual({ 1: 4096, 3: 7, 4: 262_144, 5: 16_384, 6: 9999, 8: 1, 9: 1 })
  })

  it('refuse a stream too many, and take the next one when there is room', async () => {
    const release = deferred()
    const { open } = await startH2(
      async (exchange) => {
        if (exchange.target === '/wait') await release.promise
        reply(exchange, 'ok')
      },
      { http2: { maxConcurrentStreams: 2 } },
    )
    const client = await open()
    for (const id of [1, 3]) client.request(id, { ':path': '/wait' })
    expect(await client.request(5).answer(5)).toBe(7)
    release.resolve()
    expect(await client.answer(1)).toBe('ok')
    expect(await client.answer(3)).toBe('ok')
    expect(await client.request(7).answer(7)).toBe('ok')
  })

  it('answer 431 to too many fields, and to too large ones, and go on', async () => {
    const { open } = await startH2(echo, { maxHeaderCount: 20, http2: { maxHeaderListSize: 2000 } })
    const client = await open()
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`x-${i}`, '']))
    client.request(1, many)
    client.request(3, { 'x-large': 'x'.repeat(3000) })
    for (const id of [1, 3]) {
      expect(await client.answer(id)).toContain('CORBEL_H2_HEADERS_TOO_LARGE')
      expect((await client.head(id)).fields[':status']).toBe('431')
    }
    expect(await client.request(5).answer(5)).toBe('GET /')
  })

  it('answer 414 to a long target', async () => {
    const { open } = await startH2(echo)
    const client = (await open()).request(1, { ':path': `/${'x'.repeat(9000)}` })
    expect(await client.answer(1)).toContain('CORBEL_H2_PATH_TOO_LONG')
    expect((await client.head(1)).fields[':status']).toBe('414')
  })

  it('answer 413 to a body beyond the bound of the server, whether announced or not', async () => {
    const { open } = await startH2(echo, { maxBodySize: 10 })
    const client = await open()
    client.request(1, { ':method': 'POST', 'content-length': '11' }, true)
    client.request(3, { ':method': 'POST' }, true).send(frame(0, 1, 3, 'x'.repeat(11)))
    for (const id of [1, 3]) expect((await client.head(id)).fields[':status']).toBe('413')
  })

  it('end a connection after its last request', async () => {
    const { open } = await startH2(echo, { requestsPerConnection: 2 })
    const client = (await open()).request(1).request(3).request(5)
    expect(await client.answer(3)).toBe('GET /')
    expect(await client.goaway()).toEqual([3, 0, ''])
    await client.gone()
    expect(client.body(5)).toBe('')
  })
})

describe('a client that makes work without end', () => {
  /** Performs an attack, and expects the client to be told and the operator to be warned, once. */
  async function calmed(
    attack: (client: FrameClient) => void,
    http2: HttpServerOptions['http2'] = {},
    what = /without end/,
  ): Promise<void> {
    const fixture = await startH2(echo, { http2 })
    for (let i = 0; i < 2; i++) {
      const client = await fixture.open()
      attack(client)
      const [, code, reason] = await client.goaway()
      expect(code).toBe(CALM)
      expect(reason).toMatch(what)
      await client.gone()
    }
    expect(fixture.warnings).toMatchObject([{ code: 'CORBEL_H2_ABUSE' }])
    expect(fixture.errors).toEqual([])
  }
  const times = (count: number, make: (i: number) => Buffer) => Buffer.concat(Array.from({ length: count }, (_, i) => make(i))) // prettier-ignore

  it('by opening streams and resetting them (CVE-2023-44487)', async () => {
    let served = 0
    const { open } = await startH2(() => void served++, { http2: { maxResets: 50 } })
    const client = await open()
    client.send(
      times(500, (i) => Buffer.concat([frame(1, 5, 2 * i + 1, client.block()), RST_CANCEL(2 * i + 1)])),
    )
    expect(await client.goaway()).toEqual([101, CALM, 'streams are opened and reset without end'])
    expect(served).toBe(51)
  })

  it('by mistakes that have the server reset its streams', () =>
    calmed((client) =>
      client.send(times(400, (i) => frame(1, 5, 2 * i + 1, client.raw([[':method', 'GET']])))),
    ))

  it('by CONTINUATION', () =>
    calmed((client) =>
      client.send(
        frame(1, 1, 1, client.block()),
        times(100, () => frame(9, 0, 1, '\0')),
      ),
    ))

  it('by a header block without end', () =>
    calmed(
      (client) =>
        client.send(
          frame(1, 1, 1, ''),
          times(20, () => frame(9, 0, 1, Buffer.alloc(16_384))),
        ),
      {},
      /header block/,
    ))

  it('by empty frames', async () => {
    await calmed((client) => client.request(1, {}, true).send(times(200, () => frame(0, 0, 1))))
    await calmed((client) => client.request(1, {}, true).send(times(200, () => frame(0, 8, 1, '\x02\0\0'))))
  })

  it.each([
    ['SETTINGS', () => frame(4, 0, 0)],
    ['acknowledgements of SETTINGS', () => frame(4, 1, 0)],
    ['PING', () => frame(6, 0, 0, '12345678')],
    ['PRIORITY', () => frame(2, 0, 1, '\0\0\0\0\0')],
    ['PRIORITY_UPDATE', () => frame(16, 0, 0, '\0\0\0\x01u=1')],
    ['unknown frames', () => frame(99, 0, 0)],
    ['WINDOW_UPDATE', () => frame(8, 0, 0, u32(1))],
  ])('by %s', (_, make) =>
    calmed((client) => client.send(times(300, make)), { maxControlFrames: 100, maxWindowUpdates: 100 }),
  )

  it('by one SETTINGS frame of thousands', () =>
    calmed((client) => client.send(times(50, () => frame(4, 0, 0, Buffer.alloc(16_380)))), {
      maxControlFrames: 200,
    }))

  it('by frames on streams that are closed', () =>
    calmed((client) => client.request(1).send(times(300, () => frame(3, 0, 1, u32(8)))), {
      maxControlFrames: 100,
    }))

  it('by fields that are referred to over and over: 431, without memory for them', async () => {
    const { open } = await startH2(echo)
    const client = await open()
    const bomb = Buffer.concat([client.raw([['bomb', 'x'.repeat(1900)]]), Buffer.alloc(14_000, 0xbe)])
    client.send(frame(1, 5, 1, bomb))
    expect((await client.head(1)).fields[':status']).toBe('431')
  })

  it('by not reading the answers to what it sends', async () => {
    const { open, warnings } = await startH2(echo, { http2: { maxControlFrames: 1_000_000, maxUnreadReplies: 64 } })
    const client = await open()
    await client.until(({ type }) => type === 4)
    client.socket.pause()
    const pings = times(5000, () => frame(6, 0, 0, '12345678'))
    const flood = (): void => {
      while (!client.socket.destroyed && client.socket.write(pings));
    }
    client.socket.on('drain', flood)
    flood()
    while (warnings.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(warnings[0]!.message).toContain('replies are not read')
  }) // prettier-ignore
})

describe('a client that keeps the server waiting', () => {
  const FAST = { headersTimeout: 40, bodyTimeout: 40, keepAliveTimeout: 60, lingerTimeout: 20 }

  it('with its preface', async () => {
    const { port } = await startH2(echo, FAST)
    for (const bytes of [PREFACE, PREFACE.slice(0, 20)]) {
      const begin = time.now
      const client = (await FrameClient.silent(port)).send(Buffer.from(bytes, 'latin1'))
      await time.passUntil(client.gone())
      expect(time.now - begin).toBeGreaterThanOrEqual(40)
    }
  })

  it('with the acknowledgement of SETTINGS', async () => {
    const { port } = await startH2(echo, { http2: { settingsTimeout: 40 } })
    const client = (await FrameClient.silent(port)).send(Buffer.from(PREFACE, 'latin1'), frame(4, 0, 0))
    expect((await time.passUntil(client.goaway())).slice(0, 2)).toEqual([0, 4])
    expect(time.now).toBeGreaterThanOrEqual(40)
  })

  it('with the rest of a header block', async () => {
    const { open, warnings } = await startH2(echo, FAST)
    const client = await (await open()).heard()
    client.send(frame(1, 1, 1, client.block()))
    expect((await time.passUntil(client.goaway())).slice(0, 2)).toEqual([0, CALM])
    expect(time.now).toBeGreaterThanOrEqual(40)
    expect(warnings).toMatchObject([{ code: 'CORBEL_H2_ABUSE' }])
  })

  it('with a body that is asked for: 408, and the connection goes on', async () => {
    const { open } = await startH2(echo, { ...FAST, keepAliveTimeout: 10_000 })
    const client = (await open()).request(1, { ':method': 'POST' }, true).send(frame(0, 0, 1, 'x'))
    await client.heard()
    await time.pass(30)
    await client.heard()
    expect(client.frames.filter(({ stream }) => stream === 1)).toEqual([])
    expect((await time.passUntil(client.head(1))).fields[':status']).toBe('408')
    await client.until(({ type, flags, stream }) => stream === 1 && type === 0 && flags === 1)
    expect(client.body(1)).toContain('CORBEL_H2_BODY_TIMEOUT')
    // the rest is not waited for either: NO_ERROR
    const reset = await time.passUntil(client.until(({ type }) => type === 3))
    expect(reset.payload.readUInt32BE()).toBe(0)
    expect(await client.request(3).answer(3)).toBe('GET /')
  })

  it('with a request that comes steadily and never ends', async () => {
    const { open } = await startH2(echo, { requestTimeout: 100 })
    const client = (await open()).request(1, { ':method': 'POST' }, true)
    const whole = client.until(({ type, flags, stream }) => stream === 1 && type === 0 && flags === 1)
    await time.passUntil(whole, () => client.send(frame(0, 0, 1, 'x')))
    expect(time.now).toBeGreaterThanOrEqual(100)
    expect(client.body(1)).toContain('CORBEL_H2_REQUEST_TIMEOUT')
  })

  it('with another request: told by GOAWAY', async () => {
    const { open } = await startH2(echo, { keepAliveTimeout: 50 })
    const client = (await open()).request(1)
    expect(await client.answer(1)).toBe('GET /')
    await time.pass(40)
    expect(await client.request(3).answer(3)).toBe('GET /')
    expect((await time.passUntil(client.goaway())).slice(0, 2)).toEqual([3, 0])
    expect(time.now).toBeGreaterThanOrEqual(85)
    await time.passUntil(client.gone())
  })

  it('with a window that it does not open: the stream is reset, the connection goes on', async () => {
    const told = deferred<unknown>()
    const { open, warnings } = await startH2(
      async (exchange) => {
        if (exchange.target === '/') return reply(exchange, 'ok')
        exchange.sink.head(200, TEXT, 'stream')
        exchange.sink.write(Buffer.alloc(100_000))
        await exchange.sink.drained().catch(told.resolve)
      },
      { writeTimeout: 60, minWriteRate: 1_000_000 },
    )
    const client = (await open([4, 0])).request(1, { ':path': '/large' })
    await client.head(1)
    // a byte at a time is as good as nothing
    const answer = client.answer(1)
    expect(await time.passUntil(answer, () => client.send(frame(8, 0, 1, u32(1))))).toBe(CALM)
    expect(time.now).toBeGreaterThanOrEqual(60)
    expect(await told.promise).toMatchObject({ code: 'CORBEL_H2_WRITE_STALLED' })
    expect(warnings).toMatchObject([{ code: 'CORBEL_H2_ABUSE' }])
    client.send(frame(4, 0, 0, Buffer.from('00040000ffff', 'hex')))
    expect(await client.request(3).answer(3)).toBe('ok')
  })

  it('with windows that it does not open, of one stream behind the other: the connection ends', async () => {
    const { open, warnings } = await startH2(echo, { writeTimeout: 40, http2: { maxResets: 5 } })
    const client = await open([4, 0])
    for (let id = 1; id < 20; id += 2) client.request(id)
    await client.heard()
    const [last, code, reason] = await time.passUntil(client.goaway())
    expect([last, code]).toEqual([19, CALM])
    expect(reason).toContain('not taken')
    await time.passUntil(client.gone())
    expect(client.frames.filter(({ type }) => type === 3)).toHaveLength(6)
    expect(warnings).toMatchObject([{ code: 'CORBEL_H2_ABUSE' }])
  })

  it('with many answers, of which it takes but a little of one: others are reset', async () => {
    const { open } = await startH2(
      (exchange) => {
        exchange.sink.head(200, TEXT, 300_000)
        exchange.sink.end(Buffer.alloc(300_000, 'x'))
      },
      { writeTimeout: 100, minWriteRate: 10_000 },
    )
    const client = await open([4, 300_000])
    for (let id = 1; id < 80; id += 2) client.request(id)
    await client.heard()
    // as many as are too many for what it takes
    const answer = client.answer(3)
    expect(await time.passUntil(answer, () => client.send(frame(8, 0, 0, u32(1500))), 10)).toBe(CALM)
  })

  it('for nothing: an answer that waits behind another one, of which the client takes enough, is not reset', async () => {
    const size = 300_000
    const { open, warnings } = await startH2(
      (exchange) => {
        exchange.sink.head(200, TEXT, size)
        exchange.sink.end(Buffer.alloc(size, 'x'))
      },
      { writeTimeout: 150 },
    )
    const client = (await open([4, size])).request(1).request(3)
    const taken = () => client.body(1).length + client.body(3).length
    await client.until(() => taken() === 65_535)
    // the first answer takes several times writeTimeout, and the second one has hardly begun by then
    while (client.body(1).length < size) {
      const before = taken()
      client.send(frame(8, 0, 0, u32(6_000)))
      await client.until(() => taken() === before + 6_000)
      await time.pass(15)
    }
    expect(time.now).toBeGreaterThan(3 * 150)
    expect(await client.answer(1)).toHaveLength(size)
    expect(client.body(3).length).toBeLessThan(size / 10)
    client.send(frame(8, 0, 0, u32(size)))
    expect(await client.answer(3)).toHaveLength(size)
    expect(warnings).toEqual([])
  })

  it('for nothing: a body that there is no window for, because nobody has read another one, is not late', async () => {
    const release = deferred()
    const { open } = await startH2(
      async (exchange) => {
        if (exchange.target === '/hold') await release.promise
        await echo(exchange)
      },
      {
        bodyTimeout: 40,
        writeTimeout: 200,
        http2: { connectionWindowSize: 65_535, streamWindowSize: 65_535 },
      },
    )
    const client = (await open([4, 0])).request(1, { ':method': 'POST', ':path': '/hold' }, true)
    for (const size of [16_384, 16_384, 16_384, 16_383]) client.send(frame(0, 0, 1, Buffer.alloc(size)))
    client.request(3, { ':method': 'POST' }, true)
    // this one is reset when five times as much time is over as a body may be late by
    await client.request(5).heard()
    expect(await time.passUntil(client.answer(5))).toBe(CALM)
    expect(time.now).toBeGreaterThanOrEqual(200)
    expect(client.frames.filter(({ stream }) => stream === 3)).toEqual([])
    release.resolve()
    await client.until(({ type, stream }) => type === 8 && stream === 0)
    client.send(frame(0, 1, 3, 'x'), frame(8, 0, 3, u32(100)))
    expect(await client.answer(3)).toBe('POST / x')
  })
})
