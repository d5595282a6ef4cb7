import {
  Controller,
  Get,
  Header,
  Module,
  Sse,
  UseInterceptors,
  type CallHandler,
  type Interceptor,
} from 'corbel'
import { from, map, of, type Observable } from 'rxjs'
import { serve } from '../web/serve.js'

class Loud implements Interceptor {
  intercept(_context: unknown, next: CallHandler) {
    return next.handle().pipe(map((value) => `${String(value)}!`))
  }
}

class AsyncLoud implements Interceptor {
  async intercept(_context: unknown, next: CallHandler) {
    await Promise.resolve()
    return next.handle().pipe(map((value) => `${String(value)}!`))
  }
}

class AsyncPatient implements Interceptor {
  async intercept(_context: unknown, next: CallHandler) {
    return next.handle()
  }
}

class Awaiting implements Interceptor {
  async intercept(_context: unknown, next: CallHandler) {
    const events: Observable<string> = await next.handle()
    return events.pipe(map((value) => `${value}?`))
  }
}

class Patient implements Interceptor {
  intercept(_context: unknown, next: CallHandler) {
    return next.handle()
  }
}

@Controller()
class Events {
  @Sse('piped')
  @UseInterceptors(Loud)
  piped() {
    return from(['one', 'two', 'three'])
  }

  @Sse('nested')
  @UseInterceptors(Patient, Loud, Loud)
  async nested() {
    return of('one', 'two')
  }

  @Sse('asynchronous')
  @UseInterceptors(AsyncLoud, AsyncPatient, AsyncLoud)
  asynchronous() {
    return from(['one', 'two'])
  }

  @Sse('awaited')
  @UseInterceptors(Awaiting, Loud)
  async awaited() {
    return from(['one', 'two'])
  }

  @Sse('iterated')
  @UseInterceptors(AsyncPatient)
  async *iterated() {
    yield 'one'
    yield 'two'
  }

  @Get('last')
  @UseInterceptors(AsyncLoud, AsyncPatient)
  last() {
    return from(['one', 'two'])
  }

  @Sse('headed')
  @Header('x-fixed', '1')
  @Header('x-computed', () => 'now')
  headed() {
    return of('one')
  }
}

@Module({ controllers: [Events] })
class App {}

describe('event streams', () => {
  it('keep every value that an interceptor pipes', async () => {
    const { text } = await serve(App)
    expect(await text('/piped')).toContain(
      'id: 1\ndata: one!\n\nid: 2\ndata: two!\n\nid: 3\ndata: three!\n\n',
    )
  })

  it('pass through several interceptors', async () => {
    const { text } = await serve(App)
    expect(await text('/nested')).toContain('data: one!!\n\nid: 2\ndata: two!!\n\n')
  })

  it('keep every value behind asynchronous interceptors, too', async () => {
    const { text } = await serve(App)
    expect(await text('/asynchronous')).toBe(':\n\nid: 1\ndata: one!!\n\nid: 2\ndata: two!!\n\n')
    expect(await text('/iterated')).toBe(':\n\nid: 1\ndata: one\n\nid: 2\ndata: two\n\n')
  })

  it('are what an interceptor gets that awaits the rest of the call', async () => {
    const { text } = await serve(App)
    expect(await text('/awaited')).toBe(':\n\nid: 1\ndata: one!?\n\nid: 2\ndata: two!?\n\n')
  })

  it('are their last value on other routes', async () => {
    const { text } = await serve(App)
    expect(await text('/last')).toBe('two!')
  })

  it('have the headers that are declared for the handler', async () => {
    const { fetch } = await serve(App)
    const { headers } = await fetch('/headed')
    expect(headers.get('x-fixed')).toBe('1')
    expect(headers.get('x-computed')).toBe('now')
    expect(headers.get('content-type')).toBe('text/event-stream')
  })
})
