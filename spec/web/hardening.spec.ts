import {
  Body,
  Controller,
  createApp,
  Get,
  Module,
  Post,
  Query,
  Redirect,
  Sse,
  type Application,
} from 'corbel'
import { Subject } from 'rxjs'
import { RawClient } from '../support/raw-http.js'

const events = new Subject<number>()

@Controller()
class EdgeController {
  @Post('bodies') create(@Body() body: unknown): unknown {
    return { type: typeof body }
  }
  @Get('go') @Redirect() go(@Query('to') url: string): object {
    return { url }
  }
  @Get('fixed') @Redirect('/login?next=%2Fhome%3Fa%3D1&x=a b') fixed(): void {}
  @Sse('events', { maxWaiting: 20 }) events(): Subject<number> {
    return events
  }
}

@Module({ controllers: [EdgeController] })
class App {}

describe('at the edges', () => {
  let app: Application
  const logged = jest.fn()
  beforeAll(async () => {
    const log = (): void => {}
    app = await createApp(App, { logger: { log, warn: log, error: logged }, shutdownSignals: false })
    await app.listen(0, '127.0.0.1')
  })
  afterAll(() => app.close())

  const port = async (): Promise<number> => Number(new URL(await app.getUrl()).port)

  it('a long list with escapes in it is a body like any other', async () => {
    const payload = `["\\u0041"${',0'.repeat(300_000)}]`
    const headers = { 'content-type': 'application/json' }
    const answer = await app.inject({ method: 'POST', url: '/bodies', headers, payload })
    expect([answer.status, answer.json()]).toEqual([201, { type: 'object' }])
  })

  it.each([
    ['compress', 415, 'CORBEL_BODY_CODING_UNSUPPORTED'],
    ['gzip', 400, 'CORBEL_BODY_MALFORMED'],
  ])(
    'a body that is not %s is refused rather than taken for something else',
    async (coding, status, code) => {
      const headers = { 'content-type': 'application/json', 'content-encoding': coding }
      const answer = await app.inject({ method: 'POST', url: '/bodies', headers, payload: '{}' })
      // RFC 9110 §15.5.16, §15.5.1
      expect([answer.status, answer.json()]).toMatchObject([status, { code }])
    },
  )

  it('redirects keep escapes as they are, and encode what may not stand in a URI', async () => {
    expect((await app.inject('/fixed')).headers['location']).toBe('/login?next=%2Fhome%3Fa%3D1&x=a%20b')
    const go = (to: string): Promise<unknown> =>
      app.inject({ url: '/go', query: { to } }).then(({ headers }) => headers['location'])
    expect(await go('/ü?q=100%')).toBe('/%C3%BC?q=100%25')
    expect(await go('/\u{1F600}')).toBe('/%F0%9F%98%80')
    expect(await go('/a\r\nset-cookie: b')).toBe('/a%0D%0Aset-cookie:%20b')
  })

  it('OPTIONS * asks about the server (RFC 9110 §9.3.7)', async () => {
    const client = await RawClient.open(await port())
    const answer = await client.send('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n').response({ bodyless: true })
    expect(answer.status).toBe(204)
    client.destroy()
  })

  it('a path with dot segments is refused with a reason', async () => {
    const client = await RawClient.open(await port())
    const answer = await client.send('GET /bodies/../go HTTP/1.1\r\nHost: a\r\n\r\n').response()
    expect([answer.status, JSON.parse(answer.body).detail]).toEqual([
      400,
      expect.stringContaining('dot segment'),
    ])
    client.destroy()
  })

  it('fetch reads no more of a body than the limit', async () => {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(64 * 1024))
      },
    })
    const headers = { 'content-type': 'application/json' }
    const init = { method: 'POST', headers, body, duplex: 'half' }
    const answer = await app.fetch(new Request('http://localhost/bodies', init as RequestInit))
    expect(answer.status).toBe(413)
    expect(pulled).toBeLessThan(40)
  })

  it('events that nobody takes do not pile up for ever', async () => {
    const client = await RawClient.open(await port())
    client.send('GET /events HTTP/1.1\r\nHost: a\r\n\r\n')
    await client.until(({ received }) => received.includes(':\n\n'))
    client.socket.pause()
    const event = 'x'.repeat(100_000)
    for (let i = 0; i < 3_000 && events.observed; i++) events.next(event as never)
    expect(events.observed).toBe(false)
    client.socket.resume()
    await client.until(({ received }) => received.includes('event: error'))
    const overflow = expect.objectContaining({ code: 'CORBEL_EVENTS_OVERFLOW' })
    expect(logged).toHaveBeenCalledWith(overflow, expect.anything())
  })
})

describe('CORS', () => {
  it('never lets every origin in with credentials', async () => {
    const booting = createApp(App, { logger: false, cors: { origin: ['*'], credentials: true } })
    await expect(booting).rejects.toMatchObject({ code: 'CORBEL_CORS_INVALID' })
  })
})
