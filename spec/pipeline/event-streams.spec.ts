import { Controller, Header, Module, Sse, UseInterceptors, type CallHandler, type Interceptor } from 'corbel'
import { from, map, of } from 'rxjs'
import { serve } from '../web/serve.js'

class Loud implements Interceptor {
  intercept(_context: unknown, next: CallHandler) {
    return next.handle().pipe(map((value) => `${String(value)}!`))
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
    expect(await text('/piped')).toContain('data: one!\n\ndata: two!\n\ndata: three!\n\n')
  })

  it('pass through several interceptors', async () => {
    const { text } = await serve(App)
    expect(await text('/nested')).toContain('data: one!!\n\ndata: two!!\n\n')
  })

  it('have the headers that are declared for the handler', async () => {
    const { fetch } = await serve(App)
    const { headers } = await fetch('/headed')
    expect(headers.get('x-fixed')).toBe('1')
    expect(headers.get('x-computed')).toBe('now')
    expect(headers.get('content-type')).toBe('text/event-stream')
  })
})
