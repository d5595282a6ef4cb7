import { Readable } from 'node:stream'
import {
  APP_INTERCEPTOR,
  BadGatewayException,
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Module,
  Param,
  RequestTimeoutException,
  Res,
  Sse,
  StreamableFile,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type HttpResponse,
  type Interceptor,
} from 'corbel'
import {
  catchError,
  defaultIfEmpty,
  defer,
  EMPTY,
  finalize,
  from,
  map,
  merge,
  of,
  shareReplay,
  startWith,
  switchMap,
  throwError,
  timer,
  toArray,
  type Observable,
} from 'rxjs'
import { serve } from '../web/serve.js'

const streamOf = (next: CallHandler) => next.handle<Observable<any>>()

/** Serves a controller whose routes are all wrapped. */
async function wrapped(
  intercept: (next: CallHandler, context: ExecutionContext) => unknown,
  controller: any,
) {
  const around: Interceptor = { intercept: (context, next) => intercept(next, context) as never }
  @Module({ controllers: [controller] })
  class AppModule {}
  return serve(AppModule, { logger: false }, (app) => app.useGlobalInterceptors(around))
}

@Controller()
class Root {
  @Get('value') value() {
    return { a: 1 }
  }
  @Get('nothing') nothing() {}
  @Get('empty') empty() {
    return EMPTY
  }
  @Get('by-hand') byHand(@Res() response: HttpResponse) {
    response.status(202).json({ by: 'hand' })
    return 'ignored'
  }
  @Get('passthrough') passthrough(@Res({ passthrough: true }) response: HttpResponse) {
    response.setHeader('x-own', '1')
    return { a: 1 }
  }
  @Get('file') file() {
    return new StreamableFile(Readable.from(['one ', 'two']))
  }
  @Get('iterable') async *iterable() {
    yield 'one '
    yield 'two'
  }
  @Sse('events') events() {
    return of('one', 'two')
  }
  @Get('fails') fails() {
    throw new Error('secret')
  }
  @Get('refused') @UseGuards({ canActivate: () => false }) refused() {}
  @Get('slow') async slow() {
    await new Promise(() => undefined)
  }
}

describe('an interceptor and results of every kind', () => {
  it('map() sees values, and nothing as undefined', async () => {
    const { json } = await wrapped((next) => streamOf(next).pipe(map((data: unknown) => ({ data }))), Root)
    expect(await json('/value')).toEqual({ data: { a: 1 } })
    expect(await json('/nothing')).toEqual({})
    expect(await json('/passthrough')).toEqual({ data: { a: 1 } })
  })

  it('an empty stream stays one', async () => {
    const { json } = await wrapped((next) => streamOf(next).pipe(defaultIfEmpty({ none: true })), Root)
    expect(await json('/empty')).toEqual({ none: true })
  })

  it('what it makes of the result of a handler that answers by itself does not count', async () => {
    const seen: unknown[] = []
    const { fetch } = await wrapped(
      (next) =>
        streamOf(next).pipe(
          map((value: unknown) => {
            seen.push(value)
            return 'mapped'
          }),
        ),
      Root,
    )
    const answer = await fetch('/by-hand')
    expect([answer.status, await answer.json(), seen]).toEqual([202, { by: 'hand' }, ['ignored']])
  })

  it('files and iterables pass through, and may be replaced', async () => {
    const { text } = await wrapped(async (next) => next.handle(), Root)
    expect([await text('/file'), await text('/iterable')]).toEqual(['one two', 'one two'])
    const upper = await wrapped(async (next) => {
      const result = await next.handle<Promise<AsyncIterable<string>>>()
      return (async function* () {
        for await (const one of result) yield one.toUpperCase()
      })()
    }, Root)
    expect(await upper.text('/iterable')).toBe('ONE TWO')
  })

  it('each event of a stream of events is mapped', async () => {
    const { text } = await wrapped((next) => streamOf(next).pipe(map((value: string) => `<${value}>`)), Root)
    const events = await text('/events')
    expect(events.match(/^data: .*$/gm)).toEqual(['data: <one>', 'data: <two>'])
  })

  it('does not run where a guard refuses', async () => {
    const intercept = jest.fn((next: CallHandler) => next.handle())
    const { fetch } = await wrapped(intercept, Root)
    expect((await fetch('/refused')).status).toBe(403)
    expect(intercept).not.toHaveBeenCalled()
  })

  it('runs before 404 for no request without a route', async () => {
    const intercept = jest.fn((next: CallHandler) => next.handle())
    const { fetch } = await wrapped(intercept, Root)
    expect((await fetch('/nowhere')).status).toBe(404)
    expect(intercept).not.toHaveBeenCalled()
  })
})

describe('an interceptor that combines streams', () => {
  it.each<[string, (next: CallHandler) => unknown, unknown]>([
    ['merge', (next) => merge(streamOf(next), of('last')), 'last'],
    ['startWith', (next) => streamOf(next).pipe(startWith('first'), toArray()), ['first', { a: 1 }]],
    ['from', (next) => from(streamOf(next)).pipe(map(Object.keys)), ['a']],
    ['defer', (next) => defer(() => streamOf(next)), { a: 1 }],
    ['switchMap', (next) => of(1).pipe(switchMap(() => streamOf(next))), { a: 1 }],
    ['timer', (next) => timer(1).pipe(switchMap(() => streamOf(next))), { a: 1 }],
    ['shareReplay', (next) => streamOf(next).pipe(shareReplay(1)), { a: 1 }],
    ['toPromise', (next) => next.handle().toPromise(), { a: 1 }],
    [
      'forEach',
      async (next) => {
        const values: unknown[] = []
        await next.handle().forEach((value) => void values.push(value))
        return values
      },
      [{ a: 1 }],
    ],
  ])('%s', async (_name, intercept, expected) => {
    const { fetch } = await wrapped((next) => intercept(next), Root)
    const text = await (await fetch('/value')).text()
    expect(typeof expected === 'string' ? text : JSON.parse(text)).toEqual(expected)
  })
})

