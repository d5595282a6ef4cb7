import { overProtocols } from '../support/protocols.js'
import { gate, serveBoard } from './board.js'
import { eventually } from '../support/eventually.js'

overProtocols('a live query as a stream of events', () => {
  it('sends the result, and then each change', async () => {
    const { events, notes } = await serveBoard()
    const stream = await events('/notes')
    expect(stream.response.status).toBe(200)
    const first = await stream.next()
    expect(first).toMatchObject({ type: 'result', data: ['first'] })
    await notes.add('second')
    const second = await stream.next()
    expect(second).toMatchObject({ type: 'result', data: ['first', 'second'] })
    expect(second!.id).not.toBe(first!.id)
    await stream.cancel()
  })

  it('says what caches and proxies have to know', async () => {
    const { events } = await serveBoard({ reconnect: 250 })
    const stream = await events('/notes')
    const { headers } = stream.response
    expect(headers.get('content-type')).toBe('text/event-stream')
    expect(headers.get('cache-control')).toBe('no-store, no-transform')
    expect(headers.get('x-accel-buffering')).toBe('no')
    expect(headers.get('vary')).toContain('Accept')
    await stream.next()
    expect(stream.others).toEqual(['retry: 250'])
    await stream.cancel()
  })

  it('leaves plain requests as they were', async () => {
    const { fetch, json } = await serveBoard()
    const response = await fetch('/notes')
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(response.headers.get('vary')).toContain('Accept')
    expect(await response.json()).toEqual(['first'])
    for (const accept of ['*/*', 'application/json, text/event-stream;q=0.5', 'text/event-stream;q=0'])
      expect(await json('/notes', { headers: { accept } })).toEqual(['first'])
    const head = await fetch('/notes', { method: 'HEAD', headers: { accept: 'text/event-stream' } })
    expect(head.headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  it('sends a JSON Patch where that is smaller', async () => {
    const { events, notes } = await serveBoard()
    const stream = await events('/notes/large')
    const whole = await stream.next()
    expect(whole!.data.texts).toEqual(['first'])
    await notes.add('second')
    expect(await stream.next()).toMatchObject({
      type: 'patch',
      data: [{ op: 'add', path: '/texts/1', value: 'second' }],
    })
    await stream.cancel()
  })

  it('sends whole results where it is declared so', async () => {
    const { events, notes } = await serveBoard()
    const stream = await events('/notes/long')
    await stream.next()
    await notes.add('second')
    expect(await stream.next()).toMatchObject({ type: 'result', data: { texts: ['first', 'second'] } })
    await stream.cancel()
  })

  it('sends nothing where the result is the same', async () => {
    const { events, notes, live } = await serveBoard()
    const stream = await events('/notes')
    await stream.next()
    const { runs } = notes
    await live.invalidate('notes')
    await eventually(() => expect(notes.runs).toBe(runs + 1))
    await notes.add('second')
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    await stream.cancel()
  })

  it('sends nothing again to a client that comes back with the present version', async () => {
    const { events, notes } = await serveBoard()
    const before = await events('/notes')
    const { id } = (await before.next())!
    await before.cancel()
    const same = await events('/notes', { 'last-event-id': id! })
    await notes.add('second')
    expect(await same.next()).toMatchObject({ data: ['first', 'second'] })
    const older = await events('/notes', { 'last-event-id': id! })
    expect(await older.next()).toMatchObject({ type: 'result', data: ['first', 'second'] })
    await same.cancel()
    await older.cancel()
  })

  it('is answered as a plain request where there is no result', async () => {
    const { events } = await serveBoard()
    const { response: missing } = await events('/notes/7')
    expect(missing.status).toBe(404)
    expect(missing.headers.get('content-type')).toContain('application/problem+json')
    const { response: forbidden } = await events('/notes/mine')
    expect(forbidden.status).toBe(403)
    const { response: wrong } = await events('/notes/x')
    expect(wrong.status).toBe(400)
  })

  it('tells why it ends, once the client may not see it any more', async () => {
    const { events, notes, live } = await serveBoard()
    const stream = await events('/notes/mine', { 'x-user': 'ada' })
    expect(await stream.next()).toMatchObject({ data: { user: 'ada', texts: ['first'] } })
    notes.closed.add('ada')
    await notes.add('second')
    expect(await stream.next()).toMatchObject({ type: 'error', data: { statusCode: 403 } })
    expect(await stream.next()).toBeUndefined()
    expect(live.statistics).toMatchObject({ subscriptions: 0, queries: 0 })
  })

  it('tells that what it shows is gone', async () => {
    const { events, notes, live } = await serveBoard()
    const stream = await events('/notes/0')
    expect(await stream.next()).toMatchObject({ data: { index: 0, text: 'first' } })
    notes.texts = []
    await live.invalidate('notes')
    expect(await stream.next()).toMatchObject({
      type: 'error',
      data: { statusCode: 404, message: 'There is no note 0' },
    })
    expect(await stream.next()).toBeUndefined()
  })

  it('keeps what it shows while the server has trouble, and tries again', async () => {
    const { events, notes } = await serveBoard({ retry: 5 })
    const stream = await events('/notes')
    await stream.next()
    notes.error = new Error('the database is away')
    const { runs } = notes
    await notes.add('second')
    await eventually(() => expect(notes.runs).toBeGreaterThan(runs + 2))
    notes.error = undefined
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    await stream.cancel()
  })

  it('answers 500 without details where the first run fails', async () => {
    const { fetch, notes, live } = await serveBoard()
    notes.error = new Error('the database is away')
    const response = await fetch('/notes', { headers: { accept: 'text/event-stream' } })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('database')
    expect(live.statistics.subscriptions).toBe(0)
  })

  it('sends text as JSON, and nothing as null', async () => {
    const { events } = await serveBoard()
    const text = await events('/notes/text')
    expect(await text.next()).toMatchObject({ data: 'first' })
    const nothing = await events('/notes/nothing')
    expect(await nothing.next()).toMatchObject({ data: null })
    const byHand = await events('/notes/by-hand')
    expect(await byHand.next()).toMatchObject({ data: { by: 'hand' } })
    for (const one of [text, nothing, byHand]) await one.cancel()
  })

  it('refuses what is neither JSON nor text, or too large', async () => {
    const { events } = await serveBoard({ maxResult: 1_000 })
    expect((await events('/notes/bytes')).response.status).toBe(500)
    expect((await events('/notes/large')).response.status).toBe(500)
  })

  it('ends when the application does', async () => {
    const { events, app } = await serveBoard()
    const stream = await events('/notes')
    await stream.next()
    const closing = app.close()
    expect(await stream.next()).toBeUndefined()
    await closing
  })

  it('is forgotten with the client', async () => {
    const { events, live } = await serveBoard()
    const stream = await events('/notes')
    await stream.next()
    expect(live.statistics).toMatchObject({ subscriptions: 1, queries: 1 })
    await stream.cancel()
    await eventually(() => expect(live.statistics).toMatchObject({ subscriptions: 0, queries: 0 }))
  })

  it('is forgotten with a client that does not wait for the first result', async () => {
    const { fetch, live, notes } = await serveBoard()
    const { closed, open } = gate()
    notes.gate = closed
    const aborting = new AbortController()
    const answer = fetch('/notes', { headers: { accept: 'text/event-stream' }, signal: aborting.signal })
    await eventually(() => expect(live.statistics.subscriptions).toBe(1))
    aborting.abort()
    await expect(answer).rejects.toThrow()
    await eventually(() => expect(live.statistics.subscriptions).toBe(0))
    open()
  })

  it('is kept alive while nothing changes', async () => {
    const { events } = await serveBoard({ heartbeat: 10 })
    const stream = await events('/notes')
    await stream.next()
    void stream.next().catch(() => undefined)
    await eventually(() => expect(stream.others.length).toBeGreaterThan(3))
    await stream.cancel()
  })

  it('is not hidden from clients by compression', async () => {
    const { events, notes } = await serveBoard({}, { app: { compression: true } })
    const stream = await events('/notes')
    expect(await stream.next()).toMatchObject({ data: ['first'] })
    await notes.add('second')
    expect(await stream.next()).toMatchObject({ data: ['first', 'second'] })
    await stream.cancel()
  })
})
