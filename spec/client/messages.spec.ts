import { vi } from 'vitest'
import { connect, type ClientOptions, type ClientSocket } from '../../lib/client/index.js'
import { FakeWebSocket } from './fake-server.js'
import { eventually } from '../support/eventually.js'

const sockets: ClientSocket[] = []

async function open(options: ClientOptions = {}): Promise<ClientSocket> {
  const socket = connect('ws://server.example', { WebSocket: FakeWebSocket, resume: false, ...options })
  sockets.push(socket)
  await vi.advanceTimersByTimeAsync(0)
  return socket
}

async function opened(options: ClientOptions = {}): Promise<ClientSocket> {
  const socket = await open(options)
  FakeWebSocket.last.open()
  return socket
}

const reconnected = async (): Promise<FakeWebSocket> => {
  await vi.advanceTimersByTimeAsync(500)
  return FakeWebSocket.last.open()
}

const server = (): FakeWebSocket => FakeWebSocket.last

beforeEach(() => {
  vi.useFakeTimers()
  FakeWebSocket.all.length = 0
})

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

describe('events', () => {
  it('are heard by whoever listens, until he stops', async () => {
    const socket = await opened()
    const heard: unknown[] = []
    const a = (data: unknown) => heard.push(['a', data])
    const b = (data: unknown) => heard.push(['b', data])
    const stop = socket.on('event', a)
    socket.on('event', b)
    socket.once('event', (data) => heard.push(['once', data]))
    const never = socket.once('event', () => heard.push('never'))
    never()
    server().say({ event: 'event', data: 1 }).say({ event: 'other' })
    stop()
    server().say({ event: 'event', data: 2 })
    socket.off('event', b)
    server().say({ event: 'event', data: 3 })
    socket.on('event', a)
    socket.on('event', b)
    socket.off('event')
    server().say({ event: 'event', data: 4 })
    expect(heard).toEqual([
      ['a', 1],
      ['b', 1],
      ['once', 1],
      ['b', 2],
    ])
  })

  it('go to the other listeners where one throws, who is told of', async () => {
    const socket = await opened()
    const errors: unknown[] = []
    const heard: unknown[] = []
    socket.on('error', (error) => {
      errors.push(error.message)
      throw new Error('again')
    })
    socket.on('event', () => {
      throw new Error('broken')
    })
    socket.on('event', (data) => heard.push(data))
    server().say({ event: 'event', data: 1 })
    expect([errors, heard]).toEqual([['broken'], [1]])
  })

  it.each(['', '[', '1', 'null', '[]', '{}', { event: 'connect' }, { id: 99 }, { event: 'live' }])(
    'that are none do no harm: %j',
    async (frame) => {
      const socket = await opened()
      const heard: unknown[] = []
      for (const event of ['connect', 'disconnect', 'error'] as const)
        socket.on(event, (info) => heard.push(info))
      server().say(frame)
      expect(heard).toEqual([])
    },
  )

  it('wait for a connection, in their order, as many as may', async () => {
    const socket = await open({ maxQueue: 2 })
    expect(socket.emit('a', 1)).toBe(true)
    expect(socket.emit('b', 2)).toBe(true)
    expect(socket.emit('c', 3)).toBe(false)
    await expect(socket.request('d')).rejects.toMatchObject({ code: 'queue-full' })
    await expect(socket.stream('d').next()).rejects.toMatchObject({ code: 'queue-full' })
    server().open()
    expect(server().sent).toEqual([
      { event: 'a', data: 1 },
      { event: 'b', data: 2 },
    ])
    server().end(1006)
    expect(socket.emit('e')).toBe(true)
    expect((await reconnected()).sent).toEqual([{ event: 'e' }])
  })
})

