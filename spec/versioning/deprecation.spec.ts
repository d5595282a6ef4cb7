import {
  BadRequestException,
  Controller,
  CorbelError,
  Deprecated,
  ForbiddenException,
  Get,
  Header,
  Module,
  Param,
  Redirect,
  Res,
  UseGuards,
  Version,
  VERSION_NEUTRAL,
  VersioningModule,
  VersioningType,
  type DeprecationNotice,
  type DeprecationOptions,
  type HttpResponse,
  type VersioningModuleOptions,
} from 'corbel'
import { deprecationProblem } from '../../lib/versioning/deprecation.js'
import { createLog, read, start } from './start.js'

const MARCH = '2026-03-01'

@Controller('cats')
@Deprecated({ since: MARCH, link: 'https://example.com/cats' })
class Cats {
  @Get() list(): string[] {
    return ['Tom']
  }
  @Get('old')
  @Deprecated({
    since: new Date(Date.UTC(2023, 5, 30, 23, 59, 59)),
    sunset: '2099-12-31T12:00:00Z',
    successor: '/dogs',
    link: { deprecation: 'https://example.com/old', sunset: 'https://example.com/end?a=1,2' },
    message: 'Dogs do better.',
  })
  @Header('Link', '<https://example.com>; rel="author"')
  old(): string {
    return 'old'
  }
  @Get('moved') @Redirect('/dogs') moved(): void {}
  @Get('hand') hand(@Res({ passthrough: true }) response: HttpResponse): object {
    response.setHeader('X-Hand', '1')
    return {}
  }
  @Get('wrong') wrong(): never {
    throw new BadRequestException()
  }
  @Get(':id/bytes') bytes(@Param('id') id: string): Uint8Array {
    return Buffer.from(id)
  }
}
@Controller('dogs')
class Dogs {
  @Get() list(): string[] {
    return []
  }
}

describe('headers of deprecated routes', () => {
  it('tell when, what instead, and where to read about it', async () => {
    const app = await start({ controllers: [Cats, Dogs] }, false)
    const { headers } = await app.inject('/cats/old')
    // the example of RFC 9745 §2.1 is this moment
    expect(headers['deprecation']).toBe('@1688169599')
    expect(headers['sunset']).toBe('Thu, 31 Dec 2099 12:00:00 GMT')
    expect(headers['link']).toBe(
      '<https://example.com/old>; rel="deprecation", <https://example.com/end?a=1,2>; rel="sunset", ' +
        '</dogs>; rel="successor-version", <https://example.com>; rel="author"',
    )
  })

  it('are on answers of every kind, by the method or the controller', async () => {
    const app = await start({ controllers: [Cats, Dogs] }, false)
    for (const path of ['/cats', '/cats/moved', '/cats/hand', '/cats/7/bytes', '/cats/wrong']) {
      const { headers } = await app.inject(path)
      expect(headers['deprecation'], path).toBe(`@${Date.parse(MARCH) / 1000}`)
      expect(headers['link'], path).toBe('<https://example.com/cats>; rel="deprecation"')
      expect(headers['sunset'], path).toBeUndefined()
    }
    expect((await app.inject('/dogs')).headers['deprecation']).toBeUndefined()
  })

  it('join links that are computed for each answer', async () => {
    let count = 0
    @Controller('computed')
    class Computed {
      @Get()
      @Header('link', () => `</${++count}>; rel="next"`)
      @Deprecated({ since: MARCH, successor: '/y' })
      x(): string {
        return 'x'
      }
    }
    const app = await start({ controllers: [Computed] }, false)
    for (const next of [1, 2]) {
      const { headers } = await app.inject('/computed')
      expect(headers['link']).toBe(`</y>; rel="successor-version", </${next}>; rel="next"`)
    }
  })

  it('are prepared when the application starts: the plan of a route without notices has no step', async () => {
    const app = await start(
      { controllers: [Cats, Dogs], imports: [VersioningModule.forRoot({ deprecations: { log: false } })] },
      false,
    )
    const plans = app.describe().endpoints.map(({ plan }) => plan.join(' '))
    expect(plans.filter((plan) => plan.includes('note the use') || plan.includes('sunset'))).toEqual([])
  })
})

