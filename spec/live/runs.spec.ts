import { Controller, Get, UseGuards } from 'corbel'
import { Live } from 'corbel/live'
import { RawClient } from '../support/raw-http.js'
import { gate, MayRead, Notes, serveBoard } from './board.js'
import { eventually } from '../support/eventually.js'

describe('runs of live queries', () => {
  it('are shared by clients whose requests are the same', async () => {
    const { events, notes, live } = await serveBoard()
    const streams = await Promise.all(Array.from({ length: 10 }, () => events('/notes')))
    for (const stream of streams) await stream.next()
    expect(live.statistics).toMatchObject({ subscriptions: 10, queries: 1 })
    const { runs } = notes
    await notes.add('second')
    for (const stream of streams) expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    expect(notes.runs).toBe(runs + 1)
    for (const stream of streams) await stream.cancel()
  })

  it('are not shared by clients whose requests differ', async () => {
    const { events, live } = await serveBoard()
    const streams = [
      await events('/notes', { authorization: 'Bearer a' }),
      await events('/notes', { authorization: 'Bearer b' }),
      await events('/notes', { 'x-anything': 'c' }),
      await events('/notes', { cookie: 'd=1' }),
      await events('/notes?e'),
      await events('/notes', { traceparent: '00-1' }),
    ]
    for (const stream of streams) await stream.next()
    expect(live.statistics).toMatchObject({ subscriptions: 6, queries: 6 })
    for (const stream of streams) await stream.cancel()
  })

  it('are shared by all where the query says so', async () => {
    const { events, live } = await serveBoard()
    const streams = [
      await events('/notes/shared', { authorization: 'Bearer a' }),
      await events('/notes/shared', { authorization: 'Bearer b' }),
    ]
    for (const stream of streams) await stream.next()
    expect(live.statistics).toMatchObject({ subscriptions: 2, queries: 1 })
    for (const stream of streams) await stream.cancel()
  })

  it('are not shared by hosts, nor by versions, which may be other routes', async () => {
    @Controller({ path: 'house', host: 'a.example' })
    class HouseA {
      @Get() @Live({ share: () => 'everybody' }) show() {
        return 'a'
      }
    }
    @Controller({ path: 'house', host: 'b.example' })
    class HouseB {
      @Get() @Live({ share: () => 'everybody' }) show() {
        return 'b'
      }
    }
    const { app, live } = await serveBoard({}, { controllers: [HouseA, HouseB] })
    const { port } = new URL(await app.getUrl())
    const streams = []
    for (const host of ['a.example', 'b.example']) {
      const stream = await RawClient.open(Number(port))
      stream.send(`GET /house HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`)
      await stream.until(({ received }) => /data: ".*"/.test(received))
      expect(stream.received).toContain(`data: "${host[0]}"`)
      streams.push(stream)
    }
    expect(live.statistics).toMatchObject({ subscriptions: 2, queries: 2 })
    for (const { socket } of streams) socket.destroy()
  })

  it('that are refused to one of those who share them go on for the others', async () => {
    @Controller('guarded')
    class Guarded {
      constructor(private readonly notes: Notes) {}
      @Get() @Live({ keys: 'notes', share: () => 'readers' }) @UseGuards(MayRead) show() {
        return this.notes.read()
      }
    }
    const { events, notes, live } = await serveBoard({}, { controllers: [Guarded] })
    const ada = await events('/guarded', { 'x-user': 'ada' })
    expect(await ada.next()).toMatchObject({ data: ['first'] })
    const ben = await events('/guarded', { 'x-user': 'ben' })
    expect(await ben.next()).toMatchObject({ data: ['first'] })
    for (let count = 0; count < 3; count += 1) {
      const nobody = await events('/guarded')
      expect(nobody.response.status).toBe(403)
    }
    expect(live.statistics).toMatchObject({ subscriptions: 2, queries: 1 })
    // the run is in the name of one of them
    notes.closed.add('ada')
    notes.texts.push('second')
    live.refresh()
    expect(await ada.next()).toMatchObject({ type: 'error', data: { statusCode: 403 } })
    expect(await ben.next()).toMatchObject({ data: ['first', 'second'] })
    notes.closed.add('ben')
    live.refresh()
    expect(await ben.next()).toMatchObject({ type: 'error', data: { statusCode: 403 } })
    expect(live.statistics).toMatchObject({ subscriptions: 0, queries: 0 })
  })

  it('are made by each client that comes, so that nobody gets what was another time’s', async () => {
    const { events, notes } = await serveBoard()
    const first = await events('/notes/mine', { 'x-user': 'ada' })
    await first.next()
    // nothing is invalidated: who is there keeps what he has
    notes.closed.add('ada')
    const { response } = await events('/notes/mine', { 'x-user': 'ada' })
    expect(response.status).toBe(403)
    expect(await first.next()).toMatchObject({ type: 'error', data: { statusCode: 403 } })
  })

  it('are one or two for a burst of changes', async () => {
    const { events, notes } = await serveBoard({ interval: 50 })
    const stream = await events('/notes')
    await stream.next()
    const { runs } = notes
    await Promise.all(Array.from({ length: 100 }, (_, index) => notes.add(`note ${index}`)))
    let event = await stream.next()
    while (event!.type !== 'result' || event!.data.length < 101) event = await stream.next()
    expect(notes.runs - runs).toBeLessThanOrEqual(2)
    await stream.cancel()
  })

  it('are repeated where something changes while the handler works', async () => {
    const { events, notes } = await serveBoard()
    const stream = await events('/notes')
    await stream.next()
    const { closed, open } = gate()
    notes.gate = closed
    const { runs } = notes
    await notes.add('second')
    await eventually(() => expect(notes.runs).toBe(runs + 1))
    // the handler has read already, and holds back what it has
    await notes.add('third')
    notes.gate = undefined
    open()
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    expect(await stream.next()).toMatchObject({ data: ['first', 'second', 'third'] })
    expect(notes.most).toBe(1)
    await stream.cancel()
  })

  it('are no more at a time than the process does', async () => {
    const { events, notes, live } = await serveBoard({ maxRuns: 3 })
    const streams = await Promise.all(Array.from({ length: 12 }, (_, index) => events(`/notes?${index}`)))
    for (const stream of streams) await stream.next()
    notes.most = 0
    const { closed, open } = gate()
    notes.gate = closed
    await live.invalidate('notes')
    await eventually(() => expect(notes.current).toBe(3))
    open()
    notes.gate = undefined
    await notes.add('second')
    for (const stream of streams) expect((await stream.next())!.data).toContain('second')
    expect(notes.most).toBeLessThanOrEqual(3)
    for (const stream of streams) await stream.cancel()
  })

  it('may take only so much time', async () => {
    const { fetch, notes, live } = await serveBoard({ runTimeout: 20 })
    const { closed, open } = gate()
    notes.gate = closed
    const response = await fetch('/notes', { headers: { accept: 'text/event-stream' } })
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ code: 'CORBEL_LIVE_TIMEOUT' })
    expect(live.statistics.subscriptions).toBe(0)
    open()
  })

  it('are made again from time to time, where that is wanted', async () => {
    const { events, notes } = await serveBoard({ refresh: 20 })
    const stream = await events('/notes')
    await stream.next()
    // nobody tells of it
    notes.texts.push('second')
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    await stream.cancel()
  })
})

