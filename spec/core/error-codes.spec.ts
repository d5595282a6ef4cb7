import {
  ConsoleLogger,
  Controller,
  createApp,
  createContext,
  Get,
  HeaderList,
  Injectable,
  InjectionToken,
  Module,
  Param,
  parseQuery,
  Post,
  Body,
  Query,
  Scope,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from 'corbel'

@Injectable({ scope: Scope.TRANSIENT })
class Transient {}

@Injectable()
class AsksForWs implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToWs()
    return true
  }
}

@Controller()
class FormsController {
  @Post('forms') create(@Body() body: unknown): unknown {
    return body
  }
  @Get('ws') @UseGuards(AsksForWs) ws(): void {}
  @Get('query') query(@Query() query: object): object {
    return query
  }
}

@Module({ providers: [Transient], controllers: [FormsController] })
class App {}

const code = (expected: string) => expect.objectContaining({ code: expected })

describe('errors of look-ups', () => {
  it('say what is not there, and what has no single instance', async () => {
    const app = await createContext(App, { logger: false })
    expect(() => app.get(new InjectionToken('CLOCK'))).toThrow(code('CORBEL_PROVIDER_UNKNOWN'))
    expect(() => app.get(Transient)).toThrow(code('CORBEL_PROVIDER_SCOPED'))
    expect(() => app.select(class Elsewhere {})).toThrow(code('CORBEL_MODULE_UNKNOWN'))
    await app.close()
  })
})

describe('errors at boot', () => {
  it('name a feature that another one requires', async () => {
    const feature = { name: 'chat', requires: ['gateways'] }
    await expect(createContext(App, { logger: false, features: [feature] })).rejects.toThrow(
      code('CORBEL_FEATURE_MISSING'),
    )
  })

  it('name parameter decorators on a method without a route', async () => {
    @Controller()
    class Forgetful {
      find(@Param('id') id: string): string {
        return id
      }
    }
    @Module({ controllers: [Forgetful] })
    class Broken {}
    await expect(createApp(Broken, { logger: false })).rejects.toThrow(
      /CORBEL_ROUTE_MISSING.*Forgetful\.find.*@Param/,
    )
  })
})

describe('errors of requests', () => {
  it('name the media types that are understood (415)', async () => {
    const app = await createApp(App, { logger: false })
    const headers = { 'content-type': 'text/html' }
    const answer = await app.inject({ method: 'POST', url: '/forms', headers, payload: '<p>' })
    expect([answer.status, answer.json()]).toEqual([415, code('CORBEL_BODY_TYPE_UNSUPPORTED')])
    await app.close()
  })

  it('refuse queries with broken escapes or too many parameters (400)', async () => {
    const app = await createApp(App, { logger: false })
    const broken = await app.inject('/query?a=%zz')
    expect([broken.status, broken.json()]).toEqual([400, code('CORBEL_QUERY_MALFORMED')])
    const many = await app.inject(`/query?${'a=1&'.repeat(1001)}`)
    expect([many.status, many.json()]).toEqual([400, code('CORBEL_QUERY_TOO_LARGE')])
    expect(parseQuery('a=1&b=2', 2)).toEqual({ a: '1', b: '2' })
    await app.close()
  })

  it('tell a guard that asks an HTTP call for its WebSocket (500, logged)', async () => {
    const error = jest.fn()
    const app = await createApp(App, { logger: { log() {}, warn() {}, error } })
    expect((await app.inject('/ws')).status).toBe(500)
    expect(error).toHaveBeenCalledWith(code('CORBEL_TRANSPORT_MISMATCH'), expect.anything())
    await app.close()
  })
})

describe('response headers', () => {
  it.each([
    ['x-a', 'a\r\nset-cookie: b'],
    ['x-a', 'a\0'],
    ['x-a', ' a'],
    ['x-a', 'é\u0100'],
    ['x a', 'b'],
    ['', 'b'],
  ])('refuse %j: %j, which could split a response', (name, value) => {
    expect(() => new HeaderList().set(name, value)).toThrow(code('CORBEL_HEADER_INVALID'))
  })

  it('cannot be changed once they are frozen', () => {
    expect(() => new HeaderList().freeze().set('a', 'b')).toThrow(code('CORBEL_HEADER_INVALID'))
  })
})

describe('the console logger', () => {
  it('shows what has no JSON instead of failing', () => {
    const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
    const circular: Record<string, unknown> = {}
    circular['self'] = circular
    new ConsoleLogger().log({ big: 1n })
    new ConsoleLogger().log(circular)
    const lines = write.mock.calls.map(([line]) => String(line))
    write.mockRestore()
    expect(lines.join('')).toMatch(/big: 1n[^]*Circular/)
  })
})
