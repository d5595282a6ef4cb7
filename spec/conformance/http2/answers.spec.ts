import {
  HeaderList,
  INFORMATIONAL,
  PUSH,
  TRAILERS,
  UPGRADE,
  type Exchange,
  type ExchangeHandler,
} from '../../../lib/http/index.js'
import { createHttpServer, type HttpServer, type HttpServerOptions } from '../../../lib/server/index.js'
import { Http2Client, type Beginning } from './client.js'
import { CODE, data, headers, priorityUpdate, reset, SETTING, windowUpdate } from './frames.js'
import { block, type Field } from './hpack.js'
import { get, post, requestBlock } from './rule.js'

const servers: HttpServer[] = []
const clients: Http2Client[] = []
let errors: unknown[] = []

beforeEach(() => void (errors = []))
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** A client of a server with a handler. The client refuses what RFC 9113 does not allow a server to send. */
async function talk(
  handler: ExchangeHandler,
  beginning: Beginning = {},
  options: HttpServerOptions = {},
): Promise<Http2Client> {
  const server = createHttpServer({ onError: (error) => errors.push(error), ...options })
  servers.push(server)
  server.handle(handler)
  const [address] = await server.listen({ host: '127.0.0.1' })
  const client = await Http2Client.open(address!.port, beginning)
  clients.push(client)
  return client
}

const list = (fields: Record<string, string | string[]> = {}) => HeaderList.from(fields)
const ended = (client: Http2Client, stream = 1) => client.until('the end', () => client.stream(stream).ended)
const wasReset = (client: Http2Client, stream = 1) =>
  client.until('a reset', () => client.stream(stream).reset !== undefined)
const value = (fields: readonly Field[] | undefined, name: string) =>
  (fields ?? []).filter(([key]) => key === name).map(([, text]) => text)

const whole: ExchangeHandler = ({ sink, target }) => {
  const size = Number(/\d+$/.exec(target)?.[0] ?? 4)
  sink.head(200, list(), size)
  sink.end(Buffer.alloc(size, 'x'))
}

