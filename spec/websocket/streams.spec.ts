import { createApp, Module, UseGuards, type Application, type CanActivate } from 'corbel'
import {
  MessageBody,
  MessageStream,
  SubscribeMessage,
  WebSocketGateway,
  WsException,
  type Server,
  WebSocketServer,
} from 'corbel/websocket'
import { Observable } from 'rxjs'
import { setImmediate as turn } from 'node:timers/promises'
import { TestClient } from './client.js'
import { eventually } from '../support/eventually.js'

const apps: Application[] = []
const clients: TestClient[] = []

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.terminate()
  for (const app of apps.splice(0)) await app.close()
})

/** What methods have seen; new for each test. */
let seen: { read: unknown[]; ended: string[]; sent: number }
let gate: { closed: Promise<void>; open(): void }

class Late implements CanActivate {
  async canActivate() {
    await gate.closed
    return true
  }
}

@WebSocketGateway()
class Streams {
  @WebSocketServer() server: Server

  @SubscribeMessage('count') async *count(@MessageBody() until: number) {
    try {
      for (let number = 1; number <= until; number += 1) yield number
    } finally {
      seen.ended.push('count')
    }
  }

  @SubscribeMessage('later') async later() {
    await gate.closed
    return this.count(1_000_000)
  }

  @SubscribeMessage('silent') async *silent() {
    try {
      yield 'first'
      await gate.closed
      yield 'never'
    } finally {
      seen.ended.push('silent')
    }
  }

  @SubscribeMessage('broken') async *broken() {
    yield 1
    await Promise.resolve()
    throw new WsException('out of numbers')
  }

  @SubscribeMessage('large') async *large() {
    for (;;) {
      seen.sent += 1
      yield 'x'.repeat(100_000)
      await Promise.resolve()
    }
  }

  @SubscribeMessage('observed') observed() {
    return new Observable((subscriber) => {
      subscriber.next(1)
      subscriber.next(2)
      return () => void seen.ended.push('observed')
    })
  }

  @SubscribeMessage('once') once() {
    return new Observable((subscriber) => {
      subscriber.next(1)
      subscriber.complete()
    })
  }

  @SubscribeMessage('sum') async sum(@MessageStream() numbers: AsyncIterable<number>) {
    let sum = 0
    try {
      for await (const number of numbers) {
        seen.read.push(number)
        sum += number
      }
    } catch (error) {
      seen.ended.push((error as { code: string }).code)
      throw error
    }
    return sum
  }

  @SubscribeMessage('first') async first(@MessageStream() values: AsyncIterable<unknown>) {
    for await (const value of values) return value
    return 'nothing'
  }

  @SubscribeMessage('slow') async slow(@MessageStream() values: AsyncIterable<unknown>) {
    await gate.closed
    let count = 0
    for await (const value of values) count += Number(value !== undefined)
    return count
  }

  @UseGuards(Late) @SubscribeMessage('guarded') async guarded(
    @MessageStream() values: AsyncIterable<unknown>,
  ) {
    const all = []
    for await (const value of values) all.push(value)
    return all
  }

  @SubscribeMessage('double') async *double(@MessageStream() numbers: AsyncIterable<number>) {
    for await (const number of numbers) yield number * 2
  }

  @SubscribeMessage('ping') ping() {
    return 'pong'
  }
}

async function connect(): Promise<TestClient> {
  @Module({ providers: [Streams, Late] })
  class AppModule {}
  seen = { read: [], ended: [], sent: 0 }
  let open!: () => void
  const closed = new Promise<void>((resolve) => (open = resolve))
  gate = { closed, open }
  const app = await createApp(AppModule, { logger: false, shutdownSignals: false })
  apps.push(app)
  await app.listen(0, '127.0.0.1')
  const client = await TestClient.open(await app.getUrl(), { perMessageDeflate: false })
  clients.push(client)
  return client
}

const send = (client: TestClient, id: number, ...values: readonly unknown[]) => {
  for (const data of values) client.emit('next', data, id)
  return client
}

