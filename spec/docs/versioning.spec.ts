import {
  APP_GUARD,
  Body,
  Controller,
  createApp,
  ForVersions,
  Get,
  Injectable,
  Module,
  Post,
  Returns,
  Version,
  VERSION_NEUTRAL,
  VersionConverter,
  VersioningModule,
  VersioningType,
  VersionTransformer,
  type Application,
  type CanActivate,
  type ExecutionContext,
  type HttpRequest,
  type VersioningOptions,
  type VersionTransform,
} from 'corbel'
import { IsString } from 'class-validator'

// #region routes
@Controller({ path: 'prices', version: '1' })
class PricesV1 {
  @Get() list(): object {
    return { prices: [12] }
  }
}

@Controller({ path: 'prices', version: ['2', '3'] })
class PricesV2 {
  @Get() list(): object {
    return { prices: [{ amount: 12, currency: 'EUR' }] }
  }
  @Get('history') @Version('3') history(): object {
    return { prices: [] }
  }
}

@Controller({ path: 'health', version: VERSION_NEUTRAL })
class Health {
  @Get() read(): string {
    return 'fine'
  }
}
// #endregion

@Module({ controllers: [PricesV1, PricesV2, Health] })
class AppModule {}

// #region ranges
@Controller({ path: 'reports', version: '>=2' })
class Reports {
  @Get() list(): object {
    return { reports: [] }
  }
  @Get('csv') @Version('<4 || >=6') csv(): string {
    return 'name;total'
  }
}
// #endregion

// #region guard
@Injectable()
@ForVersions('<3')
class LegacyKeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return context.switchToHttp().getRequest<HttpRequest>().get('x-api-key') === 'limestone'
  }
}

@Module({ providers: [{ provide: APP_GUARD, useClass: LegacyKeyGuard }] })
class GuardedModule {}
// #endregion

@Module({ imports: [GuardedModule], controllers: [PricesV1, PricesV2, Reports] })
class RangesModule {}

// #region transformer
class User {
  @IsString() first: string
  @IsString() last: string
}

@VersionTransformer({ from: '2', to: '1', type: User })
class OneName implements VersionTransform {
  response({ first, last, ...rest }: User): object {
    return { ...rest, name: `${first} ${last}` }
  }
  request({ name, ...rest }: { name: string }): object {
    const [first, last] = name.split(' ')
    return { ...rest, first, last }
  }
}

@Controller({ path: 'users', version: ['1', '2'] })
class Users {
  @Get() @Returns([User]) list(): User[] {
    return [{ first: 'Ada', last: 'Lovelace' }]
  }
  @Post() add(@Body() user: User): User {
    return user
  }
}

@Module({ controllers: [Users], providers: [OneName] })
class UsersModule {}
// #endregion

// #region converter
class Page {
  users: User[]
}

@VersionTransformer({ from: '2', to: '1', type: Page })
class PageOfOneNames implements VersionTransform {
  constructor(private readonly converter: VersionConverter) {}
  async response({ users }: Page): Promise<object> {
    return { users: await this.converter.down(User, users, { from: '2', to: '1' }) }
  }
}
// #endregion

@Controller({ path: 'pages', version: ['1', '2'] })
class Pages {
  @Get() page(): Page {
    return { users: [{ first: 'Ada', last: 'Lovelace' }] }
  }
}
@Module({ imports: [UsersModule], controllers: [Pages], providers: [PageOfOneNames] })
class PagesModule {}

// #region compatibility
@Module({
  imports: [
    UsersModule,
    VersioningModule.forRoot({
      compatibility: {
        matrix: {
          '1': '<3.0', // whatever the client is
          '2': { ios: '>=2.4 <5', android: '>=3', '*': '*' },
        },
      },
    }),
  ],
})
class CompatibleModule {}
// #endregion

class AdminGuard implements CanActivate {
  canActivate(): boolean {
    return true
  }
}

// #region usage
@Module({
  imports: [
    UsersModule,
    VersioningModule.forRoot({
      usage: { path: 'admin/usage', guards: [AdminGuard] },
      client: (request) => request.get('x-partner'),
    }),
  ],
})
class CountedModule {}
// #endregion

