import {
  BufferedBody,
  collectBytes,
  EMPTY_BODY,
  HeaderList,
  MemoryExchange,
  NO_HEADERS,
  StreamExchange,
} from '../../lib/http/index.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const request = { method: 'GET', target: '/', headers: [] as [string, string][] }

describe('MemoryExchange', () => {
  it('collects status, headers and body', async () => {
    const exchange = new MemoryExchange(request)
    exchange.sink.head(201, new HeaderList().set('x-a', '1'), 'stream')
    expect(exchange.sink.write(bytes('one '))).toBe(true)
    exchange.sink.end('two')
    const { status, headers, body } = await exchange.response
    expect([status, headers.get('x-a'), new TextDecoder().decode(body)]).toEqual([201, '1', 'one two'])
    expect(exchange.state).toBe('ended')
  })

  it('refuses a second head', () => {
    const exchange = new MemoryExchange(request)
    exchange.sink.head(200, NO_HEADERS, 'none')
    expect(() => exchange.sink.head(200, NO_HEADERS, 'none')).toThrow(
      expect.objectContaining({ code: 'CORBEL_RESPONSE_HEAD_SENT' }),
    )
  })

  it('sends no body for HEAD, but its length', async () => {
    const exchange = new MemoryExchange({ ...request, method: 'HEAD' })
    exchange.sink.head(200, NO_HEADERS, 3)
    exchange.sink.end('abc')
    const { headers, body } = await exchange.response
    expect([headers.get('content-length'), body.length]).toEqual(['3', 0])
  })

  it('tells listeners the end, or that there is none', async () => {
    const states: string[] = []
    const ended = new MemoryExchange(request)
    ended.onClose((state) => states.push(state))
    ended.sink.head(200, NO_HEADERS, 'none')
    ended.sink.end()
    ended.onClose((state) => states.push(`late ${state}`))
    const aborted = new MemoryExchange(request)
    aborted.onClose((state) => states.push(state))
    expect(aborted.signal.aborted).toBe(false)
    aborted.disconnect()
    expect(aborted.signal.aborted).toBe(true)
    await expect(aborted.response).rejects.toThrow(/closed the connection/)
    expect(states).toEqual(['ended', 'late ended', 'aborted'])
  })
})

describe('StreamExchange', () => {
  it('gives the head at once and the body as it is written', async () => {
    const exchange = new StreamExchange(request)
    exchange.sink.head(200, NO_HEADERS, 'stream')
    const { status, body } = await exchange.answer
    expect(status).toBe(200)
    const reader = body!.getReader()
    exchange.sink.write(bytes('one'))
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('one')
    exchange.sink.end('two')
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('two')
    expect((await reader.read()).done).toBe(true)
  })

  it('holds the writer back until the reader asks for more', async () => {
    const exchange = new StreamExchange(request)
    exchange.sink.head(200, NO_HEADERS, 'stream')
    const { body } = await exchange.answer
    expect(exchange.sink.write(bytes('one'))).toBe(false)
    let drained = false
    const draining = exchange.sink.drained().then(() => (drained = true))
    await new Promise(setImmediate)
    expect(drained).toBe(false)
    await body!.getReader().read()
    await draining
  })

  it('breaks the body off if it is aborted, and rejects if that happens before the head', async () => {
    const early = new StreamExchange(request)
    early.abort(new Error('early'))
    await expect(early.answer).rejects.toThrow('early')
    const late = new StreamExchange(request)
    late.sink.head(200, NO_HEADERS, 'stream')
    const { body } = await late.answer
    late.abort(new Error('late'))
    await expect(body!.getReader().read()).rejects.toThrow('late')
  })
})

describe('bodies', () => {
  it('are read once, and not beyond the limit', () => {
    expect(new BufferedBody(bytes('abc')).bytes(3)).toHaveLength(3)
    expect(() => new BufferedBody(bytes('abc')).bytes(2)).toThrow(/larger than 2 bytes/)
    const body = new BufferedBody(bytes('abc'))
    body.bytes(10)
    expect(body.used).toBe(true)
    expect(() => body.bytes(10)).toThrow(/read already/)
    expect([EMPTY_BODY.length, EMPTY_BODY.bytes(0)]).toEqual([0, new Uint8Array(0)])
  })

  it('are iterables', async () => {
    const chunks: Uint8Array[] = []
    for await (const chunk of new BufferedBody(bytes('abc'))) chunks.push(chunk)
    for await (const chunk of EMPTY_BODY) chunks.push(chunk)
    expect(chunks).toHaveLength(1)
  })

  it('of unknown length are collected up to the limit', async () => {
    async function* chunks() {
      yield bytes('ab')
      yield bytes('cd')
    }
    expect(await collectBytes(chunks(), 4)).toEqual(bytes('abcd'))
    await expect(collectBytes(chunks(), 3)).rejects.toThrow(/larger than 3/)
  })
})
