import {
  Controller,
  createApp,
  Get,
  Header,
  LastEventId,
  Module,
  ParseIntPipe,
  Res,
  Sse,
  type Class,
  type CreateAppOptions,
  type HttpResponse,
} from 'corbel'
import { NEVER, of, Subject } from 'rxjs'
import { overProtocols } from '../support/protocols.js'
import { hasBrowser, openBrowser } from '../support/browser.js'
import { eventually } from '../support/eventually.js'
import { RawClient } from '../support/raw-http.js'
import { standstill } from '../support/standstill.js'
import { serve } from './serve.js'

const routes = (controller: Class, options: CreateAppOptions = {}) => {
  @Module({ controllers: [controller] })
  class AppModule {}
  return serve(AppModule, options)
}

const request = (path: string, headers = '') => `GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`

const connect = async ({ url }: { url: string }) => RawClient.open(Number(new URL(url).port))

describe('a heartbeat', () => {
  @Controller()
  class Silent {
    @Sse('silent') silent() {
      return NEVER
    }
    @Sse('off', { heartbeat: false }) off() {
      return NEVER
    }
    @Sse('own', { heartbeat: 20 }) own() {
      return NEVER
    }
  }

  it('is a comment on a stream that is silent', async () => {
    const client = await connect(await routes(Silent, { sse: { heartbeat: 30 } }))
    client.send(request('/silent'))
    await client.until(({ received }) => received.split(':\n\n').length > 4)
    client.socket.destroy()
  })

  it('is the business of the route, if it says so', async () => {
    const served = await routes(Silent, { sse: { heartbeat: '1h' } })
    const [own, off] = [await connect(served), await connect(served)]
    off.send(request('/off'))
    await off.until(({ received }) => received.includes(':\n\n'))
    own.send(request('/own'))
    await own.until(({ received }) => received.split(':\n\n').length > 4)
    expect(off.received.split(':\n\n')).toHaveLength(2)
    own.socket.destroy()
    off.socket.destroy()
  })

  it('is not sent to a client that does not read, and never after the end', async () => {
    const events = new Subject<string>()
    @Controller()
    class Busy {
      @Sse('busy') busy() {
        return events
      }
    }
    const client = await connect(await routes(Busy, { sse: { heartbeat: 10 } }))
    client.send(request('/busy'))
    await client.until(({ received }) => received.includes(':\n\n'))
    events.complete()
    const { body } = await client.response()
    // the last chunk has come: a comment after it would be garbage on the connection
    client.send(request('/busy').replace('/busy', '/none'))
    expect((await client.response()).status).toBe(404)
    expect(body.replaceAll(':\n\n', '')).toBe('')
  })
})

describe('options of streams of events', () => {
  it.each([
    [{ heartbeat: 'soon' }, 'heartbeat'],
    [{ heartbeat: -1 }, 'heartbeat'],
    [{ heartbeat: 1 }, 'heartbeat'],
    [{ retry: -5 }, 'retry'],
    [{ retry: 'x' }, 'retry'],
    [{ maxWaiting: 0 }, 'maxWaiting'],
    [{ maxWaiting: 1.5 }, 'maxWaiting'],
  ])('%j are refused', async (sse, option) => {
    @Module({})
    class Empty {}
    await expect(createApp(Empty, { logger: false, sse })).rejects.toMatchObject({
      code: 'CORBEL_SSE_OPTION',
      details: expect.objectContaining({ option }),
    })
  })

  it('are refused at boot where a route has them, with its other problems', async () => {
    @Controller()
    class Wrong {
      @Sse('a', { heartbeat: 0 }) a() {
        return NEVER
      }
    }
    await expect(routes(Wrong)).rejects.toThrow('sse.heartbeat cannot be 0')
  })

  it('tell the time of connecting again once, at the beginning', async () => {
    @Controller()
    class Retried {
      @Sse('mine', { retry: '3s' }) mine() {
        return of('a')
      }
      @Sse('all') all() {
        return of('a')
      }
    }
    const { text } = await routes(Retried, { sse: { retry: 500 } })
    expect(await text('/mine')).toBe('retry: 3000\n\nid: 1\ndata: a\n\n')
    expect(await text('/all')).toBe('retry: 500\n\nid: 1\ndata: a\n\n')
  })

  it('bound what waits for a slow client', async () => {
    const events = new Subject<string>()
    @Controller()
    class Bounded {
      @Sse('bounded', { maxWaiting: 3 }) bounded() {
        return events
      }
    }
    const served = await routes(Bounded)
    const client = await connect(served)
    client.send(request('/bounded'))
    await client.until(({ received }) => received.includes(':\n\n'))
    client.socket.pause()
    const big = 'x'.repeat(1_000_000)
    let count = 0
    while (events.observed && count < 1_000) {
      events.next(big)
      count += 1
    }
    expect(events.observed).toBe(false)
    client.socket.resume()
    await client.until(({ received }) => received.includes('event: error'))
  })
})

