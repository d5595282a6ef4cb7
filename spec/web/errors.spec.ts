import {
  BadRequestException,
  Catch,
  Controller,
  ForbiddenException,
  Get,
  HttpException,
  Logger,
  Module,
  NotFoundException,
  Param,
  UseFilters,
  type ApplicationOptions,
  type ArgumentsHost,
  type LoggerService,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { BaseExceptionFilter } from '../../lib/web/index.js'
import { serve } from './serve.js'

const thrown: Record<string, () => unknown> = {
  message: () => new HttpException('Out of stock', 409),
  object: () => new HttpException({ code: 'OUT', left: 0 }, 409),
  named: () => new ForbiddenException(),
  why: () => new BadRequestException('no name'),
  list: () => new BadRequestException(['no name', 'no age']),
  described: () => new NotFoundException('Cat 7', 'No such cat'),
  cause: () => new BadRequestException('why', { cause: new Error('inner secret') }),
  teapot: () => new HttpException('odd', 799),
  error: () => new Error('secret password'),
  text: () => 'secret password',
  undefined: () => undefined,
  library: () => Object.assign(new Error('too big'), { statusCode: 413 }),
  hidden: () => Object.assign(new Error('secret'), { status: 422, expose: false }),
  server: () => Object.assign(new Error('secret'), { status: 503 }),
  headers: () => Object.assign(new HttpException('later', 503), { headers: { 'retry-after': '5' } }),
}

@Controller()
class Root {
  @Get(':name') fail(@Param('name') name: string) {
    throw thrown[name]!()
  }
}
@Module({ controllers: [Root] })
class AppModule {}

const answerOf = async (name: string, options: ApplicationOptions = {}) => {
  const { fetch } = await serve(AppModule, options)
  const answer = await fetch(`/${name}?q=1`)
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, body: JSON.parse(text) as unknown }
}

afterEach(() => Logger.overrideLogger(true))

overProtocols("errors in the 'problem' format", () => {
  it('are RFC 9457 documents', async () => {
    const { status, headers, body } = await answerOf('message')
    expect(status).toBe(409)
    expect(headers.get('content-type')).toBe('application/problem+json')
    expect(body).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: 'Out of stock',
      instance: '/message',
    })
  })

  it('carry the members of an object response', async () => {
    expect((await answerOf('object')).body).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      instance: '/object',
      code: 'OUT',
      left: 0,
    })
    expect((await answerOf('list')).body).toMatchObject({
      title: 'Bad Request',
      status: 400,
      message: ['no name', 'no age'],
    })
    expect((await answerOf('described')).body).toMatchObject({ title: 'No such cat', detail: 'Cat 7' })
  })
})

overProtocols("errors in the 'plain' format", () => {
  it.each<[string, number, unknown]>([
    ['message', 409, { statusCode: 409, message: 'Out of stock' }],
    ['object', 409, { code: 'OUT', left: 0 }],
    ['named', 403, { statusCode: 403, message: 'Forbidden' }],
    ['why', 400, { statusCode: 400, message: 'no name', error: 'Bad Request' }],
    ['list', 400, { statusCode: 400, message: ['no name', 'no age'], error: 'Bad Request' }],
    ['error', 500, { statusCode: 500, message: 'Internal server error' }],
  ])('%s', async (name, status, body) => {
    const answer = await answerOf(name, { errors: 'plain' })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.body).toEqual(body)
  })

  it('404 says what cannot be found', async () => {
    const { json } = await serve(AppModule, { errors: 'plain' })
    expect(await json('/a/b', { method: 'POST' })).toEqual({
      statusCode: 404,
      message: 'Cannot POST /a/b',
      error: 'Not Found',
    })
  })
})

overProtocols('unknown errors', () => {
  class Recorder implements LoggerService {
    readonly errors: unknown[][] = []
    log() {}
    warn() {}
    error(...values: unknown[]) {
      this.errors.push(values)
    }
  }

  it.each(['error', 'text', 'undefined', 'server'])('%s: 500 without details, and logged', async (name) => {
    const logger = new Recorder()
    const { status, text } = await answerOf(name, { logger })
    expect(status).toBe(500)
    expect(text).not.toContain('secret')
    expect(logger.errors).toHaveLength(1)
    expect(logger.errors[0]![1]).toBe(`GET /${name}`)
    if (name === 'error') expect((logger.errors[0]![0] as Error).message).toBe('secret password')
  })

  it.each(['message', 'named', 'library', 'cause'])('%s is not one: it is not logged', async (name) => {
    const logger = new Recorder()
    const { text } = await answerOf(name, { logger })
    expect(text).not.toContain('secret')
    expect(logger.errors).toEqual([])
  })

  it('show their trace in development only', async () => {
    const { body } = await answerOf('error', { development: true })
    expect(body).toMatchObject({ status: 500, detail: 'secret password' })
    expect((body as { stack: string[] }).stack[0]).toBe('Error: secret password')
  })
})

overProtocols('errors of libraries', () => {
  it('with a 4xx status keep it, and their message unless it is not to be shown', async () => {
    expect(await answerOf('library')).toMatchObject({ status: 413, body: { message: 'too big' } })
    const hidden = await answerOf('hidden')
    expect(hidden.status).toBe(422)
    expect(hidden.text).not.toContain('secret')
  })

  it('may bring headers', async () => {
    const { status, headers } = await answerOf('headers')
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
  })
})

overProtocols('an error after the answer has begun', () => {
  it('cuts the connection, and is logged', async () => {
    const failed = jest.fn()
    @Controller()
    class Streams {
      @Get() async *read() {
        yield 'begun'
        await new Promise(setImmediate)
        throw new Error('broken')
      }
    }
    @Module({ controllers: [Streams] })
    class StreamModule {}
    const { text, fetch } = await serve(StreamModule, {
      logger: { log() {}, warn() {}, error: failed },
    })
    await expect(text('/')).rejects.toThrow()
    expect(failed).toHaveBeenCalledTimes(1)
    expect((failed.mock.calls[0]![0] as Error).message).toBe('broken')
    expect((await fetch('/nowhere')).status).toBe(404)
  })
})

overProtocols('BaseExceptionFilter', () => {
  it('does what happens without a filter, as base class, global filter and on a method', async () => {
    const seen: unknown[] = []
    @Catch()
    class Watching extends BaseExceptionFilter {
      override catch(error: unknown, host: ArgumentsHost) {
        seen.push(error)
        super.catch(error, host)
      }
    }
    @Controller()
    class Failing {
      @Get('a') @UseFilters(Watching) a() {
        throw new ForbiddenException()
      }
      @Get('b') b() {
        throw new Error('secret')
      }
    }
    @Module({ controllers: [Failing] })
    class FailingModule {}
    const { fetch } = await serve(FailingModule, { errors: 'plain' }, (app) =>
      app.useGlobalFilters(new Watching({})),
    )
    expect(await (await fetch('/a')).json()).toEqual({ statusCode: 403, message: 'Forbidden' })
    expect(await (await fetch('/b')).json()).toEqual({ statusCode: 500, message: 'Internal server error' })
    expect((await fetch('/c')).status).toBe(404)
    expect(seen).toHaveLength(3)
  })
})
