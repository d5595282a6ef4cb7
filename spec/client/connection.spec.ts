import { vi } from 'vitest'
import { connect, type ClientOptions, type ClientSocket } from '../../lib/client/index.js'
import { FakeWebSocket } from './fake-server.js'

const sockets: ClientSocket[] = []
const log: unknown[] = []

function open(options: ClientOptions = {}, url = 'ws://server.example/chat'): ClientSocket {
  const socket = connect(url, { WebSocket: FakeWebSocket, ...options })
  sockets.push(socket)
  socket.on('connect', (info) => log.push(['connect', info.recovered]))
  socket.on('disconnect', ({ code, willReconnect }) => log.push(['disconnect', code, willReconnect]))
  socket.on('reconnecting', ({ attempt }) => log.push(['reconnecting', attempt]))
  socket.on('error', (error) => log.push(['error', (error as { code?: string }).code ?? error.message]))
  return socket
}

/** Lets what is awaited go on. */
const settle = () => vi.advanceTimersByTimeAsync(0)

async function opened(options: ClientOptions = {}): Promise<ClientSocket> {
  const socket = open(options)
  await settle()
  FakeWebSocket.last.open()
  return socket
}

beforeEach(() => {
  vi.useFakeTimers()
  FakeWebSocket.all.length = log.length = 0
})

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a client connects', () => {
  it('to the address that it was given, over ws', async () => {
    open({ resume: false }, 'https://server.example/chat?a=1')
    await settle()
    expect(FakeWebSocket.last.url).toBe('wss://server.example/chat?a=1')
    expect(sockets[0]!.state).toBe('connecting')
    FakeWebSocket.last.open()
    expect(sockets[0]!.connected).toBe(true)
    expect(log).toEqual([['connect', false]])
  })

  it('with subprotocols', async () => {
    open({ protocols: ['v1'] })
    await settle()
    expect(FakeWebSocket.last.protocols).toEqual(['v1'])
  })

  it('not at all where there is no WebSocket, or no such URL', async () => {
    open({}, 'ftp//')
    await settle()
    expect(log).toEqual([
      ['error', 'ERR_INVALID_URL'],
      ['disconnect', 1006, false],
    ])
    log.length = 0
    vi.stubGlobal('WebSocket', undefined)
    const socket = connect('ws://server.example')
    socket.on('error', (error) => log.push(error.message))
    await settle()
    vi.unstubAllGlobals()
    expect(log).toEqual([expect.stringContaining('{ WebSocket }')])
    expect(socket.state).toBe('closed')
  })

  it('with a token by the first message, and waits until it is taken', async () => {
    const socket = open({ token: 'secret' })
    await settle()
    expect(FakeWebSocket.last.url).not.toContain('secret')
    socket.emit('early')
    FakeWebSocket.last.open()
    expect(FakeWebSocket.last.sent).toEqual([{ id: 0, event: 'auth', data: { token: 'secret' } }])
    expect(socket.state).toBe('connecting')
    FakeWebSocket.last.say({ id: 0, data: null })
    expect(socket.connected).toBe(true)
    expect(FakeWebSocket.last.sent[1]).toEqual({ event: 'early' })
  })

  it('with a token in the query, where that is asked for', async () => {
    open({ token: () => Promise.resolve('a b'), tokenIn: 'query', resume: false })
    await settle()
    expect(FakeWebSocket.last.url).toBe('ws://server.example/chat?token=a+b')
    FakeWebSocket.last.open()
    expect(FakeWebSocket.last.sent).toEqual([])
    expect(sockets[0]!.connected).toBe(true)
  })

  it('with a new token each time', async () => {
    let count = 0
    await opened({ token: () => `t${++count}` })
    FakeWebSocket.last.end(1006)
    await vi.advanceTimersByTimeAsync(500)
    FakeWebSocket.last.open()
    expect(FakeWebSocket.last.sent).toEqual([{ id: 0, event: 'auth', data: { token: 't2' } }])
  })

  it('later, if there was no token', async () => {
    let count = 0
    open({
      token: () => {
        if (++count === 1) throw new Error('offline')
        return 't'
      },
    })
    await settle()
    expect(log).toEqual([
      ['error', 'offline'],
      ['error', 'unavailable'],
      ['reconnecting', 1],
    ])
    await vi.advanceTimersByTimeAsync(500)
    expect(FakeWebSocket.all).toHaveLength(1)
  })

  it('anew, if it takes too long', async () => {
    open({ connectTimeout: 3000 })
    await vi.advanceTimersByTimeAsync(3000)
    expect(FakeWebSocket.last.closed).toBeDefined()
    expect(log).toEqual([
      ['error', 'unavailable'],
      ['reconnecting', 1],
    ])
  })
})