describe('an answer in HTTP/2', () => {
  it('says its length, and has its fields in lower case, without those of the connection (RFC 9113 §8.2)', async () => {
    const client = await talk(({ sink }) => {
      sink.head(200, list({ 'X-Upper': 'Value', 'set-cookie': ['a=1', 'b=2'] }), 4)
      sink.end('body')
    })
    await ended(client.send(get()))
    const [fields] = client.stream(1).sections
    expect(fields![0]).toEqual([':status', '200'])
    expect(value(fields, 'x-upper')).toEqual(['Value'])
    expect(value(fields, 'set-cookie')).toEqual(['a=1', 'b=2'])
    expect(value(fields, 'content-length')).toEqual(['4'])
    expect(value(fields, 'date')).toHaveLength(1)
  })

  it.each([204, 304])('of status %d ends with its head (RFC 9110 §15)', async (status) => {
    const client = await talk(({ sink }) => {
      sink.head(status, list(), 'none')
      sink.end()
    })
    await ended(client.send(get()))
    expect(client.stream(1)).toMatchObject({ counted: 0, body: '' })
    expect(client.frames.at(-1)).toMatchObject({ type: 1, flags: 5 })
  })

  it('to HEAD has the length, and no content', async () => {
    const client = await talk(whole)
    await ended(client.send(headers(1, requestBlock({ ':method': 'HEAD', ':path': '/1234' }))))
    expect(value(client.stream(1).sections[0], 'content-length')).toEqual(['1234'])
    expect(client.stream(1).counted).toBe(0)
  })

  it('may have interim answers in front (RFC 9113 §8.1)', async () => {
    const client = await talk((exchange) => {
      exchange.feature(INFORMATIONAL)!.send(103, list({ link: '</a.css>; rel=preload' }))
      exchange.feature(INFORMATIONAL)!.send(103, list({ link: '</b.css>; rel=preload' }))
      return whole(exchange)
    })
    await ended(client.send(get()))
    const { sections, body } = client.stream(1)
    expect(sections.map((fields) => value(fields, ':status')[0])).toEqual(['103', '103', '200'])
    expect(value(sections[0], 'link')).toEqual(['</a.css>; rel=preload'])
    expect(body).toBe('xxxx')
  })

  it('says 100 to a client that waits for it (RFC 9110 §10.1.1)', async () => {
    const client = await talk(async ({ body, sink }) => {
      const bytes = await body.bytes(100)
      sink.head(200, list(), bytes.length)
      sink.end(bytes)
    })
    client.send(post(1, '/', { expect: '100-continue' }))
    await client.until('100', () => client.stream(1).sections.length > 0)
    expect(client.status(1)).toBe(100)
    client.send(data(1, 'body', { end: true }))
    await ended(client)
    expect(client.status(1)).toBe(200)
    expect(client.stream(1).body).toBe('body')
  })

  it('may have trailers (RFC 9113 §8.1)', async () => {
    const client = await talk(({ sink }) => {
      sink.head(200, list(), 'stream')
      sink.write(Buffer.from('body'))
      sink.end(undefined, list({ 'x-sum': '42' }))
    })
    await ended(client.send(get()))
    expect(client.stream(1).sections[1]).toEqual([['x-sum', '42']])
    expect(client.stream(1).body).toBe('body')
  })

  it('hands over the trailers of the request', async () => {
    const client = await talk(async (exchange) => {
      await exchange.body.bytes(100)
      const sum = exchange.feature(TRAILERS)?.get('x-sum') ?? 'none'
      exchange.sink.head(200, list(), sum.length)
      exchange.sink.end(sum)
    })
    await ended(client.send(post(), data(1, 'body'), headers(1, block(['x-sum', '42']))))
    expect(client.stream(1).body).toBe('42')
  })

  it('that begins before the request has come is whole; the rest of the request is not an error (RFC 9113 §8.1)', async () => {
    const client = await talk(whole)
    client.send(post())
    await ended(client)
    expect(client.status(1)).toBe(200)
    await client.roundTrip()
    expect([undefined, CODE.NO_ERROR]).toContain(client.stream(1).reset)
    client.send(data(1, 'too late'), data(1, '', { end: true }), get(3))
    await ended(client, 3)
    expect(client.goaway).toBeUndefined()
  })

  it('that the handler gives up is reset', async () => {
    const client = await talk(({ sink }) => {
      sink.head(200, list(), 'stream')
      sink.write(Buffer.from('half'))
      sink.abort(new Error('gives up'))
    })
    await wasReset(client.send(get()))
    expect([CODE.INTERNAL_ERROR, CODE.CANCEL]).toContain(client.stream(1).reset)
    expect(client.stream(1).ended).toBe(false)
  })

  it('of a handler that fails behind the head is reset, and that of one that fails before is 500', async () => {
    const client = await talk(async ({ sink, target }) => {
      if (target === '/late') {
        sink.head(200, list(), 'stream')
        sink.write(Buffer.from('half'))
      }
      await Promise.reject(new Error('secret'))
    })
    await wasReset(client.send(get(1, '/late')))
    expect(client.stream(1).reset).toBe(CODE.INTERNAL_ERROR)
    await ended(client.send(get(3)), 3)
    expect(client.status(3)).toBe(500)
    expect(client.stream(3).body).not.toContain('secret')
    expect(errors).toHaveLength(2)
  })

  it.each([
    ['more', 'too long'],
    ['less', 'x'],
  ])(
    'with %s content than its length says is not passed off as whole (RFC 9113 §8.1.1)',
    async (_, content) => {
      const client = await talk(({ sink }) => {
        sink.head(200, list(), 4)
        sink.end(content)
      })
      client.send(get())
      await client.until(
        'the end, somehow',
        () => client.stream(1).ended || client.stream(1).reset !== undefined,
      )
      if (client.stream(1).ended) expect(client.stream(1).body).toHaveLength(4)
      else expect(client.stream(1).reset).toBe(CODE.INTERNAL_ERROR)
    },
  )

  it('tells the handler when the client cancels', async () => {
    let aborted: () => void
    const seen = new Promise<void>((resolve) => (aborted = resolve))
    const client = await talk(({ signal, sink }) => {
      signal.addEventListener('abort', aborted)
      sink.head(200, list(), 'stream')
      sink.write(Buffer.from('part'))
    })
    client.send(get())
    await client.until('a part', () => client.stream(1).counted > 0)
    client.send(reset(1))
    await seen
    await client.roundTrip()
    expect(errors).toEqual([])
  })

  it('waits where the client does not open its window, without keeping all of it', async () => {
    let held = 0
    const client = await talk(async ({ sink }) => {
      sink.head(200, list(), 'stream')
      for (let i = 0; i < 1_000; i++) {
        held++
        if (!sink.write(Buffer.alloc(10_000))) await sink.drained()
      }
      sink.end()
    })
    client.send(get())
    await client.until('a full window', () => client.stream(1).counted === 65_535)
    await client.roundTrip()
    expect(held).toBeLessThan(100)
    client.send(windowUpdate(0, 20_000_000), windowUpdate(1, 20_000_000))
    await ended(client)
    expect(client.stream(1).counted).toBe(10_000_000)
  })
})

