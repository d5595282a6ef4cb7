import { RateLimitModule } from 'corbel'
import { Socket } from 'corbel/websocket'
import type { Mock } from 'vitest'
import { H1Exchange } from '../../lib/server/h1/exchange.js'
import { RawClient } from '../support/raw-http.js'
import { serveBoard, type Board } from './board.js'
import { eventually } from '../support/eventually.js'

afterEach(() => vi.restoreAllMocks())

describe('limits of live queries', () => {
  it('are per address', async () => {
    const { events, live } = await serveBoard({ maxPerAddress: 2 })
    const streams = [await events('/notes'), await events('/notes?2')]
    const { response } = await events('/notes?3')
    expect(response.status).toBe(429)
    await streams[0]!.cancel()
    await eventually(() => expect(live.statistics.subscriptions).toBe(1))
    expect((await events('/notes?3')).response.status).toBe(200)
  })

  it('are per WebSocket', async () => {
    const { connect } = await serveBoard({ maxPerConnection: 2 })
    const client = await connect()
    for (const id of [1, 2, 3]) client.emit('subscribe', { url: `/notes?${id}` }, id)
    await client.messages(3)
    expect(client.received).toContainEqual(
      expect.objectContaining({
        id: 3,
        event: 'exception',
        data: expect.objectContaining({ statusCode: 429, code: 'CORBEL_LIVE_LIMIT' }),
      }),
    )
    await client.emit('unsubscribe', { id: 1 }, 4).emit('subscribe', { url: '/notes' }, 5).messages(5)
    expect(client.received.at(-1)).toMatchObject({ id: 5, data: { result: ['first'] } })
  })

  it('are for the whole process', async () => {
    const { events, connect } = await serveBoard({ maxSubscriptions: 1 })
    const stream = await events('/notes')
    expect(stream.response.status).toBe(200)
    expect((await events('/notes')).response.status).toBe(503)
    const client = await connect()
    await client.emit('subscribe', { url: '/notes' }, 1).messages(1)
    expect(client.received[0]).toMatchObject({ event: 'exception', data: { code: 'CORBEL_LIVE_BUSY' } })
  })

  it('of requests count what a client asks for, and not what is run again', async () => {
    const limits = RateLimitModule.forRoot({ limits: [{ limit: 3, window: '1h' }] })
    const { events, notes, connect, fetch } = await serveBoard({}, { imports: [limits] })
    const stream = await events('/notes')
    await stream.next()
    for (const text of ['a', 'b', 'c', 'd']) {
      await notes.add(text)
      expect((await stream.next())!.data).toContain(text)
    }
    const client = await connect()
    await client.emit('subscribe', { url: '/notes?1' }, 1).messages(1)
    expect(client.received[0]).toMatchObject({ data: { result: expect.any(Array) } })
    expect((await fetch('/notes')).status).toBe(200)
    expect((await fetch('/notes')).status).toBe(429)
    await client.emit('subscribe', { url: '/notes?2' }, 2).messages(2)
    expect(client.received[1]).toMatchObject({ event: 'exception', data: { statusCode: 429 } })
    await stream.cancel()
  })
})

describe('clients of live queries that read slowly', () => {
  const large = (count: number) => `${count}:${'x'.repeat(400_000)}`

  /**
   * Changes the result until the connection is full and the client ten changes behind: what systems take on the way differs.
   *
   * @param write what the server writes to the client with
   * @returns how many changes there were
   */
  const changeUntilBehind = async ({ notes, live }: Board, write: Mock): Promise<number> => {
    const written = write.mock.calls.length
    let changes = 0
    const isBehind = () =>
      write.mock.results.at(-1)?.value === false && changes - (write.mock.calls.length - written) >= 10
    while (!isBehind()) {
      changes += 1
      notes.texts = [large(changes)]
      const { runs } = live.statistics
      await live.invalidate('notes')
      await eventually(() => expect(live.statistics.runs).toBeGreaterThan(runs))
    }
    return changes
  }

  it('get only the last result of a stream of events', async () => {
    const board = await serveBoard({ maxResult: 16_000_000 })
    const write = vi.spyOn(H1Exchange.prototype, 'write')
    const client = await RawClient.open(Number(new URL(board.url).port))
    client.send('GET /notes HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n')
    await client.until(({ received }) => received.includes('["first"]'))
    client.socket.pause()
    const changes = await changeUntilBehind(board, write)
    client.socket.resume()
    await client.until(({ received }) => received.includes(`["${changes}:`))
    const sent = client.received.split('event: ').length - 2
    expect(sent).toBeLessThan(changes)
    client.socket.destroy()
  })

  it('get only the last result over a WebSocket', async () => {
    const board = await serveBoard({ maxResult: 16_000_000 })
    const send = vi.spyOn(Socket.prototype, 'send')
    const client = await board.connect()
    await client.emit('subscribe', { url: '/notes' }, 1).messages(1)
    client.socket.pause()
    const changes = await changeUntilBehind(board, send)
    client.socket.resume()
    const last = () => (client.received.at(-1) as any).data.result?.[0] as string | undefined
    await client.until(() => last()?.startsWith(`${changes}:`) === true)
    expect(client.received.length).toBeLessThan(changes)
  })
})