describe('requests', () => {
  it('are answered', async () => {
    const socket = await opened()
    const [a, b] = [socket.request('a', { n: 1 }), socket.request('b')]
    expect(server().sent).toEqual([
      { id: 1, event: 'a', data: { n: 1 } },
      { id: 2, event: 'b' },
    ])
    server().say({ id: 2, data: 'two' }).say({ id: 1, data: 'one' }).say({ id: 1, data: 'again' })
    expect(await Promise.all([a, b])).toEqual(['one', 'two'])
  })

  it('are refused with what the server says', async () => {
    const socket = await opened()
    const request = socket.request('a')
    server().say({ id: 1, event: 'exception', data: { status: 'error', message: 'No', code: 'NO' } })
    await expect(request).rejects.toMatchObject({
      name: 'ClientError',
      code: 'exception',
      message: 'No',
      data: { status: 'error', message: 'No', code: 'NO' },
    })
  })

  it('wait no longer than they may, and are not sent any more then', async () => {
    const socket = await open()
    const request = socket.request('a', undefined, { timeout: 100 })
    const told = expect(request).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('"a"') as string,
    })
    await vi.advanceTimersByTimeAsync(100)
    await told
    server().open()
    expect(server().sent).toEqual([])
  })

  it('may wait for ever', async () => {
    const socket = await opened({ heartbeat: false })
    const request = socket.request('a', undefined, { timeout: 0 })
    await vi.advanceTimersByTimeAsync(3_600_000)
    server().say({ id: 1, data: 'late' })
    expect(await request).toBe('late')
  })

  it('fail where the connection is lost, as nobody knows whether they were done', async () => {
    const socket = await opened()
    const request = socket.request('pay')
    server().end(1006)
    await expect(request).rejects.toMatchObject({ code: 'disconnected' })
    expect((await reconnected()).sent).toEqual([])
  })

  it('are sent again where that does no harm, before what came later', async () => {
    const socket = await opened()
    const request = socket.request('get', 1, { idempotent: true })
    server().end(1006)
    socket.emit('later')
    const unsent = socket.request('pay')
    expect((await reconnected()).sent).toEqual([
      { id: 1, event: 'get', data: 1 },
      { event: 'later' },
      { id: 2, event: 'pay' },
    ])
    server().say({ id: 1, data: 'one' }).say({ id: 2, data: 'two' })
    expect(await Promise.all([request, unsent])).toEqual(['one', 'two'])
  })

  it('fail where the socket closes', async () => {
    const socket = await opened()
    const sent = socket.request('a')
    socket.close()
    await expect(sent).rejects.toMatchObject({ code: 'closed' })
    const waiting = await open()
    const unsent = waiting.request('b', undefined, { idempotent: true })
    server().end(1008)
    await expect(unsent).rejects.toMatchObject({ code: 'closed' })
  })
})

describe('streams', () => {
  it('give each value, and end', async () => {
    const socket = await opened()
    const stream = socket.stream('count', { to: 3 })
    expect(server().sent).toEqual([])
    const first = stream.next()
    expect(server().sent).toEqual([{ id: 1, event: 'count', data: { to: 3 } }])
    server().say({ id: 1, data: 1 }).say({ id: 1, data: 2 }).say({ id: 1, event: 'end' })
    expect([await first, await stream.next(), await stream.next()]).toEqual([
      { value: 1, done: false },
      { value: 2, done: false },
      { value: undefined, done: true },
    ])
    expect(server().sent).toHaveLength(1)
  })

  it('are cancelled by whoever stops reading', async () => {
    const socket = await opened()
    const heard: unknown[] = []
    const reading = (async () => {
      for await (const value of socket.stream('count')) {
        heard.push(value)
        if (value === 2) break
      }
    })()
    server().say({ id: 1, data: 1 }).say({ id: 1, data: 2 }).say({ id: 1, data: 3 })
    await reading
    expect(heard).toEqual([1, 2])
    expect(server().sent.at(-1)).toEqual({ id: 1, event: 'cancel' })
  })

  it('are cancelled by a signal, also while nothing comes', async () => {
    const socket = await opened()
    const abort = new AbortController()
    const next = socket.stream('count', undefined, { signal: abort.signal }).next()
    abort.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
    expect(server().sent.at(-1)).toEqual({ id: 1, event: 'cancel' })
    await expect(socket.stream('count', undefined, { signal: abort.signal }).next()).rejects.toThrow('enough')
    expect(server().sent).toHaveLength(2)
  })

  it('end with what the server refuses, behind the values before', async () => {
    const socket = await opened()
    const stream = socket.stream('count')
    const first = stream.next()
    server()
      .say({ id: 1, data: 1 })
      .say({ id: 1, event: 'exception', data: { message: 'broken' } })
    expect((await first).value).toBe(1)
    await expect(stream.next()).rejects.toMatchObject({ code: 'exception', message: 'broken' })
    expect(server().sent).toHaveLength(1)
  })

  it('fail where the connection is lost', async () => {
    const socket = await opened()
    const next = socket.stream('count').next()
    server().end(1006)
    await expect(next).rejects.toMatchObject({ code: 'disconnected' })
    expect((await reconnected()).sent).toEqual([])
  })

  it('fail, and are cancelled, where more comes than is read', async () => {
    const socket = await opened()
    const stream = socket.stream('count', undefined, { maxQueue: 2 })
    const first = stream.next()
    for (let i = 1; i <= 4; i++) server().say({ id: 1, data: i })
    expect((await first).value).toBe(1)
    const rest = (async () => {
      for await (const value of stream) expect(value).toBeGreaterThan(1)
    })()
    await expect(rest).rejects.toMatchObject({ code: 'overflow' })
    expect(server().sent.at(-1)).toEqual({ id: 1, event: 'cancel' })
  })
})