overProtocols('@LastEventId', () => {
  @Controller()
  class Resumed {
    @Sse('text') text(@LastEventId() id: string | undefined) {
      return of({ data: id ?? 'from the beginning', id: 'é\u20ac' })
    }
    @Sse('number') number(@LastEventId(new ParseIntPipe({ optional: true })) id: number | undefined) {
      return of({ data: { after: id ?? 0 }, id: (id ?? 0) + 1 })
    }
  }

  it('gives what the client has seen last, also beyond ASCII', async () => {
    const served = await routes(Resumed)
    expect(await served.text('/text')).toContain('data: from the beginning\n')
    const client = await connect(served)
    client.send(
      Buffer.from(
        `GET /text HTTP/1.1\r\nHost: a\r\nLast-Event-ID: é\u20ac\r\nConnection: close\r\n\r\n`,
        'utf8',
      ),
    )
    const { body } = await client.response()
    client.destroy()
    expect(Buffer.from(body, 'latin1').toString()).toContain('data: é\u20ac\n')
  })

  it('goes through pipes', async () => {
    const { text, fetch } = await routes(Resumed)
    expect(await text('/number', { headers: { 'last-event-id': '41' } })).toContain(
      'id: 42\ndata: {"after":41}',
    )
    expect((await fetch('/number', { headers: { 'last-event-id': 'no' } })).status).toBe(400)
  })
})

describe('an iterable of events', () => {
  it('is asked for no more than a slow client takes', async () => {
    let made = 0
    @Controller()
    class Fast {
      @Sse('fast') async *fast() {
        for (; made < 3_000; made++) yield 'x'.repeat(100_000)
      }
    }
    const client = await connect(await routes(Fast))
    client.socket.pause()
    client.send(request('/fast'))
    await expect.poll(() => made).toBeGreaterThan(0)
    // kernels hold some ten megabytes
    expect(await standstill(() => made)).toBeLessThan(2_000)
    client.socket.destroy()
  })

  it('is closed when the application stops', async () => {
    let closed = false
    @Controller()
    class Endless {
      @Sse('endless') async *endless() {
        try {
          yield 'one'
          for (;;) {
            yield ''
            await new Promise(setImmediate)
          }
        } finally {
          closed = true
        }
      }
    }
    const served = await routes(Endless)
    const client = await connect(served)
    client.send(request('/endless'))
    await client.until(({ received }) => received.includes('data: one'))
    await served.app.close()
    await eventually(() => expect(closed).toBe(true))
    expect((await client.response()).body).toContain('data: one')
  })

  it('that gives what cannot be written ends with an error event', async () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    @Controller()
    class Circular {
      @Sse('circle') async *circle() {
        yield { data: 'fine' }
        yield { data: circle }
      }
    }
    const { text } = await routes(Circular)
    expect(await text('/circle')).toBe(
      ':\n\nid: 1\ndata: fine\n\nevent: error\nid: 2\ndata: Internal server error\n\n',
    )
  })
})

overProtocols('events with ids of their own', () => {
  @Controller()
  class Rows {
    @Sse('rows') async *rows() {
      yield { id: 41, data: 'a' }
      yield { id: 42, data: 'b' }
      throw new Error('gone')
    }
  }

  it('are what a client goes on from, also after an error', async () => {
    const { text } = await routes(Rows)
    expect(await text('/rows')).toBe(
      ':\n\nid: 41\ndata: a\n\nid: 42\ndata: b\n\nevent: error\ndata: Internal server error\n\n',
    )
  })
})

overProtocols('204', () => {
  it('tells a browser not to come back, and opens no stream', async () => {
    let subscribed = false
    @Controller()
    class Over {
      @Sse('over') over(@Res({ passthrough: true }) response: HttpResponse) {
        response.status(204)
        return { subscribe: () => void (subscribed = true) }
      }
    }
    const { fetch } = await routes(Over)
    const answer = await fetch('/over')
    expect([answer.status, await answer.text(), subscribed]).toEqual([204, '', false])
  })
})

overProtocols('HEAD', () => {
  it('of a stream of events opens none', async () => {
    let subscribed = false
    @Controller()
    class Watched {
      @Sse('events') events() {
        return { subscribe: () => void (subscribed = true) }
      }
    }
    const { fetch } = await routes(Watched)
    const answer = await fetch('/events', { method: 'HEAD' })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    expect(subscribed).toBe(false)
  })
})

describe.runIf(hasBrowser)('EventSource of a browser', { timeout: 180_000 }, () => {
  it('reads events, connects again, and tells where it was', async () => {
    const seen: (string | undefined)[] = []
    @Controller()
    class Live {
      @Get() @Header('content-type', 'text/html') page() {
        return '<!doctype html><title>live</title>'
      }
      @Sse('live', { retry: 50 }) live(@LastEventId() id: string | undefined) {
        seen.push(id)
        const first = Number(id ?? 0) + 1
        // ends after two events: the browser comes back for the others
        return of(
          { data: { n: first }, id: first, type: 'count' },
          { data: 'two\nlines', id: first + 1, type: 'count' },
        )
      }
    }
    const { url } = await routes(Live)
    const browser = await openBrowser()
    try {
      const page = await browser.newPage()
      await page.goto(url)
      const received = await page.evaluate(
        `new Promise((resolve) => {
          const all = []
          const source = new EventSource('/live')
          source.addEventListener('count', (event) => {
            all.push([event.lastEventId, event.data])
            if (all.length === 6) {
              source.close()
              resolve(all)
            }
          })
        })`,
      )
      expect(received).toEqual([
        ['1', '{"n":1}'],
        ['2', 'two\nlines'],
        ['3', '{"n":3}'],
        ['4', 'two\nlines'],
        ['5', '{"n":5}'],
        ['6', 'two\nlines'],
      ])
      expect(seen.slice(0, 3)).toEqual([undefined, '2', '4'])
    } finally {
      await browser.close()
    }
  })
})