@Controller('birds')
class Birds {
  @Get() @Version(['1', '2', VERSION_NEUTRAL]) list(): string {
    return 'birds'
  }
  @Get('own') @Version(['1', '2']) @Deprecated({ since: '2020-01-01' }) own(): string {
    return 'own'
  }
}

describe('a deprecated version', () => {
  const deprecated: Record<string, DeprecationOptions> = { '1': { since: MARCH, sunset: '2099-01-01' } }

  it('is told on its routes only, with the version in the path', async () => {
    const app = await start({ controllers: [Birds] }, { deprecated })
    const of = async (path: string): Promise<unknown> => (await app.inject(path)).headers['deprecation']
    expect(await of('/v1/birds')).toBe(`@${Date.parse(MARCH) / 1000}`)
    expect(await of('/v2/birds')).toBeUndefined()
    expect(await of('/birds')).toBeUndefined()
    expect(await of('/v1/birds/own')).toBe(await of('/v2/birds/own'))
    expect(await of('/v2/birds/own')).toBe(`@${Date.parse('2020-01-01') / 1000}`)
  })

  it('is told on its routes only, with the version in a header', async () => {
    const app = await start({ controllers: [Birds] }, { deprecated, type: VersioningType.HEADER })
    const of = async (version?: string): Promise<unknown> => {
      const { headers, body } = await app.inject({
        url: '/birds',
        headers: version === undefined ? {} : { 'x-api-version': version },
      })
      expect(body).toBe('birds')
      return headers['deprecation']
    }
    expect(await of('1')).toBe(`@${Date.parse(MARCH) / 1000}`)
    expect(await of('2')).toBeUndefined()
    expect(await of()).toBeUndefined()
    expect(await read(app, { url: '/birds', headers: { 'x-api-version': '3' } })).toBe(404)
  })

  it('needs no order of versions', async () => {
    @Controller({ path: 'named', version: ['red', 'green'] })
    class Named {
      @Get() list(): string {
        return 'named'
      }
    }
    const app = await start({ controllers: [Named] }, { deprecated: { red: { since: MARCH } } })
    expect((await app.inject('/vred/named')).headers['deprecation']).toBeDefined()
    expect((await app.inject('/vgreen/named')).headers['deprecation']).toBeUndefined()
  })

  it('is in the description of its routes', async () => {
    const app = await start({ controllers: [Birds] }, { deprecated })
    const routes = app
      .describe()
      .endpoints.map(({ paths, deprecated: info, notes }) => ({ paths, info, notes }))
    expect(routes.slice(0, 2)).toEqual([
      {
        paths: ['/v1/birds'],
        info: { since: '2026-03-01T00:00:00.000Z', sunset: '2099-01-01T00:00:00.000Z', afterSunset: 'serve' },
        notes: ['deprecated since 2026-03-01, sunset 2099-01-01'],
      },
      { paths: ['/v2/birds', '/birds'], info: undefined, notes: undefined },
    ])
  })

  it.each<[Record<string, unknown>, string]>([
    [{ '1': { since: 'soon' } }, 'has a since that is no date: soon'],
    [{ '1': {} }, 'does not say since when'],
    [{ '7': { since: MARCH } }, 'deprecated has the version 7, but the application has only 1, 2'],
  ])('is refused at boot if it makes no sense: %j', async (wrong, reason) => {
    await expect(start({ controllers: [Birds] }, { deprecated: wrong as typeof deprecated })).rejects.toThrow(
      reason,
    )
  })
})