describe('values that follow a message', () => {
  /** A source that the spec gives values to. */
  function source() {
    const told = { asked: 0, closed: 0 }
    let give!: (step: IteratorResult<unknown>) => void
    const input: AsyncIterableIterator<unknown> = {
      [Symbol.asyncIterator]: () => input,
      next() {
        told.asked += 1
        return new Promise((resolve) => (give = resolve))
      },
      return() {
        told.closed += 1
        return Promise.resolve({ done: true, value: undefined })
      },
    }
    return { told, input, give: (value: unknown) => give({ done: false, value }) }
  }

  it('are sent one by one, and then the end', async () => {
    const socket = await opened()
    async function* numbers() {
      yield 1
      yield await Promise.resolve(2)
    }
    const sum = socket.request('sum', 'a', { input: numbers() })
    await eventually(() => expect(server().sent).toHaveLength(4))
    expect(server().sent).toEqual([
      { id: 1, event: 'sum', data: 'a' },
      { id: 1, event: 'next', data: 1 },
      { id: 1, event: 'next', data: 2 },
      { id: 1, event: 'end' },
    ])
    server().say({ id: 1, data: 3 })
    expect(await sum).toBe(3)
  })

  it('may come of a list, and wait for the connection with their message', async () => {
    const socket = await open()
    const sum = socket.request('sum', undefined, { input: [1, Promise.resolve(2)] })
    server().open()
    await eventually(() =>
      expect(server().sent.map(({ event }) => event)).toEqual(['sum', 'next', 'next', 'end']),
    )
    server().say({ id: 1, data: 3 })
    expect(await sum).toBe(3)
  })

  it('are not asked for any more once there is the answer', async () => {
    const socket = await opened()
    const { told, input, give } = source()
    const first = socket.request('first', undefined, { input })
    give('a')
    await eventually(() => expect(told.asked).toBe(2))
    server().say({ id: 1, data: 'a' })
    expect(await first).toBe('a')
    expect(told.closed).toBe(1)
    give('b')
    await vi.advanceTimersByTimeAsync(1000)
    expect(server().sent).toEqual([
      { id: 1, event: 'first' },
      { id: 1, event: 'next', data: 'a' },
    ])
  })

  it('are not sent faster than they leave', async () => {
    const socket = await opened()
    const { told, input, give } = source()
    void socket.request('slow', undefined, { input }).catch(() => undefined)
    server().bufferedAmount = 100_000
    give('a')
    await vi.advanceTimersByTimeAsync(1000)
    expect(told.asked).toBe(1)
    server().bufferedAmount = 0
    await vi.advanceTimersByTimeAsync(1000)
    expect(told.asked).toBe(2)
  })

  it('are cancelled with what their source throws', async () => {
    const socket = await opened()
    function* broken() {
      yield 1
      throw new Error('no more numbers')
    }
    await expect(socket.request('sum', undefined, { input: broken() })).rejects.toThrow('no more numbers')
    expect(server().sent.at(-1)).toEqual({ id: 1, event: 'cancel' })
    await expect(socket.stream('double', undefined, { input: broken() }).next()).rejects.toThrow(
      'no more numbers',
    )
    expect(server().sent.at(-1)).toEqual({ id: 2, event: 'cancel' })
  })

  it('may take their time: the answer is waited for from their end on', async () => {
    const socket = await opened()
    const { input, give } = source()
    const sum = socket.request('sum', undefined, { input, timeout: 100 })
    await vi.advanceTimersByTimeAsync(5000)
    give(1)
    await vi.advanceTimersByTimeAsync(5000)
    server().say({ id: 1, data: 1 })
    expect(await sum).toBe(1)
    const told = expect(socket.request('sum', undefined, { input: [1], timeout: 100 })).rejects.toMatchObject(
      {
        code: 'timeout',
      },
    )
    await vi.advanceTimersByTimeAsync(100)
    await told
    expect(server().sent.slice(-2)).toEqual([
      { id: 2, event: 'end' },
      { id: 2, event: 'cancel' },
    ])
  })

  it('are lost with the connection, and not sent again', async () => {
    const socket = await opened()
    const { told, input, give } = source()
    const sum = socket.request('sum', undefined, { input, idempotent: true })
    give(1)
    await eventually(() => expect(told.asked).toBe(2))
    server().end(1006)
    await expect(sum).rejects.toMatchObject({ code: 'disconnected' })
    expect(told.closed).toBe(1)
    give(2)
    expect((await reconnected()).sent).toEqual([])
  })

  it('may be answered one by one', async () => {
    const socket = await opened()
    const { told, input, give } = source()
    const doubled = socket.stream('double', undefined, { input })
    const first = doubled.next()
    give(1)
    await eventually(() => expect(told.asked).toBe(2))
    server().say({ id: 1, data: 2 })
    expect((await first).value).toBe(2)
    await doubled.return()
    expect(told.closed).toBe(1)
    expect(server().sent).toEqual([
      { id: 1, event: 'double' },
      { id: 1, event: 'next', data: 1 },
      { id: 1, event: 'cancel' },
    ])
  })
})