describe('a lost connection', () => {
  it('is made again, each time later, between a half and the whole of the delay', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const socket = await opened({ reconnect: { minDelay: 1000, maxDelay: 4000 } })
    const delays: number[] = []
    socket.on('reconnecting', ({ delay }) => delays.push(delay))
    for (const wait of [500, 1000, 2000, 2000]) {
      FakeWebSocket.last.end(1006)
      const before = FakeWebSocket.all.length
      await vi.advanceTimersByTimeAsync(wait - 1)
      expect(FakeWebSocket.all).toHaveLength(before)
      await vi.advanceTimersByTimeAsync(1)
      expect(FakeWebSocket.all).toHaveLength(before + 1)
    }
    vi.mocked(Math.random).mockReturnValue(0.999_999)
    FakeWebSocket.last.end(1006)
    expect(delays).toEqual([500, 1000, 2000, 2000, 4000])
  })

  it('starts the delays anew only when one has lasted', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1)
    const socket = await opened()
    const attempts: number[] = []
    socket.on('reconnecting', ({ attempt }) => attempts.push(attempt))
    FakeWebSocket.last.end(1011)
    await vi.advanceTimersByTimeAsync(500)
    FakeWebSocket.last.open().end(1011)
    await vi.advanceTimersByTimeAsync(1000)
    FakeWebSocket.last.open()
    await vi.advanceTimersByTimeAsync(5000)
    FakeWebSocket.last.end(1011)
    expect(attempts).toEqual([1, 2, 1])
  })

  it('is given up after as many attempts as there may be', async () => {
    open({ reconnect: { maxAttempts: 2 } })
    for (let i = 0; i < 3; i++) {
      await vi.advanceTimersByTimeAsync(1000)
      FakeWebSocket.last.end(1006)
    }
    expect(FakeWebSocket.all).toHaveLength(3)
    expect(log.at(-1)).toEqual(['disconnect', 1006, false])
    expect(sockets[0]!.state).toBe('closed')
  })

  it.each([1000, 1002, 1003, 1007, 1008, 1009, 1010, 4000, 4403, 4999])(
    'stays lost where the server says no by %i',
    async (code) => {
      await opened()
      FakeWebSocket.last.end(code)
      await vi.advanceTimersByTimeAsync(60_000)
      expect(FakeWebSocket.all).toHaveLength(1)
      expect(log.at(-1)).toEqual(['disconnect', code, false])
    },
  )

  it.each([1001, 1005, 1006, 1011, 1012, 1013, 1014])('comes back after %i', async (code) => {
    await opened()
    FakeWebSocket.last.end(code)
    await vi.advanceTimersByTimeAsync(500)
    expect(FakeWebSocket.all).toHaveLength(2)
    expect(log.slice(1)).toEqual([
      ['disconnect', code, true],
      ['reconnecting', 1],
    ])
  })

  it('stays lost where the client does not want it', async () => {
    await opened({ reconnect: false })
    FakeWebSocket.last.end(1006)
    expect(log.at(-1)).toEqual(['disconnect', 1006, false])
  })

  it('comes back with another token after 4401, once', async () => {
    await opened({ token: () => 't' })
    FakeWebSocket.last.say({ id: 0 }).end(4401)
    await vi.advanceTimersByTimeAsync(500)
    FakeWebSocket.last.open().end(4401)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeWebSocket.all).toHaveLength(2)
    expect(log.at(-1)).toEqual(['disconnect', 4401, false])
  })

  it('stays lost after 4401 where the token is always the same', async () => {
    await opened({ token: 't' })
    FakeWebSocket.last.say({ id: 0 }).end(4401)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeWebSocket.all).toHaveLength(1)
  })

  it('is found where nobody has closed it: by silence', async () => {
    await opened({ heartbeat: { interval: 20_000, timeout: 5000 } })
    await vi.advanceTimersByTimeAsync(15_000)
    FakeWebSocket.last.say({ event: 'tick' })
    await vi.advanceTimersByTimeAsync(19_000)
    expect(FakeWebSocket.last.sent).toEqual([])
    await vi.advanceTimersByTimeAsync(1000)
    expect(FakeWebSocket.last.sent).toEqual([{ id: expect.any(Number) as unknown, event: 'ping' }])
    // an answer of any kind shows that the server is there
    FakeWebSocket.last.say({ id: FakeWebSocket.last.sent[0]!.id!, event: 'exception', data: {} })
    await vi.advanceTimersByTimeAsync(25_000)
    expect(FakeWebSocket.last.sent).toHaveLength(2)
    expect(log).toEqual([['connect', false]])
    await vi.advanceTimersByTimeAsync(5000)
    expect(FakeWebSocket.all[0]!.closed).toBeDefined()
    expect(log.slice(1)).toEqual([
      ['disconnect', 1006, true],
      ['reconnecting', 1],
    ])
  })

  it('is not asked after without a heartbeat', async () => {
    await opened({ heartbeat: false })
    await vi.advanceTimersByTimeAsync(600_000)
    expect(FakeWebSocket.last.sent).toEqual([])
  })

  it('comes back at once when the browser is online again', async () => {
    vi.resetModules()
    const listeners = new Map<string, () => void>()
    vi.stubGlobal('addEventListener', (event: string, listener: () => void) => listeners.set(event, listener))
    vi.stubGlobal('removeEventListener', (event: string) => listeners.delete(event))
    const { connect: inBrowser } = await import('../../lib/client/index.js')
    vi.unstubAllGlobals()
    const socket = inBrowser('ws://server.example', { WebSocket: FakeWebSocket })
    await settle()
    FakeWebSocket.last.open().end(1006)
    listeners.get('online')!()
    await settle()
    expect(FakeWebSocket.all).toHaveLength(2)
    socket.close()
    expect(listeners.size).toBe(0)
  })
})