describe('a method that returns an async iterable', () => {
  it('answers each value with the id of the message, and then the end', async () => {
    const client = await connect()
    expect(await client.emit('count', 3, 7).messages(4)).toEqual([
      { id: 7, data: 1 },
      { id: 7, data: 2 },
      { id: 7, data: 3 },
      { id: 7, event: 'end' },
    ])
  })

  it('ends with what it throws', async () => {
    const client = await connect()
    await client.emit('broken', undefined, 1).emit('ping', undefined, 2).messages(3)
    expect(client.received.filter((one) => (one as { id: number }).id === 1)).toEqual([
      { id: 1, data: 1 },
      { id: 1, event: 'exception', data: expect.objectContaining({ message: 'out of numbers' }) },
    ])
  })

  it('may be cancelled, also while it is silent', async () => {
    const client = await connect()
    await client.emit('silent', undefined, 1).messages(1)
    client.emit('cancel', undefined, 1)
    await client.emit('ping', undefined, 2).messages(2)
    gate.open()
    await eventually(() => expect(seen.ended).toEqual(['silent']))
    await client.emit('ping', undefined, 3).messages(3)
    expect(client.received.slice(1)).toEqual([
      { id: 2, data: 'pong' },
      { id: 3, data: 'pong' },
    ])
  })

  it('may be cancelled before it has begun', async () => {
    const client = await connect()
    client.emit('later', undefined, 1).emit('cancel', undefined, 1)
    await client.emit('ping', undefined, 2).messages(1)
    gate.open()
    await client.emit('ping', undefined, 3).messages(2)
    await turn()
    expect(client.received).toEqual([
      { id: 2, data: 'pong' },
      { id: 3, data: 'pong' },
    ])
  })

  it('ends with the connection', async () => {
    const client = await connect()
    await client.emit('silent', undefined, 1).messages(1)
    client.socket.terminate()
    gate.open()
    await eventually(() => expect(seen.ended).toEqual(['silent']))
  })

  it('waits for a client that reads slowly', async () => {
    const client = await connect()
    await client.emit('large', undefined, 1).messages(1)
    client.socket.pause()
    let before = -1
    // it stands still once everything on the way is full
    await eventually(() => {
      const { sent } = seen
      const stands = sent === before
      before = sent
      expect(stands).toBe(true)
    })
    const stopped = seen.sent
    client.socket.resume()
    await eventually(() => expect(seen.sent).toBeGreaterThan(stopped))
    client.socket.terminate()
  })

  it('keeps nothing else on the connection from being answered, and there is an end to their number', async () => {
    const client = await connect()
    for (let id = 1; id <= 65; id += 1) client.emit('silent', undefined, id)
    await client.messages(65)
    expect(client.received.filter((one) => (one as { event?: string }).event === 'exception')).toEqual([
      {
        id: 65,
        event: 'exception',
        data: expect.objectContaining({ code: 'CORBEL_WS_STREAMS', statusCode: 429 }),
      },
    ])
    await client.emit('ping', undefined, 100).messages(66)
    expect(client.received.at(-1)).toEqual({ id: 100, data: 'pong' })
    client.emit('cancel', undefined, 1)
    await client.emit('count', 1, 101).messages(68)
    expect(client.received.slice(-2)).toEqual([
      { id: 101, data: 1 },
      { id: 101, event: 'end' },
    ])
    gate.open()
  })

  it('may return an observable', async () => {
    const client = await connect()
    await client.emit('once', undefined, 1).messages(2)
    await client.emit('observed', undefined, 2).messages(4)
    expect(client.received).toEqual([
      { id: 1, data: 1 },
      { id: 1, event: 'end' },
      { id: 2, data: 1 },
      { id: 2, data: 2 },
    ])
    client.emit('cancel', undefined, 2)
    await eventually(() => expect(seen.ended).toEqual(['observed']))
  })
})