describe('answers at the same time', () => {
  /** Has the window of the connection used up, so that what comes next says who is served first. */
  async function exhausted(): Promise<Http2Client> {
    const client = await talk(whole, { settings: [[SETTING.INITIAL_WINDOW_SIZE, 1_000_000]] })
    client.send(get(1, '/65535'))
    await ended(client)
    return client
  }

  /** Opens the window by so much, and waits until it is used up. */
  async function give(client: Http2Client, bytes: number): Promise<void> {
    const counted = () => [...client.streams.values()].reduce((sum, stream) => sum + stream.counted, 0)
    const before = counted()
    client.send(windowUpdate(0, bytes))
    await client.until('the window to be used', () => counted() === before + bytes)
  }

  const ask = (stream: number, priority?: string) =>
    get(stream, '/30000', priority === undefined ? {} : { priority })

  it('go by urgency (RFC 9218 §10)', async () => {
    const client = await exhausted()
    await client.send(ask(3, 'u=5'), ask(5, 'u=1'), ask(7)).roundTrip()
    await give(client, 40_000)
    expect([3, 5, 7].map((id) => client.stream(id).counted)).toEqual([0, 30_000, 10_000])
  })

  it('of the same urgency go one after the other, unless they are incremental', async () => {
    const client = await exhausted()
    await client.send(ask(3), ask(5)).roundTrip()
    await give(client, 40_000)
    expect([3, 5].map((id) => client.stream(id).counted)).toEqual([30_000, 10_000])
    await give(client, 20_000)
    await client.send(ask(7, 'i'), ask(9, 'i')).roundTrip()
    await give(client, 40_000)
    const [first, second] = [client.stream(7).counted, client.stream(9).counted]
    expect(first).toBeGreaterThan(5_000)
    expect(second).toBeGreaterThan(5_000)
  })

  it('follow PRIORITY_UPDATE (RFC 9218 §7.1)', async () => {
    const client = await exhausted()
    await client.send(ask(3), ask(5), priorityUpdate(5, 'u=0')).roundTrip()
    await give(client, 35_000)
    expect([3, 5].map((id) => client.stream(id).counted)).toEqual([5_000, 30_000])
  })

  it('follow PRIORITY_UPDATE that came before the request (RFC 9218 §7.1)', async () => {
    const client = await exhausted()
    await client.send(priorityUpdate(5, 'u=0'), ask(3), ask(5)).roundTrip()
    await give(client, 35_000)
    expect([3, 5].map((id) => client.stream(id).counted)).toEqual([5_000, 30_000])
  })
})

describe('server push (RFC 9113 §8.4)', () => {
  const pushing: ExchangeHandler = (exchange) => {
    const pushed = exchange.target === '/page' && exchange.feature(PUSH)?.push('/style.css')
    const text = `${exchange.method} ${exchange.target} ${String(pushed)}`
    exchange.sink.head(200, list(), text.length)
    exchange.sink.end(text)
  }

  it('promises a request, and answers it', async () => {
    const client = await talk(pushing)
    client.send(get(1, '/page'))
    await ended(client)
    await ended(client, 2)
    expect(Object.fromEntries(client.promises.get(2)!)).toMatchObject({
      ':method': 'GET',
      ':path': '/style.css',
      ':scheme': 'http',
      ':authority': 'a',
    })
    expect(client.stream(2).body).toContain('GET /style.css')
  })

  it('is not done where the client has turned it off', async () => {
    const client = await talk(pushing, { settings: [[SETTING.ENABLE_PUSH, 0]] })
    await ended(client.send(get(1, '/page')))
    await client.roundTrip()
    expect(client.promises.size).toBe(0)
    expect(client.stream(1).body).toMatch(/undefined|false/)
  })

  it('keeps to the streams that the client allows', async () => {
    const client = await talk(
      (exchange) => {
        if (exchange.target === '/page') for (let i = 0; i < 5; i++) exchange.feature(PUSH)?.push(`/${i}`)
        if (exchange.target !== '/page') return
        return whole(exchange)
      },
      { settings: [[SETTING.MAX_CONCURRENT_STREAMS, 2]] },
    )
    await ended(client.send(get(1, '/page')))
    await client.roundTrip()
    // answers that do not begin leave their streams reserved, which do not count; those that were begun do
    expect([...client.streams.keys()].filter((id) => id % 2 === 0).length).toBeLessThanOrEqual(2)
  })

  it('can be refused by the client', async () => {
    const client = await talk(pushing, { settings: [[SETTING.INITIAL_WINDOW_SIZE, 0]] })
    client.send(get(1, '/page'))
    await client.until('a promise', () => client.promises.has(2))
    client.send(reset(2, CODE.REFUSED_STREAM), windowUpdate(1, 1_000))
    await ended(client)
    await client.roundTrip()
    expect(client.goaway).toBeUndefined()
  })
})