describe('@Deprecated', () => {
  it.each<[unknown, string]>([
    [undefined, 'does not say since when'],
    [{}, 'does not say since when'],
    [{ since: 'June' }, 'has a since that is no date: June'],
    [{ since: '2026-13-01' }, 'has a since that is no date: 2026-13-01'],
    [{ since: new Date(NaN) }, 'has a since that is no date'],
    [{ since: MARCH, sunset: '01.04.2026' }, 'has a sunset that is no date: 01.04.2026'],
    [{ since: MARCH, sunset: '2026-02-28' }, 'has a sunset before its since'],
    [{ since: MARCH, afterSunset: 'gone' }, "has afterSunset: 'gone' but no sunset"],
    [{ since: MARCH, successor: '/a b' }, 'has a successor that cannot stand in a Link header: /a b'],
    [{ since: MARCH, link: 'x>; rel="next"' }, 'has a deprecation that cannot stand in a Link header'],
    [{ since: MARCH, link: { sunset: 'a\r\nb' } }, 'has a sunset that cannot stand in a Link header'],
  ])('%j', (options, problem) => {
    expect(deprecationProblem(options as DeprecationOptions)).toContain(problem)
  })

  it('is refused at boot with its place', async () => {
    @Controller('x')
    class Wrong {
      @Get() @Deprecated({ since: 'soon' }) x(): void {}
    }
    await expect(start({ controllers: [Wrong] })).rejects.toThrow(/@Deprecated on Wrong\.x .*no date: soon/)
  })

  it('takes a time without zone for UTC, so that all servers say the same', () => {
    for (const since of ['2026-03-01', '2026-03-01T00:00', '2026-03-01T01:00+01:00']) {
      expect(deprecationProblem({ since, sunset: '2026-03-01' })).toBeUndefined()
      expect(deprecationProblem({ since: '2026-03-01', sunset: since })).toBeUndefined()
    }
  })
})

describe('after the sunset', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.parse('2026-06-01') })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  @Controller('x')
  class Routes {
    @Get('gone')
    @Deprecated({ since: MARCH, sunset: '2026-07-15', successor: '/y', afterSunset: 'gone' })
    gone(): string {
      return 'there'
    }
    @Get('served') @Deprecated({ since: MARCH, sunset: '2026-06-02' }) served(): string {
      return 'there'
    }
    @Get('past')
    @Deprecated({ since: MARCH, sunset: '2026-05-01', afterSunset: 'gone', message: 'Use y.' })
    past(): string {
      return 'there'
    }
  }

  it('answers 410 with what the headers said before, from the very moment on', async () => {
    const app = await start({ controllers: [Routes] }, false)
    expect(await read(app, '/x/gone')).toBe('there')
    // longer than a timer of Node can wait
    await vi.advanceTimersByTimeAsync(Date.parse('2026-07-15') - Date.now() - 1)
    expect(await read(app, '/x/gone')).toBe('there')
    await vi.advanceTimersByTimeAsync(1)
    const answer = await app.inject('/x/gone')
    expect(answer.json()).toMatchObject({
      status: 410,
      code: 'CORBEL_VERSION_SUNSET',
      detail: 'GET /x/gone was withdrawn on 2026-07-15. Use /y.',
      sunset: '2026-07-15',
      successor: '/y',
    })
    expect(answer.headers).toMatchObject({
      sunset: 'Wed, 15 Jul 2026 00:00:00 GMT',
      link: '</y>; rel="successor-version"',
    })
    expect(await read(app, '/x/served')).toBe('there')
  })

  it('of a date that is past when it starts, and leaves no timer behind', async () => {
    const app = await start({ controllers: [Routes] }, false)
    expect((await app.inject('/x/past')).json()).toMatchObject({
      detail: 'GET /x/past was withdrawn on 2026-05-01. Use y.',
    })
    expect(vi.getTimerCount()).toBe(1)
    await app.close()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('may be decided for all by the module', async () => {
    const imports = [VersioningModule.forRoot({ deprecations: { afterSunset: 'gone' } })]
    const app = await start({ controllers: [Routes], imports }, false)
    await vi.advanceTimersByTimeAsync(24 * 60 * 60 * 1000)
    expect(await read(app, '/x/served')).toBe(410)
  })
})

