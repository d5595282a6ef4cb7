import {
  APP_GUARD,
  APP_INTERCEPTOR,
  Catch,
  Controller,
  ForVersions,
  Get,
  Injectable,
  Query,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type Interceptor,
  type PipeTransform,
} from 'corbel'
import { read, start } from './start.js'

@Injectable()
@ForVersions('<3')
class LegacyKeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<{ get(name: string): unknown }>().get('x-key') === 'old'
  }
}
@Injectable()
@ForVersions('1', VERSION_NEUTRAL)
class Marked implements Interceptor {
  async intercept(_context: ExecutionContext, next: CallHandler): Promise<unknown> {
    return `marked ${String(await next.handle())}`
  }
}
@Injectable()
@ForVersions('2')
class Upper implements PipeTransform {
  transform(value: unknown): unknown {
    return typeof value === 'string' ? value.toUpperCase() : value
  }
}
@Catch()
@ForVersions('>=3')
class Calm implements ExceptionFilter {
  catch(): string {
    return 'calm'
  }
}

@Controller({ path: 'x', version: ['1', '2', '3', VERSION_NEUTRAL] })
class Routes {
  @Get()
  @UseGuards(LegacyKeyGuard)
  @UseInterceptors(Marked)
  @UsePipes(Upper)
  @UseFilters(Calm)
  x(@Query('q') q = 'q'): string {
    if (q === 'fail') throw new Error('fail')
    return q
  }
  @Get('global') global(): string {
    return 'global'
  }
  @Get('any') @Version(VERSION_NEUTRAL) any(): string {
    return 'any'
  }
}
const key = { 'x-key': 'old' }

describe('@ForVersions', () => {
  it('limits guards, interceptors, pipes and filters to versions', async () => {
    const app = await start({ controllers: [Routes] })
    expect(await read(app, '/v1/x')).toBe(403)
    expect(await read(app, '/v2/x')).toBe(403)
    expect(await read(app, { url: '/v1/x?q=a', headers: key })).toBe('marked a')
    expect(await read(app, { url: '/v2/x?q=a', headers: key })).toBe('A')
    expect(await read(app, '/v3/x?q=a')).toBe('a')
    expect(await read(app, '/v3/x?q=fail')).toBe('calm')
    expect(await read(app, { url: '/v1/x?q=fail', headers: key })).toBe(500)
  })

  it('leaves no trace in the plans of other versions', async () => {
    const app = await start({ controllers: [Routes] })
    const plans = app.describe().endpoints.filter(({ handler }) => handler === 'Routes.x')
    expect(
      plans.map(({ versions, plan }) => [versions, plan.filter((step) => !step.includes('ValidationPipe'))]),
    ).toEqual([
      [['1'], ['guard LegacyKeyGuard', 'interceptor Marked', 'handler']],
      [['2'], ['guard LegacyKeyGuard', 'pipe Upper on [0]', 'handler']],
      [
        ['3', 'neutral'],
        ['handler', 'filter Calm'],
      ],
    ])
  })

  it.each([
    ['provided', (app: unknown) => app],
    [
      'used',
      (app: { useGlobalGuards(guard: CanActivate): unknown }) => app.useGlobalGuards(new LegacyKeyGuard()),
    ],
  ])('limits global ones, %s', async (how, configure) => {
    const providers =
      how === 'provided'
        ? [
            { provide: APP_GUARD, useClass: LegacyKeyGuard },
            { provide: APP_INTERCEPTOR, useFactory: () => new Marked() },
          ]
        : []
    const app = await start({ controllers: [Routes], providers }, {}, undefined, configure as never)
    expect(await read(app, '/v1/x/global')).toBe(403)
    expect(await read(app, '/v2/x/global')).toBe(403)
    expect(await read(app, '/v3/x/global')).toBe('global')
    expect(await read(app, '/x/any')).toBe(how === 'provided' ? 'marked any' : 'any')
  })

  it('works with the version in a header', async () => {
    const app = await start({ controllers: [Routes] }, { type: VersioningType.HEADER })
    const ask = (version: string, headers = {}) =>
      read(app, { url: '/x?q=a', headers: { 'x-api-version': version, ...headers } })
    expect(await ask('1')).toBe(403)
    expect(await ask('2', key)).toBe('A')
    expect(await ask('3')).toBe('a')
  })

  it('limits nothing where versions are not told apart: no guard is lost', async () => {
    @Controller('y')
    class Plain {
      @Get() @UseGuards(LegacyKeyGuard) y(): string {
        return 'y'
      }
    }
    const app = await start({ controllers: [Plain] }, false)
    expect(await read(app, '/y')).toBe(403)
  })

  it('that names no version is refused at boot', async () => {
    @Injectable()
    @ForVersions()
    class Wrong implements CanActivate {
      canActivate(): boolean {
        return true
      }
    }
    await expect(
      start({ controllers: [Routes], providers: [{ provide: APP_GUARD, useClass: Wrong }] }),
    ).rejects.toThrow('names no version')
  })
})