describe('docs/versioning.md', () => {
  let app: Application
  const start = async (options: VersioningOptions, root: typeof AppModule = AppModule): Promise<void> => {
    app = await createApp(root, { logger: false })
    app.enableVersioning(options)
  }
  const status = async (url: string, headers: Record<string, string> = {}): Promise<number> =>
    (await app.inject({ url, headers })).status
  afterEach(() => app.close())

  it('versions in the path', async () => {
    await start({})
    expect(await status('/v1/prices')).toBe(200)
    expect(await status('/v3/prices/history')).toBe(200)
    expect(await status('/v2/prices/history')).toBe(404)
    expect(await status('/health')).toBe(200)
  })

  it('versions by an extractor', async () => {
    app = await createApp(AppModule, { logger: false })
    // #region custom
    app.enableVersioning({
      type: VersioningType.CUSTOM,
      // "X-Accept-Version: 3, 1": the first that has the route answers
      extractor: (request) => request.get('x-accept-version')?.split(/, */),
    })
    // #endregion
    expect(await status('/prices/history', { 'x-accept-version': '9, 3' })).toBe(200)
    expect(await status('/prices', { 'x-accept-version': '9' })).toBe(404)
  })

  it('versions in several places', async () => {
    app = await createApp(AppModule, { logger: false })
    // #region several
    app.enableVersioning({
      // the first that names a version counts
      type: [VersioningType.URI, VersioningType.HEADER, { type: VersioningType.QUERY, key: 'api' }],
      header: 'X-Prices-Version',
      unsupported: 400,
    })
    // #endregion
    expect(await status('/v1/prices')).toBe(200)
    expect(await status('/prices', { 'x-prices-version': '3' })).toBe(200)
    expect(await status('/prices?api=3')).toBe(200)
    const { supported } = (await app.inject('/v2/prices/history')).json<{ supported: string[] }>()
    expect(supported).toEqual(['3'])
    expect(await status('/v2/prices/history')).toBe(400)
  })

  it('ranges, and guards of some versions', async () => {
    await start({ versions: ['1', '2', '3', '4', '5', '6'] }, RangesModule)
    const key = { 'x-api-key': 'limestone' }
    expect(await status('/v2/reports', key)).toBe(200)
    expect(await status('/v2/reports')).toBe(403)
    expect(await status('/v6/reports')).toBe(200)
    expect(await status('/v1/reports', key)).toBe(404)
    expect([await status('/v3/reports/csv'), await status('/v4/reports/csv')]).toEqual([200, 404])
  })

  it('transformers', async () => {
    await start({}, PagesModule)
    expect((await app.inject('/v1/users')).json()).toEqual([{ name: 'Ada Lovelace' }])
    expect((await app.inject('/v2/users')).json()).toEqual([{ first: 'Ada', last: 'Lovelace' }])
    const payload = { name: 'Grace Hopper' }
    expect((await app.inject({ method: 'POST', url: '/v1/users', payload })).json()).toEqual(payload)
    expect((await app.inject('/v1/pages')).json()).toEqual({ users: [{ name: 'Ada Lovelace' }] })
  })

  it('compatibility', async () => {
    await start({}, CompatibleModule)
    expect(await status('/v2/users', { 'x-client-version': 'ios/4.9' })).toBe(200)
    const { status: refused, ...answer } = await app.inject({
      url: '/v1/users',
      headers: { 'x-client-version': 'ios/5.0' },
    })
    expect([refused, answer.json()]).toMatchObject([426, { wanted: '<3.0', fits: [] }])
    expect(
      (await app.inject({ url: '/v1/users', headers: { 'x-client-version': '3' } })).json(),
    ).toMatchObject({
      fits: ['2'],
    })
  })

  it('use', async () => {
    await start({}, CountedModule)
    await status('/v1/users', { 'x-partner': 'acme' })
    expect((await app.inject('/admin/usage.json')).body).toContain('"client":"acme","count":1')
    expect((await app.inject('/admin/usage')).body).toContain('acme')
  })
})
