import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  Module,
  Param,
  Redirect,
  Req,
  RequestMethod,
  Res,
  Sse,
  StreamableFile,
  type Class,
  type HttpRequest,
  type HttpResponse,
} from 'corbel'
import { interval, map, NEVER, Observable, of, range, take, throwError, concat } from 'rxjs'
import { overProtocols } from '../support/protocols.js'
import { standstill } from '../support/standstill.js'
import { serve } from './serve.js'

const routes = (...controllers: Class[]) => {
  @Module({ controllers })
  class AppModule {}
  return serve(AppModule)
}

/** A promise and the function that resolves it. */
function signal() {
  let fire!: () => void
  const fired = new Promise<void>((resolve) => (fire = resolve))
  return { fire, fired }
}

overProtocols('@Sse', () => {
  it('streams also where the handler has the response', async () => {
    @Controller()
    class Events {
      @Sse() all(@Res() response: HttpResponse) {
        response.status(202).header('x-by', 'hand')
        return of('one')
      }
      @Get('moved') @Redirect('/') moved(@Res() response: HttpResponse) {
        response.header('x-by', 'hand')
        return { url: '/elsewhere' }
      }
    }
    const { fetch } = await routes(Events)
    const events = await fetch('/')
    expect([events.status, events.headers.get('x-by')]).toEqual([202, 'hand'])
    expect(await events.text()).toContain('data: one\n\n')
    const moved = await fetch('/moved')
    expect([moved.status, moved.headers.get('location'), moved.headers.get('x-by')]).toEqual([
      302,
      '/elsewhere',
      'hand',
    ])
  })

  @Controller()
  class Events {
    @Sse('observable') observable() {
      return of({ data: { a: 1 } }, { data: 'two\nlines', id: '7', type: 'note', retry: 500 }, 'bare', 3)
    }
    @Sse('iterable') async *iterable() {
      yield { data: 'one' }
      yield { data: 'two' }
    }
    @Sse('promise') async promise() {
      return interval(1).pipe(
        take(2),
        map((n) => ({ data: { n } })),
      )
    }
    @Sse('failing') failing() {
      return concat(
        of({ data: 1 }),
        throwError(() => new Error('secret')),
      )
    }
    @Sse('refused/:id') refused(@Param('id') id: string) {
      throw new Error(id)
    }
  }

  it('sends each value of an observable as an event', async () => {
    const { fetch } = await routes(Events)
    const answer = await fetch('/observable')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    expect(answer.headers.get('cache-control')).toContain('no-cache')
    expect(await answer.text()).toBe(
      ':\n\nid: 1\ndata: {"a":1}\n\nevent: note\nid: 7\nretry: 500\ndata: two\ndata: lines\n\nid: 2\ndata: bare\n\nid: 3\ndata: 3\n\n',
    )
  })

  it('takes async iterables and promised observables', async () => {
    const { text } = await routes(Events)
    expect(await text('/iterable')).toBe(':\n\nid: 1\ndata: one\n\nid: 2\ndata: two\n\n')
    expect(await text('/promise')).toBe(':\n\nid: 1\ndata: {"n":0}\n\nid: 2\ndata: {"n":1}\n\n')
  })

  it('tells an error as an event, without details, and ends', async () => {
    const { text } = await routes(Events)
    expect(await text('/failing')).toBe(
      ':\n\nid: 1\ndata: 1\n\nevent: error\nid: 2\ndata: Internal server error\n\n',
    )
  })

  it('answers an error before the first event like any other', async () => {
    const { fetch } = await routes(Events)
    expect((await fetch('/refused/1')).status).toBe(500)
  })

  it('numbers events without an id, unless they have none on purpose', async () => {
    @Controller()
    class Numbered {
      @Sse() read() {
        return of({ data: 'a' }, { data: 'b', id: 0 }, { data: 'c', id: null }, { data: 'd' })
      }
    }
    const { text } = await routes(Numbered)
    expect(await text('/')).toBe(':\n\nid: 1\ndata: a\n\nid: 0\ndata: b\n\ndata: c\n\nid: 2\ndata: d\n\n')
  })

  it('answers another method, with the headers and the status that are declared', async () => {
    @Controller()
    class Asked {
      @Sse('ask', { method: RequestMethod.POST })
      @HttpCode(200)
      @Header('cache-control', 'private, no-store')
      ask(@Body('count') count: number) {
        return range(1, count)
      }
    }
    const { post, fetch } = await routes(Asked)
    const answer = await post('/ask', { count: 2 })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(await answer.text()).toBe(':\n\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\n')
    expect((await fetch('/ask')).status).toBe(405)
  })

  it('ends an async iterable when the client goes away', async () => {
    const { fire, fired } = signal()
    @Controller()
    class Endless {
      @Sse() async *read() {
        try {
          for (let count = 0; ; count += 1) {
            yield { data: 'x'.repeat(1_000) }
            await new Promise((resolve) => setImmediate(resolve))
          }
        } finally {
          fire()
        }
      }
    }
    const { fetch } = await routes(Endless)
    const controller = new AbortController()
    const answer = await fetch('/', { signal: controller.signal })
    await answer.body!.getReader().read()
    controller.abort()
    await fired
  })

  it('cannot be made to forge fields', async () => {
    @Controller()
    class Forged {
      @Sse() read() {
        return of({ data: 'x', id: '1\ndata: forged', type: 'a\r\nretry: 1' })
      }
    }
    const { text } = await routes(Forged)
    expect(await text('/')).toBe(':\n\nevent: aretry: 1\nid: 1data: forged\ndata: x\n\n')
  })

  it('unsubscribes when the client goes away, also while nothing comes', async () => {
    const { fire, fired } = signal()
    @Controller()
    class Endless {
      @Sse() read() {
        return concat(of({ data: 'first' }), NEVER).pipe(
          (source) =>
            new Observable((subscriber) => {
              const subscription = source.subscribe(subscriber)
              return () => {
                subscription.unsubscribe()
                fire()
              }
            }),
        )
      }
    }
    const { fetch } = await routes(Endless)
    const controller = new AbortController()
    const answer = await fetch('/', { signal: controller.signal })
    const reader = answer.body!.getReader()
    expect(new TextDecoder().decode((await reader.read()).value)).toContain(':')
    controller.abort()
    await fired
  })
})