describe('extended CONNECT (RFC 8441)', () => {
  const connect = (stream: number, protocol: string) =>
    headers(
      stream,
      block(
        [':method', 'CONNECT'],
        [':protocol', protocol],
        [':scheme', 'http'],
        [':path', '/chat'],
        [':authority', 'a'],
        ['sec-websocket-version', '13'],
      ),
      { end: false },
    )

  const echoing = (exchange: Exchange): void => {
    const upgrade = exchange.feature(UPGRADE)
    if (upgrade === undefined) return void whole(exchange)
    const { socket, head } = upgrade.accept(list({ 'x-protocol': upgrade.protocol }))
    if (head.length > 0) socket.write(head)
    socket.on('data', (bytes: Buffer) => void socket.write(bytes))
    socket.on('end', () => void socket.end())
    socket.on('error', () => undefined)
  }

  it('is announced, and makes a tunnel of one stream', async () => {
    const client = await talk(echoing)
    expect(client.announced.get(SETTING.ENABLE_CONNECT_PROTOCOL)).toBe(1)
    client.send(connect(1, 'websocket'))
    await client.until('the head', () => client.stream(1).sections.length > 0)
    expect(client.status(1)).toBe(200)
    expect(value(client.stream(1).sections[0], 'x-protocol')).toEqual(['websocket'])
    expect(client.stream(1).ended).toBe(false)
    client.send(data(1, 'ping'), get(3))
    await ended(client, 3)
    await client.until('the echo', () => client.stream(1).body === 'ping')
    client.send(data(1, 'bye', { end: true }))
    await ended(client)
    expect(client.stream(1).body).toBe('pingbye')
  })

  it('ends with a reset of the client', async () => {
    let closed: () => void
    const gone = new Promise<void>((resolve) => (closed = resolve))
    const client = await talk((exchange) => {
      const { socket } = exchange.feature(UPGRADE)!.accept()
      socket.on('error', () => undefined)
      socket.on('close', () => closed())
      socket.resume()
    })
    client.send(connect(1, 'websocket'))
    await client.until('the head', () => client.stream(1).sections.length > 0)
    client.send(reset(1))
    await gone
    await client.roundTrip()
    expect(client.goaway).toBeUndefined()
  })

  it('tunnels more than a window', async () => {
    const client = await talk(echoing)
    client.send(connect(1, 'websocket'))
    await client.until('the head', () => client.stream(1).sections.length > 0)
    client.send(windowUpdate(0, 1_000_000), windowUpdate(1, 1_000_000))
    for (let i = 0; i < 60; i++) {
      client.send(data(1, Buffer.alloc(10_000, 'x')))
      await client.until('the echo', () => client.stream(1).counted === (i + 1) * 10_000)
    }
    expect(client.goaway).toBeUndefined()
  })

  it('is not announced where it is turned off', async () => {
    const client = await talk(echoing, {}, { http2: { connectProtocol: false } })
    expect(client.announced.get(SETTING.ENABLE_CONNECT_PROTOCOL) ?? 0).toBe(0)
    client.send(connect(1, 'websocket'))
    await wasReset(client)
    expect(client.stream(1).reset).toBe(CODE.PROTOCOL_ERROR)
  })
})