describe('errors around interceptors', () => {
  it.each<[string, (next: CallHandler) => unknown]>([
    [
      'throws at once',
      () => {
        throw new ForbiddenException()
      },
    ],
    [
      'rejects',
      async () => {
        throw new ForbiddenException()
      },
    ],
    [
      'throws after the handler',
      async (next) => {
        await next.handle()
        throw new ForbiddenException()
      },
    ],
    ['returns a stream that fails', () => throwError(() => new ForbiddenException())],
    [
      'fails in an operator',
      (next) =>
        streamOf(next).pipe(
          map(() => {
            throw new ForbiddenException()
          }),
        ),
    ],
  ])('one that %s answers with that error', async (_name, intercept) => {
    const { fetch } = await wrapped((next) => intercept(next), Root)
    expect((await fetch('/value')).status).toBe(403)
  })

  it('are seen by the outer ones, the inner first', async () => {
    const seen: string[] = []
    const watching = (name: string): Interceptor => ({
      intercept: (_context, next) =>
        streamOf(next).pipe(
          catchError((error: Error) => {
            seen.push(`${name} ${error.message}`)
            return throwError(() => new BadGatewayException(name))
          }),
          finalize(() => seen.push(`${name} end`)),
        ) as never,
    })
    @Controller()
    @UseInterceptors(watching('class'))
    class Failing {
      @Get() @UseInterceptors(watching('method')) read() {
        throw new Error('first')
      }
    }
    @Module({ controllers: [Failing] })
    class AppModule {}
    const { json } = await serve(AppModule, {}, (app) => app.useGlobalInterceptors(watching('global')))
    expect(await json('/')).toMatchObject({ status: 502, detail: 'global' })
    expect(seen.filter((one) => !one.endsWith('end'))).toEqual([
      'method first',
      'class method',
      'global class',
    ])
    expect(seen.filter((one) => one.endsWith('end')).sort()).toEqual([
      'class end',
      'global end',
      'method end',
    ])
  })

  it('a time limit by promises answers 408, and leaves quick handlers alone', async () => {
    const limit = async (next: CallHandler) => {
      let timeout: NodeJS.Timeout | undefined
      const late = new Promise((_resolve, reject) => {
        timeout = setTimeout(() => reject(new RequestTimeoutException()), 5)
      })
      try {
        return await Promise.race([next.handle().toPromise(), late])
      } finally {
        clearTimeout(timeout)
      }
    }
    const { fetch, json } = await wrapped(limit, Root)
    expect((await fetch('/slow')).status).toBe(408)
    expect(await json('/value')).toEqual({ a: 1 })
  })

  it('a retry by awaiting again calls guards no more, but pipes and handler', async () => {
    const calls: string[] = []
    const retrying: Interceptor = {
      async intercept(_context, next) {
        for (let tries = 1; ; tries++) {
          try {
            return await next.handle()
          } catch (error) {
            if (tries === 3) throw error
          }
        }
      },
    }
    const noting = {
      transform(value: unknown) {
        calls.push('pipe')
        return value
      },
    }
    @Controller()
    class Flaky {
      @Get(':id')
      @UseGuards({ canActivate: () => calls.push('guard') > 0 })
      @UseInterceptors(retrying)
      read(@Param('id', noting) id: string) {
        calls.push('handler')
        if (calls.filter((call) => call === 'handler').length < 3) throw new Error('not yet')
        return id
      }
    }
    @Module({ controllers: [Flaky] })
    class AppModule {}
    const { text } = await serve(AppModule)
    expect(await text('/x')).toBe('x')
    expect(calls).toEqual(['guard', 'pipe', 'handler', 'pipe', 'handler', 'pipe', 'handler'])
  })
})

describe('an interceptor', () => {
  it('by class in APP_INTERCEPTOR wraps those by useGlobalInterceptors, controller and method', async () => {
    const wrap = (name: string) => {
      @Injectable()
      class Wrap implements Interceptor {
        async intercept(_context: ExecutionContext, next: CallHandler) {
          return `${name}(${String(await next.handle())})`
        }
      }
      return Wrap
    }
    @Controller()
    @UseInterceptors(wrap('class'))
    class Inner {
      @Get() @UseInterceptors(wrap('method')) read() {
        return 'x'
      }
    }
    @Module({ controllers: [Inner], providers: [{ provide: APP_INTERCEPTOR, useClass: wrap('app') }] })
    class AppModule {}
    const { text } = await serve(AppModule, {}, (app) => app.useGlobalInterceptors(new (wrap('global'))()))
    expect(await text('/')).toBe('app(global(class(method(x))))')
  })

  it('may set status and headers for the result', async () => {
    const { fetch } = await wrapped((next, context) => {
      const response = context.switchToHttp().getResponse<HttpResponse>()
      response.status(206).setHeader('x-by', 'interceptor')
      return next.handle()
    }, Root)
    const answer = await fetch('/value')
    expect([answer.status, answer.headers.get('x-by'), await answer.json()]).toEqual([
      206,
      'interceptor',
      { a: 1 },
    ])
  })

  it('may answer by itself and end the stream', async () => {
    const { text } = await wrapped((_next, context) => {
      context.switchToHttp().getResponse<HttpResponse>().send('own')
      return EMPTY
    }, Root)
    expect(await text('/value')).toBe('own')
  })
})