overProtocols('a client that goes away', () => {
  it('aborts the signal of the request', async () => {
    const begun = signal()
    const aborted = signal()
    @Controller()
    class Slow {
      @Get() async read(@Req() request: HttpRequest) {
        begun.fire()
        await new Promise<void>((resolve) => request.signal.addEventListener('abort', () => resolve()))
        aborted.fire()
        return 'too late'
      }
    }
    const { fetch } = await routes(Slow)
    const controller = new AbortController()
    const answer = fetch('/', { signal: controller.signal })
    await begun.fired
    controller.abort()
    await expect(answer).rejects.toThrow()
    await aborted.fired
  })

  it('ends the stream that it was reading', async () => {
    const returned = signal()
    @Controller()
    class Files {
      @Get() read() {
        async function* endless() {
          try {
            for (;;) {
              await new Promise(setImmediate)
              yield Buffer.alloc(10_000)
            }
          } finally {
            returned.fire()
          }
        }
        return new StreamableFile(endless())
      }
    }
    const { fetch } = await routes(Files)
    const controller = new AbortController()
    const answer = await fetch('/', { signal: controller.signal })
    await answer.body!.getReader().read()
    controller.abort()
    await returned.fired
  })
})

overProtocols('a slow reader', () => {
  it('holds back the source', async () => {
    let made = 0
    @Controller()
    class Fast {
      @Get() async *read() {
        for (made = 0; made < 3_000; made++) yield Buffer.alloc(100_000)
      }
    }
    const { fetch } = await routes(Fast)
    const controller = new AbortController()
    const answer = await fetch('/', { signal: controller.signal })
    // kernels hold some ten megabytes
    expect(await standstill(() => made)).toBeLessThan(2_000)
    controller.abort()
    await answer.body!.cancel().catch(() => undefined)
  })
})