describe('a client that closes', () => {
  it('tells the server, and is told once', async () => {
    const socket = await opened()
    socket.close(4000, 'enough')
    socket.close()
    expect(FakeWebSocket.last.closed).toEqual({ code: 4000, reason: 'enough' })
    expect(log.slice(1)).toEqual([['disconnect', 4000, false]])
    expect(socket.emit('late')).toBe(false)
    await expect(socket.request('late')).rejects.toMatchObject({ code: 'closed' })
  })

  it('does not connect any more: before, while it connects, and while it waits', async () => {
    const before = open()
    before.close()
    await settle()
    expect(FakeWebSocket.all).toHaveLength(0)
    const during = open()
    await settle()
    during.close()
    expect(FakeWebSocket.last.closed).toBeDefined()
    FakeWebSocket.last.open()
    expect(during.state).toBe('closed')
    const waiting = await opened()
    FakeWebSocket.last.end(1006)
    waiting.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeWebSocket.all).toHaveLength(2)
  })

  it('may do so in a listener', async () => {
    const socket = await opened()
    socket.on('disconnect', () => socket.close())
    FakeWebSocket.last.end(1006)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeWebSocket.all).toHaveLength(1)
    expect(socket.state).toBe('closed')
  })
})

describe('a session', () => {
  it('is asked for, and asked for again with what was seen last', async () => {
    const socket = await opened()
    expect(FakeWebSocket.last.url).toBe('ws://server.example/chat?session=')
    FakeWebSocket.last
      .say({ event: 'session', data: { session: 's1', recovered: false } })
      .say({ event: 'a', data: 1, offset: '7' })
      .say({ event: 'a', data: 2, offset: '8' })
      .end(1006)
    await vi.advanceTimersByTimeAsync(500)
    expect(FakeWebSocket.last.url).toBe('ws://server.example/chat?session=s1&offset=8')
    FakeWebSocket.last.open()
    expect(socket.state).toBe('connecting')
    const heard: unknown[] = []
    socket.on('a', (data) => heard.push(data))
    FakeWebSocket.last
      .say({ event: 'session', data: { session: 's2', recovered: true } })
      .say({ event: 'a', data: 3, offset: '9' })
    expect(log).toEqual([
      ['connect', false],
      ['disconnect', 1006, true],
      ['reconnecting', 1],
      ['connect', true],
    ])
    expect(heard).toEqual([3])
    FakeWebSocket.last.end(1006)
    await vi.advanceTimersByTimeAsync(1000)
    expect(FakeWebSocket.last.url).toBe('ws://server.example/chat?session=s2&offset=9')
  })

  it('that is over is told of: listeners of `connect` join again, before what waited is sent', async () => {
    const socket = await opened()
    FakeWebSocket.last.say({ event: 'session', data: { session: 's1', recovered: false } })
    FakeWebSocket.last.say({ event: 'a', offset: '1' }).end(1006)
    socket.emit('waiting')
    socket.on('connect', ({ recovered }) => !recovered && socket.emit('join'))
    await vi.advanceTimersByTimeAsync(500)
    FakeWebSocket.last.open().say({ event: 'session', data: { session: 's2', recovered: false } })
    expect(FakeWebSocket.last.sent).toEqual([{ event: 'join' }, { event: 'waiting' }])
    FakeWebSocket.last.end(1006)
    await vi.advanceTimersByTimeAsync(1000)
    expect(FakeWebSocket.last.url).toBe('ws://server.example/chat?session=s2')
  })

  it('is not waited for where the server has none any more', async () => {
    const socket = await opened()
    FakeWebSocket.last.say({ event: 'session', data: { session: 's1', recovered: false } }).end(1006)
    await vi.advanceTimersByTimeAsync(500)
    FakeWebSocket.last.open().say({ event: 'news' })
    expect(socket.connected).toBe(true)
    expect(log.at(-1)).toEqual(['connect', false])
  })

  it('is forgotten where the server says nothing at all', async () => {
    await opened()
    FakeWebSocket.last.say({ event: 'session', data: { session: 's1', recovered: false } }).end(1006)
    await vi.advanceTimersByTimeAsync(500)
    FakeWebSocket.last.open()
    await vi.advanceTimersByTimeAsync(12_000)
    expect(FakeWebSocket.last.url).toBe('ws://server.example/chat?session=')
    FakeWebSocket.last.open()
    expect(log.at(-1)).toEqual(['connect', false])
  })

  it('is kept where no connection comes about', async () => {
    await opened()
    FakeWebSocket.last.say({ event: 'session', data: { session: 's1', recovered: false } }).end(1006)
    await vi.advanceTimersByTimeAsync(500)
    await vi.advanceTimersByTimeAsync(12_000)
    expect(FakeWebSocket.last.url).toBe('ws://server.example/chat?session=s1')
  })

  it('may also be an event of the application', async () => {
    const socket = await opened()
    const heard: unknown[] = []
    socket.on('session', (data) => heard.push(data))
    FakeWebSocket.last.say({ event: 'session' }).say({ event: 'session', data: { of: 'yoga' } })
    expect(heard).toEqual([undefined, { of: 'yoga' }])
  })
})
