import {
  BadGatewayException,
  Controller,
  Get,
  GatewayTimeoutException,
  Injectable,
  Module,
  Param,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type Interceptor,
} from 'corbel'
import {
  catchError,
  concatMap,
  delay,
  firstValueFrom,
  from,
  lastValueFrom,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  retry,
  tap,
  throwError,
  timeout,
  TimeoutError,
} from 'rxjs'
import { serve } from '../web/serve.js'

/** Serves `GET /` with one interceptor around a handler. */
async function around(
  intercept: (next: CallHandler, context: ExecutionContext) => unknown,
  handler: (this: void) => unknown = () => 'result',
) {
  class Around implements Interceptor {
    intercept(context: ExecutionContext, next: CallHandler) {
      return intercept(next, context) as never
    }
  }
  @Controller()
  class Root {
    @Get() @UseInterceptors(new Around()) read() {
      return handler()
    }
  }
  @Module({ controllers: [Root] })
  class AppModule {}
  return serve(AppModule)
}

describe('interceptors that await', () => {
  it('get the result of the handler, whatever its form', async () => {
    for (const handler of [
      () => ({ n: 1 }),
      async () => ({ n: 1 }),
      () => of({ n: 0 }, { n: 1 }),
      async () => of({ n: 1 }).pipe(delay(1)),
    ]) {
      const { json } = await around(async (next) => ({ data: await next.handle() }), handler)
      expect(await json('/')).toEqual({ data: { n: 1 } })
    }
  })

  it('may replace the result without calling the handler', async () => {
    const handler = jest.fn()
    for (const cached of ['cached', Promise.resolve('cached'), of('cached')]) {
      const { text } = await around(() => cached, handler)
      expect(await text('/')).toBe('cached')
    }
    expect(handler).not.toHaveBeenCalled()
  })

  it('may catch and map errors', async () => {
    const { fetch } = await around(
      async (next) => {
        try {
          return await next.handle()
        } catch {
          throw new BadGatewayException()
        }
      },
      () => {
        throw new Error('x')
      },
    )
    expect((await fetch('/')).status).toBe(502)
  })

  it('may return next.handle() as it is', async () => {
    const { text } = await around((next) => next.handle())
    expect(await text('/')).toBe('result')
    const later = await around(async (next) => next.handle())
    expect(await later.text('/')).toBe('result')
  })

  it('call the handler once for each time that they await', async () => {
    let called = 0
    const { json } = await around(
      async (next) => [await next.handle(), await next.handle()],
      () => ++called,
    )
    expect(await json('/')).toEqual([1, 2])
  })

  it('do not call the handler by calling handle() alone', async () => {
    const handler = jest.fn()
    const { text } = await around((next) => {
      next.handle()
      return 'own'
    }, handler)
    expect(await text('/')).toBe('own')
    expect(handler).not.toHaveBeenCalled()
  })

  it('see the context: class, handler, arguments', async () => {
    const seen: unknown[] = []
    class Watching implements Interceptor {
      intercept(context: ExecutionContext, next: CallHandler) {
        seen.push(context.getClass(), context.getHandler(), context.getType(), context.getArgs().length)
        return next.handle()
      }
    }
    @Controller()
    class Root {
      @Get(':id') @UseInterceptors(Watching) read(@Param('id') id: string) {
        return id
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { text } = await serve(AppModule)
    expect(await text('/x')).toBe('x')
    expect(seen).toEqual([Root, Root.prototype.read, 'http', 3])
  })
})

describe('interceptors with RxJS', () => {
  const pipe = (next: CallHandler, ...operators: ((source: any) => unknown)[]): Observable<unknown> =>
    next.handle().pipe(...operators)

  it('map', async () => {
    const { json } = await around((next) =>
      pipe(
        next,
        map((data) => ({ data })),
      ),
    )
    expect(await json('/')).toEqual({ data: 'result' })
  })

  it('tap sees the value and the end', async () => {
    const seen: unknown[] = []
    const { text } = await around((next) =>
      pipe(
        next,
        tap((value) => seen.push(value)),
        tap({ complete: () => seen.push('complete'), finalize: () => seen.push('finalize') }),
      ),
    )
    expect(await text('/')).toBe('result')
    expect(seen).toEqual(['result', 'complete', 'finalize'])
  })

  it('catchError, also of a handler that throws at once', async () => {
    for (const handler of [
      () => {
        throw new Error('x')
      },
      async () => {
        throw new Error('x')
      },
      () => throwError(() => new Error('x')),
    ]) {
      const failing = await around(
        (next) =>
          pipe(
            next,
            catchError(() => throwError(() => new BadGatewayException())),
          ),
        handler,
      )
      expect((await failing.fetch('/')).status).toBe(502)
      const healing = await around(
        (next) =>
          pipe(
            next,
            catchError(() => of('instead')),
          ),
        handler,
      )
      expect(await healing.text('/')).toBe('instead')
    }
  })

  it('timeout', async () => {
    const { fetch } = await around(
      (next) =>
        pipe(
          next,
          timeout(5),
          catchError((error: unknown) =>
            throwError(() => (error instanceof TimeoutError ? new GatewayTimeoutException() : error)),
          ),
        ),
      () => NEVER,
    )
    expect((await fetch('/')).status).toBe(504)
  })

  it('retry calls the handler again', async () => {
    let called = 0
    const { text } = await around(
      (next) => pipe(next, retry(2)),
      () => {
        if (++called < 3) throw new Error('not yet')
        return `after ${called}`
      },
    )
    expect(await text('/')).toBe('after 3')
  })

  it('mergeMap, concatMap and operators that subscribe to next.handle() themselves', async () => {
    const { text } = await around((next) =>
      of('a').pipe(
        mergeMap((a) => from(next.handle() as never).pipe(map((value) => `${a} ${String(value)}`))),
        concatMap((value) => of(`${value} b`)),
      ),
    )
    expect(await text('/')).toBe('a result b')
  })

  it('firstValueFrom and lastValueFrom', async () => {
    const { text } = await around(async (next) => {
      const stream = next.handle() as unknown as Observable<string>
      return `${await firstValueFrom(stream)} ${await lastValueFrom(stream)}`
    })
    expect(await text('/')).toBe('result result')
  })

  it('of several values the last one counts', async () => {
    const { text } = await around((next) =>
      pipe(
        next,
        mergeMap((value) => of('first', value)),
      ),
    )
    expect(await text('/')).toBe('result')
  })

  it('an asynchronous intercept may return an observable', async () => {
    const { text } = await around(async (next) =>
      pipe(
        next,
        map((value) => `async ${String(value)}`),
      ),
    )
    expect(await text('/')).toBe('async result')
  })

  it('an observable without a value is an empty answer', async () => {
    const { fetch } = await around(() => of())
    const answer = await fetch('/')
    expect([answer.status, await answer.text()]).toEqual([200, ''])
  })

  it('nests: each interceptor sees what the inner one made of it', async () => {
    const append = (text: string): Interceptor => ({
      intercept: (_context, next) => next.handle().pipe(map((value) => `${String(value)}${text}`)),
    })
    @Controller()
    @UseInterceptors(append('3'))
    class Root {
      @Get() @UseInterceptors(append('2'), append('1')) read() {
        return of('0')
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { text } = await serve(AppModule)
    expect(await text('/')).toBe('0123')
  })

  it('unsubscribing stops the operators below', async () => {
    let torn = false
    const { text } = await around(
      async (next) => {
        const subscription = next.handle().subscribe({ next: () => undefined })
        subscription.unsubscribe()
        return 'stopped'
      },
      () => NEVER.pipe(tap({ unsubscribe: () => (torn = true) })),
    )
    expect(await text('/')).toBe('stopped')
    expect(torn).toBe(true)
  })
})

describe('a caching interceptor', () => {
  it('calls the handler only for what it does not know', async () => {
    const handled = jest.fn((id: string) => ({ id }))
    @Injectable()
    class Cache implements Interceptor {
      private readonly known = new Map<string, unknown>()
      intercept(context: ExecutionContext, next: CallHandler) {
        const { url } = context.switchToHttp().getRequest<{ url: string }>()
        if (this.known.has(url)) return of(this.known.get(url))
        return next.handle().pipe(tap((value) => this.known.set(url, value)))
      }
    }
    @Controller()
    class Root {
      @Get(':id') @UseInterceptors(Cache) read(@Param('id') id: string) {
        return handled(id)
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await Promise.all(['/a', '/b'].map((path) => json(path)))).toEqual([{ id: 'a' }, { id: 'b' }])
    expect(await json('/a')).toEqual({ id: 'a' })
    expect(handled).toHaveBeenCalledTimes(2)
  })
})