describe('keys of live queries', () => {
  it('come from the arguments of the handler', async () => {
    const { events, notes, fetch } = await serveBoard()
    const [one, two] = [await events('/notes/paged?page=1'), await events('/notes/paged?page=2')]
    await one.next()
    await two.next()
    const { runs } = notes
    const change = (page: number, text: string) =>
      fetch(`/notes/${page}`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
      })
    await change(2, 'second')
    expect(await two.next()).toMatchObject({ data: { page: 2, texts: ['first', 'second'] } })
    expect(notes.runs).toBe(runs + 1)
    await change(1, 'third')
    expect(await one.next()).toMatchObject({ data: { page: 1, texts: ['first', 'second', 'third'] } })
    await one.cancel()
    await two.cancel()
  })

  it('may be told by the handler, and are those of the last run', async () => {
    const { events, notes, live } = await serveBoard()
    const stream = await events('/notes/watched')
    await stream.next()
    notes.texts.push('second')
    await live.invalidate('at 1')
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    const { runs } = notes
    await live.invalidate('at 1')
    notes.texts.push('third')
    await live.invalidate('at 2')
    expect(await stream.next()).toMatchObject({ data: ['first', 'second', 'third'] })
    expect(notes.runs).toBe(runs + 1)
    await stream.cancel()
  })

  it('are the path of the request in any case', async () => {
    const { events, notes, live } = await serveBoard()
    const stream = await events('/notes/watched?anything')
    await stream.next()
    notes.texts.push('second')
    await live.invalidate('/notes/watched')
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    await stream.cancel()
  })

  it('are told by controllers, too, and not where a method throws', async () => {
    const { events, notes, post } = await serveBoard()
    const stream = await events('/notes')
    await stream.next()
    const { runs } = notes
    await expect(notes.add('')).rejects.toThrow('empty')
    expect(await (await post('/notes', { text: 'second' })).json()).toEqual({ count: 2 })
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    expect(notes.runs).toBe(runs + 1)
    await stream.cancel()
  })
})