describe('a method that takes a stream', () => {
  it('reads what the client sends after its message', async () => {
    const client = await connect()
    send(client.emit('sum', undefined, 1), 1, 1, 2, 3).emit('end', undefined, 1)
    expect(await client.messages(1)).toEqual([{ id: 1, data: 6 }])
  })

  it('misses nothing while guards think', async () => {
    const client = await connect()
    send(client.emit('guarded', undefined, 1), 1, 'a', 'b').emit('end', undefined, 1)
    await client.emit('ping', undefined, 2).messages(1)
    gate.open()
    expect((await client.messages(2))[1]).toEqual({ id: 1, data: ['a', 'b'] })
  })

  it('may stop reading', async () => {
    const client = await connect()
    send(client.emit('first', undefined, 1), 1, 'a')
    await client.messages(1)
    expect(client.received).toEqual([{ id: 1, data: 'a' }])
  })

  it('hears nothing of values that come too late', async () => {
    const client = await connect()
    await send(client.emit('first', undefined, 1), 1, 'a').messages(1)
    send(client, 1, 'b', 'c').emit('end', undefined, 1).emit('ping', undefined, 2)
    expect(await client.messages(2)).toEqual([
      { id: 1, data: 'a' },
      { id: 2, data: 'pong' },
    ])
  })

  it('is no reason to leave others without an answer', async () => {
    const client = await connect()
    expect(await client.emit('next', 'a', 1).messages(1)).toEqual([
      { id: 1, event: 'exception', data: { status: 'error', message: 'Nobody answers "next"' } },
    ])
  })

  it('may answer while it reads', async () => {
    const client = await connect()
    send(client.emit('double', undefined, 1), 1, 1)
    await client.messages(1)
    send(client, 1, 2)
    await client.messages(2)
    client.emit('end', undefined, 1)
    expect(await client.messages(3)).toEqual([
      { id: 1, data: 2 },
      { id: 1, data: 4 },
      { id: 1, event: 'end' },
    ])
  })

  it('learns that the client has cancelled it', async () => {
    const client = await connect()
    send(client.emit('sum', undefined, 1), 1, 1).emit('cancel', undefined, 1)
    await client.messages(1)
    expect(seen.ended).toEqual(['CORBEL_WS_STREAM_CUT'])
    expect(client.received[0]).toMatchObject({ id: 1, event: 'exception' })
  })

  it('learns that the connection has ended', async () => {
    const client = await connect()
    send(client.emit('sum', undefined, 1), 1, 1)
    await eventually(() => expect(seen.read).toEqual([1]))
    client.socket.terminate()
    await eventually(() => expect(seen.ended).toEqual(['CORBEL_WS_STREAM_CUT']))
  })

  it('slows the client down while it does not read, and loses nothing', async () => {
    const client = await connect()
    client.emit('slow', undefined, 1)
    // more than may wait
    for (let count = 0; count < 500; count += 1) client.emit('next', count, 1)
    client.emit('end', undefined, 1).emit('ping', undefined, 2)
    await turn()
    expect(client.received).toEqual([])
    gate.open()
    await client.messages(2)
    expect(client.received).toEqual(
      expect.arrayContaining([
        { id: 1, data: 500 },
        { id: 2, data: 'pong' },
      ]),
    )
  })

  it('needs an id', async () => {
    const client = await connect()
    await client.emit('sum').messages(1)
    expect(client.received[0]).toMatchObject({ event: 'exception', data: { code: 'CORBEL_WS_STREAM_ID' } })
  })

  it('may be one of many, but not of too many', async () => {
    const client = await connect()
    for (let id = 1; id <= 65; id += 1) client.emit('sum', undefined, id)
    await client.messages(1)
    expect(client.received[0]).toMatchObject({ id: 65, data: { code: 'CORBEL_WS_STREAMS' } })
    send(client, 1, 5).emit('end', undefined, 1)
    expect((await client.messages(2))[1]).toEqual({ id: 1, data: 5 })
  })
})
