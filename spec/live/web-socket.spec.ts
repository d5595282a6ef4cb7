import {
  APP_GUARD,
  Controller,
  Get,
  Headers,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from 'corbel'
import { Live } from 'corbel/live'
import type { Socket } from 'corbel/websocket'
import { SocketIoAdapter } from 'corbel/websocket/socket-io'
import { io, type Socket as ClientSocket } from 'socket.io-client'
import { TestClient } from '../websocket/client.js'
import { gate, serveBoard } from './board.js'
import { eventually } from '../support/eventually.js'

const opened: ClientSocket[] = []

afterEach(() => {
  for (const client of opened.splice(0)) client.disconnect()
})

describe('a live query over a WebSocket', () => {
  it('reads paths as browsers do: no text of a client ends a line of a log', async () => {
    const { connect, live } = await serveBoard()
    const client = await connect()
    const urls = ['/notes?b=%C3%BC%20c', '/notes?b=ü c', '/notes?b=ü c#part', '/x/../notes?b=ü\r\n c']
    urls.forEach((url, id) => client.emit('subscribe', { url }, id))
    await client.messages(urls.length)
    for (const answer of client.received) expect(answer).toMatchObject({ data: { result: ['first'] } })
    expect(live.statistics).toMatchObject({ subscriptions: 4, queries: 1 })
    client.emit('subscribe', { url: '//evil.example/notes' }, 9)
    await client.messages(5)
    expect(client.received[4]).toMatchObject({ id: 9, data: { code: 'CORBEL_LIVE_UNKNOWN' } })
  })

  it('is answered with its result, and followed by each change', async () => {
    const { connect, notes } = await serveBoard()
    const client = await connect()
    const [first] = (await client.emit('subscribe', { url: '/notes' }, 1).messages(1)) as any[]
    expect(first).toEqual({ id: 1, data: { version: expect.any(String), result: ['first'] } })
    await notes.add('second')
    const [, second] = (await client.messages(2)) as any[]
    expect(second).toEqual({
      event: 'live',
      data: { id: 1, version: expect.any(String), result: ['first', 'second'] },
    })
    expect(second.data.version).not.toBe(first.data.version)
  })

  it('sends a JSON Patch where that is smaller', async () => {
    const { connect, notes } = await serveBoard()
    const client = await connect()
    await client.emit('subscribe', { url: '/notes/large' }, 'a').messages(1)
    await notes.add('second')
    expect((await client.messages(2))[1]).toEqual({
      event: 'live',
      data: {
        id: 'a',
        version: expect.any(String),
        patch: [{ op: 'add', path: '/texts/1', value: 'second' }],
      },
    })
  })

  it('is told that nothing has changed where it names the present version', async () => {
    const { connect, notes } = await serveBoard()
    const client = await connect()
    const [first] = (await client.emit('subscribe', { url: '/notes' }, 1).messages(1)) as any[]
    const { version } = first.data
    await client.emit('subscribe', { url: '/notes', version }, 2).messages(2)
    expect(client.received[1]).toEqual({ id: 2, data: { version, unchanged: true } })
    await notes.add('second')
    const later = (await client.messages(4)).slice(2) as any[]
    expect(later.map(({ data }) => data.id).sort()).toEqual([1, 2])
  })

  it('ends when it is told to', async () => {
    const { connect, notes, live } = await serveBoard()
    const client = await connect()
    await client.emit('subscribe', { url: '/notes' }, 1).messages(1)
    await client.emit('unsubscribe', { id: 1 }, 2).messages(2)
    expect(client.received[1]).toEqual({ id: 2, data: true })
    expect(live.statistics).toMatchObject({ subscriptions: 0, queries: 0 })
    await client.emit('unsubscribe', { id: 1 }, 3).messages(3)
    expect(client.received[2]).toEqual({ id: 3, data: false })
    await notes.add('second')
    await client.emit('subscribe', { url: '/notes' }, 1).messages(4)
    expect(client.received[3]).toMatchObject({ id: 1, data: { result: ['first', 'second'] } })
  })

  it('may be ended before there is a result', async () => {
    const { connect, notes, live } = await serveBoard()
    const { closed, open } = gate()
    notes.gate = closed
    const client = await connect()
    await client.emit('subscribe', { url: '/notes' }, 1).emit('unsubscribe', { id: 1 }, 2).messages(2)
    expect(client.received).toEqual(
      expect.arrayContaining([
        { id: 2, data: true },
        { id: 1, event: 'exception', data: expect.objectContaining({ code: 'CORBEL_LIVE_ENDED' }) },
      ]),
    )
    expect(live.statistics.subscriptions).toBe(0)
    open()
  })

  it('ends with the connection', async () => {
    const { connect, live } = await serveBoard()
    const client = await connect()
    await client.emit('subscribe', { url: '/notes' }, 1).emit('subscribe', { url: '/notes/0' }, 2).messages(2)
    expect(live.statistics.subscriptions).toBe(2)
    await client.close()
    await eventually(() => expect(live.statistics).toMatchObject({ subscriptions: 0, queries: 0 }))
  })

  it('is refused as a plain request would be', async () => {
    const { connect } = await serveBoard()
    const client = await connect()
    await client.emit('subscribe', { url: '/notes/7' }, 1).messages(1)
    await client.emit('subscribe', { url: '/notes/mine' }, 2).messages(2)
    expect(client.received).toEqual([
      {
        id: 1,
        event: 'exception',
        data: { status: 'error', statusCode: 404, message: 'There is no note 7', error: 'Not Found' },
      },
      {
        id: 2,
        event: 'exception',
        data: { status: 'error', statusCode: 403, message: 'Forbidden resource', error: 'Forbidden' },
      },
    ])
  })

  it.each([
    ['/notes/plain', 'a route without @Live()'],
    ['/nowhere', 'no route'],
    ['/notes/%', 'no path'],
    ['//evil.example/notes', 'another host'],
  ])('is refused for %s, which is %s, without calling it', async (url) => {
    const { connect, notes } = await serveBoard()
    const client = await connect()
    await client.emit('subscribe', { url }, 1).messages(1)
    expect(client.received[0]).toMatchObject({
      event: 'exception',
      data: { statusCode: 404, code: 'CORBEL_LIVE_UNKNOWN' },
    })
    expect(notes.runs).toBe(0)
  })

  it.each([
    [undefined, 1],
    [{}, 1],
    [{ url: 'notes' }, 1],
    [{ url: 7 }, 1],
    [{ url: `/${'x'.repeat(10_000)}` }, 1],
    [{ url: '/notes' }, undefined],
  ])('is refused for a message that means nothing: %j with the id %j', async (data, id) => {
    const { connect } = await serveBoard()
    const client = await connect()
    await client.emit('subscribe', data, id).messages(1)
    expect(client.received[0]).toMatchObject({ event: 'exception', data: { code: 'CORBEL_LIVE_MESSAGE' } })
  })

  it('is refused for an id that is in use', async () => {
    const { connect } = await serveBoard()
    const client = await connect()
    await client.emit('subscribe', { url: '/notes' }, 1).emit('subscribe', { url: '/notes' }, 1).messages(2)
    expect(client.received).toEqual(
      expect.arrayContaining([expect.objectContaining({ event: 'exception', id: 1 })]),
    )
  })

  it('is run with what the client has connected with', async () => {
    const { connect, notes } = await serveBoard()
    const client = await connect({ 'x-user': 'ada' })
    await client.emit('subscribe', { url: '/notes/mine' }, 1).messages(1)
    expect(client.received[0]).toMatchObject({ data: { result: { user: 'ada', texts: ['first'] } } })
    notes.closed.add('ada')
    await notes.add('second')
    await client.messages(2)
    expect(client.received[1]).toEqual({
      event: 'live',
      data: {
        id: 1,
        error: { status: 'error', statusCode: 403, message: 'Forbidden resource', error: 'Forbidden' },
      },
    })
  })

  it('may be run with headers that the connection has learnt of', async () => {
    const { connect } = await serveBoard({
      headers: ({ request }) => ({ 'X-User': String(request.query['as']) }),
    })
    const plain = await connect({ 'x-user': 'ada' })
    const client = await TestClient.open(plain.socket.url.replace('http', 'ws') + '?as=grace')
    await client.emit('subscribe', { url: '/notes/mine' }, 1).messages(1)
    expect(client.received[0]).toMatchObject({ data: { result: { user: 'grace' } } })
    client.socket.terminate()
  })

  it('passes the guards of its gateway, too', async () => {
    class Nobody implements CanActivate {
      canActivate(context: ExecutionContext) {
        return context.getType() !== 'ws'
      }
    }
    const { connect } = await serveBoard({}, { providers: [{ provide: APP_GUARD, useClass: Nobody }] })
    const client = await connect()
    expect(await client.end()).toMatchObject({ code: 1008 })
  })

  it('is run with the token of the first message, where the gateway takes one', async () => {
    class Token implements CanActivate {
      canActivate(context: ExecutionContext) {
        if (context.getType() !== 'ws') return true
        const client = context.switchToWs().getClient<Socket>()
        if (client.handshake.headers['authorization'] !== 'Bearer good') return false
        client.user = { id: 'ada' }
        return true
      }
    }
    @Controller('token')
    class TokenController {
      @Get() @Live() show(@Headers('authorization') authorization: string) {
        return { authorization }
      }
    }
    const { connect } = await serveBoard(
      { gateway: { auth: { from: ['message'] } }, decorators: [UseGuards(Token) as ClassDecorator] },
      { controllers: [TokenController], providers: [Token] },
    )
    const client = await connect()
    client.emit('auth', { token: 'good' }, 1).emit('subscribe', { url: '/token' }, 2)
    await client.messages(2)
    expect(client.received[1]).toMatchObject({ id: 2, data: { result: { authorization: 'Bearer good' } } })
    const stranger = await connect()
    stranger.emit('auth', { token: 'bad' }, 1).emit('subscribe', { url: '/token' }, 2)
    await stranger.end()
    expect(JSON.stringify(stranger.received)).not.toContain('Bearer')
  })

  it('is not for pages of other sites', async () => {
    const { connect, url } = await serveBoard()
    await expect(connect({ origin: 'https://evil.example' })).rejects.toThrow('403')
    const allowed = await serveBoard({ gateway: { origins: ['https://app.example'] } })
    const client = await allowed.connect({ origin: 'https://app.example' })
    await client.emit('subscribe', { url: '/notes' }, 1).messages(1)
    expect(url).toBeDefined()
  })

  it('may have another path, or none', async () => {
    const other = await serveBoard({ path: '/changes' })
    await expect(other.connect()).rejects.toThrow('404')
    const client = await TestClient.open(`${other.url}/changes`)
    await client.emit('subscribe', { url: '/notes' }, 1).messages(1)
    client.socket.terminate()
    const none = await serveBoard({ path: false })
    await expect(none.connect()).rejects.toThrow('404')
  })

  it('ends with 1001 when the application does', async () => {
    const { connect, app } = await serveBoard()
    const client = await connect()
    await client.emit('subscribe', { url: '/notes' }, 1).messages(1)
    const closing = app.close()
    expect((await client.end()).code).toBe(1001)
    await closing
  })

  it('works over socket.io, where the id is part of the message', async () => {
    const { notes, live, url } = await serveBoard({}, { adapter: new SocketIoAdapter() })
    const client = io(`${url}/`, { path: '/live', transports: ['websocket'], reconnection: false })
    opened.push(client)
    const heard: unknown[] = []
    client.on('live', (data) => heard.push(data))
    const answer = await client.emitWithAck('subscribe', { id: 1, url: '/notes/large' })
    expect(answer).toMatchObject({ version: expect.any(String), result: { texts: ['first'] } })
    await notes.add('second')
    await eventually(() => expect(heard).toHaveLength(1))
    expect(heard[0]).toMatchObject({ id: 1, patch: [{ op: 'add', path: '/texts/1', value: 'second' }] })
    expect(await client.emitWithAck('unsubscribe', { id: 1 })).toBe(true)
    expect(live.statistics.subscriptions).toBe(0)
  })
})
