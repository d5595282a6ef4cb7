import {
  Controller,
  Get,
  Module,
  Param,
  Req,
  Sse,
  StreamableFile,
  type Class,
  type HttpRequest,
} from 'corbel'
import { interval, map, NEVER, Observable, of, take, throwError, concat } from 'rxjs'
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

describe('@Sse', () => {
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
      ':\n\ndata: {"a":1}\n\nevent: note\nid: 7\nretry: 500\ndata: two\ndata: lines\n\ndata: bare\n\ndata: 3\n\n',
    )
  })

  it('takes async iterables and promised observables', async () => {
    const { text } = await routes(Events)
    expect(await text('/iterable')).toBe(':\n\ndata: one\n\ndata: two\n\n')
    expect(await text('/promise')).toBe(':\n\ndata: {"n":0}\n\ndata: {"n":1}\n\n')
  })

  it('tells an error as an event, without details, and ends', async () => {
    const { text } = await routes(Events)
    expect(await text('/failing')).toBe(':\n\ndata: 1\n\nevent: error\ndata: Internal server error\n\n')
  })

  it('answers an error before the first event like any other', async () => {
    const { fetch } = await routes(Events)
    expect((await fetch('/refused/1')).status).toBe(500)
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

describe('a client that goes away', () => {
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

describe('a slow reader', () => {
  it('holds back the source', async () => {
    let made = 0
    const enough = signal()
    @Controller()
    class Fast {
      @Get() async *read() {
        for (made = 0; made < 1000; made++) {
          if (made === 20) enough.fire()
          yield Buffer.alloc(100_000)
        }
      }
    }
    const { fetch } = await routes(Fast)
    const controller = new AbortController()
    const answer = await fetch('/', { signal: controller.signal })
    await enough.fired
    // a hundred turns in which nothing is read: 100 MB would be made by then
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate)
    expect(made).toBeLessThan(900)
    controller.abort()
    await answer.body!.cancel().catch(() => undefined)
  })
})
