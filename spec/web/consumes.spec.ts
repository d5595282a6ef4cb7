import {
  Body,
  Consumes,
  Controller,
  createApp,
  ForbiddenException,
  Get,
  Module,
  Patch,
  Post,
  Put,
  Req,
  UseGuards,
  type HttpRequest,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

let handled = 0
let bytesRead: boolean | undefined

class Closed {
  canActivate(): boolean {
    throw new ForbiddenException()
  }
}
class Looks {
  canActivate(context: { switchToHttp(): { getRequest(): HttpRequest } }): boolean {
    bytesRead = context.switchToHttp().getRequest().exchange.body.used
    return true
  }
}

@Controller()
@Consumes('json')
class Stones {
  @Post() create(@Body() body: unknown): unknown {
    handled++
    return { body }
  }
  @Patch() @Consumes('application/merge-patch+json') change(@Body() body: unknown): unknown {
    return { body }
  }
  @Post('ending') @Consumes('+json', 'text/*') ending(@Body() body: unknown): unknown {
    return { body }
  }
  @Post('closed') @UseGuards(new Closed()) closed(@Body() body: unknown): unknown {
    return { body }
  }
  @Post('guarded') @UseGuards(new Looks()) guarded(@Body() body: unknown): unknown {
    return { body }
  }
  @Put('stream') @Consumes('video/*') async stream(@Req() request: HttpRequest): Promise<number> {
    let size = 0
    for await (const part of request.exchange.body) size += part.length
    return size
  }
  @Get() read(): string {
    return 'read'
  }
}
@Module({ controllers: [Stones] })
class AppModule {}

overProtocols('@Consumes', () => {
  const send = async (method: string, path: string, type: string | undefined, body?: string) => {
    const { fetch } = await serve(AppModule)
    const bytes = body === undefined ? null : Buffer.from(body)
    const answer = await fetch(path, {
      method,
      body: bytes,
      headers: type === undefined ? {} : { 'content-type': type },
    })
    return { status: answer.status, accept: answer.headers.get('accept'), problem: await answer.json() }
  }

  it('lets in what it names, with parameters or not', async () => {
    expect(await send('POST', '/', 'application/json', '{"a":1}')).toMatchObject({
      status: 201,
      problem: { body: { a: 1 } },
    })
    expect((await send('POST', '/', 'Application/JSON; charset=utf-8', '{}')).status).toBe(201)
  })

  it.each([
    ['POST', '/', 'application/x-www-form-urlencoded', 'a=1', 'application/json'],
    ['POST', '/', undefined, '{}', 'application/json'],
    ['POST', '/', 'application/merge-patch+json', '{}', 'application/json'],
    ['PATCH', '/', 'application/json', '{}', 'application/merge-patch+json'],
    ['POST', '/ending', 'application/json', '{}', 'text/*'],
    ['PUT', '/stream', 'audio/ogg', 'x', 'video/*'],
  ])('refuses with 415 and says what it takes: %s %s with %s', async (method, path, type, body, accept) => {
    handled = 0
    const answer = await send(method, path, type, body)
    expect(answer).toMatchObject({
      status: 415,
      accept,
      problem: {
        status: 415,
        code: 'CORBEL_BODY_TYPE_UNSUPPORTED',
        detail: expect.stringContaining(type ?? '(none)'),
      },
    })
    expect(handled).toBe(0)
  })

  it('takes endings and ranges of types, and bodies that the handler reads by itself', async () => {
    expect((await send('POST', '/ending', 'application/hal+json', '{"a":1}')).problem).toEqual({
      body: { a: 1 },
    })
    expect((await send('POST', '/ending', 'text/plain', 'words')).problem).toEqual({ body: 'words' })
    expect((await send('PUT', '/stream', 'video/mp4', 'four')).problem).toBe(4)
  })

  it('is asked after the guards, and leaves the body unread', async () => {
    expect((await send('POST', '/closed', 'text/plain', 'x')).status).toBe(403)
    expect((await send('POST', '/guarded', 'text/plain', 'x')).status).toBe(415)
    expect(bytesRead).toBe(false)
  })

  it('says nothing of requests without a body', async () => {
    const { text, fetch } = await serve(AppModule)
    expect(await text('/')).toBe('read')
    expect((await fetch('/', { method: 'POST' })).status).toBe(201)
  })
})

describe('@Consumes at boot', () => {
  it.each([
    [[], 'names no media type'],
    [['nonsense'], "'nonsense' is no media type"],
    [['text/html; charset=utf-8'], 'is no media type'],
  ])('refuses %j', async (types: string[], message) => {
    const declare = () => {
      @Controller()
      class Wrong {
        @Post() @Consumes(...types) create(): void {}
      }
      @Module({ controllers: [Wrong] })
      class WrongModule {}
      return createApp(WrongModule, { logger: false })
    }
    await expect(Promise.resolve().then(declare)).rejects.toThrow(message)
  })
})