describe('notices', () => {
  class NeverGuard {
    canActivate(): boolean {
      throw new ForbiddenException()
    }
  }
  @Controller({ path: 'x', version: '1' })
  class Routes {
    @Get(':id')
    @Deprecated({ since: MARCH, sunset: '2099-01-01', successor: '/y', message: 'Do.' })
    x(): string {
      return 'x'
    }
    @Get() @UseGuards(NeverGuard) @Deprecated({ since: MARCH }) closed(): void {}
  }
  const boot = async (options?: VersioningModuleOptions) => {
    const log = createLog()
    const imports = options === undefined ? [] : [VersioningModule.forRoot(options)]
    const app = await start({ controllers: [Routes], imports }, {}, log)
    const call = async (client?: string, agent?: string): Promise<void> => {
      const headers = { ...(client && { 'x-client-id': client }), ...(agent && { 'user-agent': agent }) }
      expect((await app.inject({ url: '/v1/x/1', headers })).status).toBe(200)
    }
    return { app, log, call }
  }

  it('are logged once for each client, without any module', async () => {
    const { call, log, app } = await boot()
    await call('billing')
    await call('billing')
    await call(undefined, 'okhttp/4.9 (Android)')
    await call()
    await call()
    expect(log.warnings).toEqual(
      ['billing', 'okhttp/4.9', 'unknown'].map(
        (client) =>
          `"${client}" calls GET /v1/x/:id, which is deprecated since 2026-03-01 and goes on 2099-01-01. Its successor is /y. Do.`,
      ),
    )
    expect(await read(app, '/v1/x')).toBe(403)
    expect(log.warnings).toHaveLength(3)
  })

  it('are bounded, whatever clients call themselves', async () => {
    const { call, log } = await boot({ deprecations: { limit: 3 } })
    for (let i = 0; i < 10; i++) await call(`client ${i}`)
    expect(log.warnings).toHaveLength(4)
    expect(log.warnings.at(-2)).toContain('3 uses of what is deprecated are told')
  })

  it('have no control characters and no length that a client chooses', async () => {
    const { call, log } = await boot()
    await call(`a\u0085\u202e${'x'.repeat(500)}`)
    expect(log.warnings[0]).toMatch(/^"ax{70,79}" calls/)
  })

  it('go to a hook, whose failure harms no request', async () => {
    const notices: DeprecationNotice[] = []
    const { call, log } = await boot({
      client: (request) => request.get('x-client-id')?.toUpperCase(),
      deprecations: {
        log: false,
        onUse: (notice) => {
          notices.push(notice)
          if (notices.length === 1) throw new Error('at once')
          return Promise.reject(new Error('later'))
        },
      },
    })
    await call('a')
    await call('b')
    await call('b')
    expect(
      notices.map(({ route, version, client, deprecation }) => [
        route,
        version,
        client,
        deprecation.successor,
      ]),
    ).toEqual([
      ['GET /v1/x/:id', '1', 'A', '/y'],
      ['GET /v1/x/:id', '1', 'B', '/y'],
    ])
    expect(log.errors.map(String)).toEqual(['Error: at once', 'Error: later'])
    expect(log.warnings).toEqual([])
  })

  it('know a client that cannot be read as unknown', async () => {
    const { call, log } = await boot({
      client: () => {
        throw new Error('no')
      },
    })
    await call()
    expect(log.warnings[0]).toMatch(/^"unknown" calls/)
  })
})

it('VersioningModule.forRoot() is called once', async () => {
  @Module({ imports: [VersioningModule.forRoot()] })
  class Inner {}
  const error = await start({ imports: [Inner, VersioningModule.forRoot()] }).catch((one: CorbelError) => one)
  expect((error as Error).message).toContain('[CORBEL_VERSIONING_MODULE_DUPLICATE]')
  expect((error as Error).message).toContain('Inner')
})
