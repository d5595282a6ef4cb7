import {
  Body,
  Controller,
  Module,
  Post,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type HttpRequest,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

class Nobody {
  canActivate() {
    return false
  }
}

/** Reads a type that the framework does not know. */
class Csv {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<unknown> {
    const request = context.switchToHttp().getRequest<HttpRequest>()
    if (request.is('text/csv') !== false) {
      const bytes = await request.exchange.body.bytes(1000)
      request.body = Buffer.from(bytes).toString().split(',')
    }
    return next.handle()
  }
}

@Controller()
class Bodies {
  @Post('guarded') @UseGuards(Nobody) guarded(@Body() body: unknown) {
    return { body }
  }
  @Post('read') @UseInterceptors(Csv) read(@Body() body: unknown) {
    return { body }
  }
}

@Module({ controllers: [Bodies] })
class App {}

overProtocols('a body of a type that the framework does not read', () => {
  const send = async (path: string, type: string, headers = {}) => {
    const { fetch } = await serve(App)
    return fetch(path, { method: 'POST', headers: { 'content-type': type, ...headers }, body: 'a,b' })
  }

  it('is no reason to tell a client that guards refuse', async () => {
    expect((await send('/guarded', 'text/csv')).status).toBe(403)
  })

  it('may be read by an interceptor', async () => {
    expect(await (await send('/read', 'text/csv')).json()).toEqual({ body: ['a', 'b'] })
  })

  it('is refused where nobody has read it', async () => {
    expect((await send('/read', 'text/other')).status).toBe(415)
    expect((await send('/read', 'application/json', { 'content-encoding': 'compress' })).status).toBe(415)
  })
})
