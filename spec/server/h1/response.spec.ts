import { HeaderList, type BodySize, type Exchange } from '../../../lib/http/index.js'
import { INFORMATIONAL } from '../../../lib/http/features.js'
import { head, reply, start, TEXT } from '../start.js'

const bytes = (text: string) => Buffer.from(text)

/** Has one request answered by a handler; answers what came back and what the handler threw. */
async function answer(
  handler: (exchange: Exchange) => void | Promise<void>,
  request = head('GET /', 'Connection: close'),
) {
  const thrown: unknown[] = []
  const fixture = await start(async (exchange) => {
    try {
      await handler(exchange)
    } catch (error) {
      thrown.push(error)
    }
  })
  const client = (await fixture.open()).send(request)
  await client.until(({ ended, fate }) => ended || fate !== undefined).catch(() => client)
  return { text: client.received, thrown, client, fixture }
}

const send = (
  status: number,
  body: BodySize,
  last?: string | Uint8Array,
  fields: Record<string, string> = {},
) => {
  return ({ sink }: Exchange) => {
    sink.head(status, HeaderList.from(fields), body)
    sink.end(last)
  }
}

const withoutDate = (text: string) => text.replace(/date: [^\r]*\r\n/g, '')

describe('a response', () => {
  it('has status line, fields, length, date and body', async () => {
    const { text } = await answer((exchange) => reply(exchange, 'hi'))
    expect(text).toMatch(
      /^HTTP\/1\.1 200 OK\r\ncontent-type: text\/plain\r\ndate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi$/,
    )
  })

  it('keeps a Date of the application (RFC 9110 §6.6.1)', async () => {
    const date = 'Thu, 01 Jan 1970 00:00:00 GMT'
    const { text } = await answer(send(200, 0, undefined, { date }))
    expect(text.match(/date: .*/gi)).toEqual([`date: ${date}`])
  })

  // prettier-ignore
  it.each<[what: string, handler: (exchange: Exchange) => void, expected: string]>([
    ['a body of text beyond ASCII', send(200, 3, 'é!'), 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\nconnection: close\r\n\r\n\xc3\xa9!'],
    ['a body of bytes', send(201, 2, bytes('ab')), 'HTTP/1.1 201 Created\r\ncontent-length: 2\r\nconnection: close\r\n\r\nab'],
    ['no body, announced with zero', send(200, 'none'), 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'],
    ['no body nor length with 204 (RFC 9110 §8.6)', send(204, 'none'), 'HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'],
    ['no body with 204, whatever the handler writes', send(204, 2, 'hi'), 'HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'],
    ['no chunks with 204', send(204, 'stream', 'hi'), 'HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n'],
    ['the length of the full answer with 304 (RFC 9110 §8.6)', send(304, 'none', undefined, { 'content-length': '9' }), 'HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\nconnection: close\r\n\r\n'],
    ['no body with 304, whatever the handler writes', send(304, 2, 'hi'), 'HTTP/1.1 304 Not Modified\r\ncontent-length: 2\r\nconnection: close\r\n\r\n'],
    ['a status without phrase', send(299, 0), 'HTTP/1.1 299 Unknown\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'],
    ['chunks where the length is not known', send(200, 'stream', 'hello world'), 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nb\r\nhello world\r\n0\r\n\r\n'],
    ['only the last chunk of an empty stream', send(200, 'stream'), 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n'],
    ['its own framing in place of the application\'s', send(200, 1, 'x', { 'content-length': '7', 'transfer-encoding': 'gzip', 'keep-alive': 'x', connection: 'keep-alive, x', upgrade: 'y', a: 'b' }), 'HTTP/1.1 200 OK\r\na: b\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx'],
    ['the Upgrade field of 426 (RFC 9110 §15.5.22)', send(426, 0, undefined, { upgrade: 'h2c' }), 'HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\nconnection: close\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'],
  ])('can have %s', async (_, handler, expected) => {
    expect(withoutDate((await answer(handler)).text)).toBe(expected)
  })

  it('to HEAD has the fields of GET and no body (RFC 9110 §9.3.2)', async () => {
    const request = head('HEAD /', 'Connection: close')
    for (const body of [2, 'stream'] as const) {
      const { text } = await answer(send(200, body, 'hi'), request)
      const framing = body === 2 ? 'content-length: 2' : 'transfer-encoding: chunked'
      expect(withoutDate(text)).toBe(`HTTP/1.1 200 OK\r\n${framing}\r\nconnection: close\r\n\r\n`)
    }
    const { text } = await answer(send(200, 'none', undefined, { 'content-length': '12' }), request)
    expect(text).toContain('content-length: 12\r\n')
    expect((await answer(send(200, 'none'), request)).text).not.toContain('content-length')
  })

  it('can be written in parts of a declared length', async () => {
    const { text } = await answer(({ sink }) => {
      sink.head(200, TEXT, 6)
      expect(sink.write(bytes('ab'))).toBe(true)
      expect(sink.state).toBe('body')
      sink.write(bytes(''))
      sink.write(bytes('cd'))
      sink.end('ef')
      expect(sink.state).toBe('ended')
    })
    expect(text.slice(-10)).toBe('\r\n\r\nabcdef')
  })

  it('can be written in chunks, with trailers behind them (RFC 9112 §7.1.2)', async () => {
    const { client } = await answer(async ({ sink }) => {
      sink.head(200, TEXT, 'stream')
      sink.write(bytes('one '))
      await Promise.resolve()
      sink.write(bytes('two '))
      sink.end('drei ü', HeaderList.from({ 'x-sum': '1', 'content-length': '5' }))
    })
    expect(await client.response()).toMatchObject({ body: 'one two drei \xc3\xbc', trailers: 'x-sum: 1\r\n' })
  })

  it('carries bytes of any value and any size unchanged', async () => {
    const small = Uint8Array.from({ length: 256 }, (_, i) => i)
    const large = Buffer.alloc(300_000, small)
    const { client } = await answer(({ sink }) => {
      sink.head(200, TEXT, 'stream')
      sink.write(small)
      sink.write(large)
      sink.write(small.subarray(100))
      sink.end(large)
    })
    const expected = Buffer.concat([small, large, small.subarray(100), large])
    expect(Buffer.from((await client.response()).body, 'latin1').equals(expected)).toBe(true)
  })

  it('renders a frozen header list once', async () => {
    const list = HeaderList.from({ a: '1' }).freeze()
    await answer(({ sink }) => {
      sink.head(200, list, 0)
      sink.end()
    })
    expect(list.h1?.fields).toBe('a: 1\r\n')
    const closing = HeaderList.from({ a: '1', connection: 'close' }).freeze()
    const { client } = await answer(({ sink }) => {
      sink.head(200, closing, 0)
      sink.end()
    }, head('GET /'))
    expect(closing.h1).toBeUndefined()
    expect((await client.response()).headers).toMatchObject({ a: '1', connection: 'close' })
  })
})

describe('a header list that many answers share', () => {
  const shared = HeaderList.from({ 'x-kind': 'a' }).freeze()

  it.each([
    ['GET /', 200, 2],
    ['GET /', 201, 2],
    ['GET /', 201, 5000],
    ['GET /', 200, 0],
    ['HEAD /', 200, 2],
    ['GET / HTTP/1.0', 200, 2],
  ])('is sent as it is: %s, %i with %i bytes', async (request, status, length) => {
    const respond = async (list: HeaderList) => {
      const fixture = await start(({ sink }) => {
        sink.head(status, list, length)
        sink.end('x'.repeat(length))
      })
      const client = (await fixture.open()).send(
        request.endsWith('1.0') ? `${request}\r\n\r\n` : head(request),
      )
      return client.response({ bodyless: request.startsWith('HEAD') })
    }
    const fresh = await respond(HeaderList.from({ 'x-kind': 'a' }))
    await respond(shared)
    const again = await respond(shared)
    const undated = (response: typeof fresh) => ({ ...response, headers: { ...response.headers, date: '' } })
    expect(undated(again)).toEqual(undated(fresh))
    expect(again.headers['content-length']).toBe(String(length))
  })
})

describe('misuse of a sink', () => {
  it('is told: a second head', async () => {
    const { thrown, text } = await answer(({ sink }) => {
      sink.head(200, TEXT, 2)
      expect(() => sink.head(500, TEXT, 0)).toThrow(
        expect.objectContaining({ code: 'CORBEL_RESPONSE_HEAD_SENT' }),
      )
      sink.end('ok')
      expect(() => sink.head(500, TEXT, 0)).toThrow(
        expect.objectContaining({ code: 'CORBEL_RESPONSE_HEAD_SENT' }),
      )
    })
    expect(thrown).toEqual([])
    expect(text).toMatch(/^HTTP\/1\.1 200 .*ok$/s)
  })

  it('is told: body before head, anything after the end', async () => {
    const { thrown } = await answer(({ sink }) => {
      expect(() => sink.write(bytes('x'))).toThrow(
        expect.objectContaining({ code: 'CORBEL_RESPONSE_HEAD_MISSING' }),
      )
      expect(() => sink.end()).toThrow(expect.objectContaining({ code: 'CORBEL_RESPONSE_HEAD_MISSING' }))
      sink.head(200, TEXT, 'stream')
      sink.end()
      expect(() => sink.write(bytes('x'))).toThrow(expect.objectContaining({ code: 'CORBEL_RESPONSE_ENDED' }))
      expect(() => sink.end()).toThrow(expect.objectContaining({ code: 'CORBEL_RESPONSE_ENDED' }))
    })
    expect(thrown).toEqual([])
  })

  it.each([100, 199, 600, 200.5, Number.NaN])('is told: the status %d', async (status) => {
    const { thrown } = await answer((exchange) => {
      expect(() => exchange.sink.head(status, TEXT, 0)).toThrow(
        expect.objectContaining({ code: 'CORBEL_RESPONSE_STATUS' }),
      )
      reply(exchange, 'ok')
    })
    expect(thrown).toEqual([])
  })

  it.each<[string, (exchange: Exchange) => void]>([
    ['text longer than declared', send(200, 2, 'abc')],
    ['text shorter than declared', send(200, 4, 'abc')],
    ['bytes longer than declared', send(200, 2, bytes('abc'))],
    ['no text where some was declared', send(200, 2)],
    ['text where none was declared', send(200, 'none', 'abc')],
    [
      'parts longer than declared',
      ({ sink }) => {
        sink.head(200, TEXT, 3)
        sink.write(bytes('ab'))
        sink.write(bytes('cd'))
      },
    ],
    [
      'parts shorter than declared',
      ({ sink }) => {
        sink.head(200, TEXT, 3)
        sink.write(bytes('ab'))
        sink.end()
      },
    ],
  ])('is told, and ends the connection: %s', async (_, handler) => {
    const { thrown, client, text } = await answer(handler, head('GET /') + head('GET /'))
    expect(thrown).toEqual([expect.objectContaining({ code: 'CORBEL_RESPONSE_LENGTH' })])
    await client.gone()
    expect(text.split('HTTP/1.1').length).toBeLessThan(3)
    expect(text).not.toContain('cd')
  })
})

describe('an informational response', () => {
  it('goes before the final one (RFC 8297)', async () => {
    const { client } = await answer((exchange) => {
      exchange.feature(INFORMATIONAL)!.send(103, HeaderList.from({ link: '</a>; rel=preload' }))
      reply(exchange, 'ok')
      expect(() => exchange.feature(INFORMATIONAL)!.send(103, TEXT)).toThrow(
        expect.objectContaining({ code: 'CORBEL_RESPONSE_HEAD_SENT' }),
      )
    })
    expect(await client.response()).toMatchObject({ status: 103, headers: { link: '</a>; rel=preload' } })
    expect(await client.response()).toMatchObject({ status: 200, body: 'ok' })
  })

  it('cannot be 101 or final, and is not there in HTTP/1.0 (RFC 9110 §15.2)', async () => {
    const { thrown } = await answer((exchange) => {
      expect(() => exchange.feature(INFORMATIONAL)!.send(101, TEXT)).toThrow('101')
      expect(() => exchange.feature(INFORMATIONAL)!.send(200, TEXT)).toThrow('200')
      reply(exchange, 'ok')
    })
    expect(thrown).toEqual([])
    await answer((exchange) => {
      expect(exchange.feature(INFORMATIONAL)).toBeUndefined()
      reply(exchange, 'ok')
    }, 'GET / HTTP/1.0\r\n\r\n')
  })
})

describe('a handler that fails', () => {
  it.each([
    ['by throwing', () => { throw new Error('secret') }],
    ['by rejecting', async () => { await Promise.resolve(); throw new Error('secret') }],
    ['after setting the head', ({ sink }: Exchange) => { sink.head(200, TEXT, 5); throw new Error('secret') }],
  ])('%s is answered 500 without details, and reported', async (_, handler: (exchange: Exchange) => void | Promise<void>) => {
    const { open, errors } = await start((exchange) => (exchange.target === '/' ? handler(exchange) : reply(exchange, 'ok')))
    const client = (await open()).send(head('GET /') + head('GET /next'))
    const failed = await client.response()
    expect(failed).toMatchObject({ status: 500, headers: { 'content-type': 'application/problem+json' } })
    expect(JSON.parse(failed.body)).toEqual({ type: 'about:blank', title: 'Internal Server Error', status: 500 })
    expect(errors).toEqual([expect.objectContaining({ message: 'secret' })])
    expect((await client.response()).body).toBe('ok')
  }) // prettier-ignore

  it('after the head has left cuts the connection', async () => {
    const { open, errors } = await start(async ({ sink }) => {
      sink.head(200, TEXT, 'stream')
      sink.write(bytes('part'))
      await sink.drained()
      throw new Error('late')
    })
    const client = (await open()).send(head('GET /'))
    await client.gone()
    expect(client.received).toContain('4\r\npart\r\n')
    expect(client.received).not.toContain('0\r\n\r\n')
    expect(errors).toHaveLength(1)
  })

  it('does no harm by failing in its reporting or its listeners', async () => {
    const { converse } = await start(
      (exchange) => {
        exchange.sink.onClose(() => {
          throw new Error('listener')
        })
        reply(exchange, 'ok')
      },
      {
        onError: () => {
          throw new Error('reporting')
        },
      },
    )
    expect(await converse(head('GET /', 'Connection: close'))).toMatchObject([{ body: 'ok' }])
  })
})