describe('live queries', () => {
  it('give the result, and then its changes as new objects', async () => {
    const socket = await opened()
    const results: unknown[] = []
    socket.live('/articles?tag=a', (result) => results.push(result))
    expect(server().sent).toEqual([{ id: 1, event: 'subscribe', data: { url: '/articles?tag=a' } }])
    server()
      .say({ id: 1, data: { version: 'v1', result: { items: [{ n: 1 }], rest: {} } } })
      .say({
        event: 'live',
        data: { id: 1, version: 'v2', patch: [{ op: 'add', path: '/items/-', value: { n: 2 } }] },
      })
      .say({ event: 'live', data: { id: 1, version: 'v3', result: { items: [] } } })
      .say({ event: 'live', data: { id: 77, version: 'v9', result: 'of another' } })
    expect(results).toEqual([
      { items: [{ n: 1 }], rest: {} },
      { items: [{ n: 1 }, { n: 2 }], rest: {} },
      { items: [] },
    ])
    const [before, after] = results as { rest: object }[]
    expect(before!.rest).toBe(after!.rest)
  })

  it('go on after a lost connection, from the version that is there', async () => {
    const socket = await open()
    const results: unknown[] = []
    socket.live('/a', (result) => results.push(result))
    expect(server().open().sent).toEqual([{ id: 1, event: 'subscribe', data: { url: '/a' } }])
    server()
      .say({ id: 1, data: { version: 'v1', result: 1 } })
      .end(1006)
    expect((await reconnected()).sent).toEqual([
      { id: 2, event: 'subscribe', data: { url: '/a', version: 'v1' } },
    ])
    server()
      .say({ id: 2, data: { version: 'v1', unchanged: true } })
      .say({ event: 'live', data: { id: 1, version: 'v0', result: 'old' } })
      .say({ event: 'live', data: { id: 2, version: 'v2', result: 2 } })
    expect(results).toEqual([1, 2])
  })

  it('are asked for anew where a change does not fit', async () => {
    const socket = await opened()
    const results: unknown[] = []
    socket.live('/a', (result) => results.push(result))
    server()
      .say({ id: 1, data: { version: 'v1', result: [] } })
      .say({ event: 'live', data: { id: 1, version: 'v2', patch: [{ op: 'remove', path: '/0' }] } })
    expect(server().sent.slice(1)).toEqual([
      { id: 2, event: 'unsubscribe', data: { id: 1 } },
      { id: 3, event: 'subscribe', data: { url: '/a' } },
    ])
    server().say({ id: 3, data: { version: 'v2', result: [1] } })
    expect(results).toEqual([[], [1]])
  })

  it('end with an error', async () => {
    const socket = await opened()
    const errors: unknown[] = []
    const noted = (error: Error) => errors.push(error.message)
    socket.on('error', noted)
    socket.live('/refused', { next: () => expect.unreachable(), error: noted })
    socket.live('/later', () => undefined)
    server()
      .say({ id: 1, event: 'exception', data: { message: 'refused' } })
      .say({ id: 2, data: { version: 'v1', result: 1 } })
      .say({ event: 'live', data: { id: 2, error: { message: 'no longer' } } })
    expect(errors).toEqual(['refused', 'no longer'])
    server().end(1006)
    expect((await reconnected()).sent).toEqual([])
  })

  it('keep on for others where a listener throws', async () => {
    const socket = await opened()
    const told: unknown[] = []
    socket.on('error', ({ message }) => told.push(message))
    const fail = () => {
      throw new Error('broken')
    }
    socket.live('/a', fail)
    socket.live('/a', { next: (result) => told.push(result), error: fail })
    server()
      .say({ id: 1, data: { version: 'v1', result: 1 } })
      .say({ id: 2, data: { version: 'v1', result: 1 } })
      .say({ event: 'live', data: { id: 1, version: 'v2', result: 2 } })
      .say({ event: 'live', data: { id: 2, error: { message: 'no longer' } } })
    expect(told).toEqual(['broken', 1, 'broken', 'broken'])
  })

  it('end when they are closed', async () => {
    const socket = await opened()
    const query = socket.live('/a', () => expect.unreachable())
    query.close()
    query.close()
    expect(server().sent.at(-1)).toEqual({ id: 2, event: 'unsubscribe', data: { id: 1 } })
    expect(server().sent).toHaveLength(2)
    server().say({ id: 1, data: { version: 'v1', result: 1 } })
    server().end(1006)
    expect((await reconnected()).sent).toEqual([])
  })
})
