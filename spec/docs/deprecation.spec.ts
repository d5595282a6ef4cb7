import {
  Controller,
  createApp,
  Deprecated,
  Get,
  Module,
  Version,
  VersioningModule,
  type Application,
  type DeprecationNotice,
} from 'corbel'

// #region route
@Controller('cats')
class CatsController {
  @Get('all')
  @Deprecated({
    since: '2026-03-01',
    sunset: '2099-12-31',
    successor: '/cats',
    link: 'https://example.com/changes#cats',
    message: 'Lists come in pages now.',
  })
  all(): object {
    return []
  }
}
// #endregion

@Controller('prices')
class Prices {
  @Get() @Version(['1', '2']) list(): object {
    return []
  }
}

const told: DeprecationNotice[] = []
async function tellOwner(notice: DeprecationNotice): Promise<void> {
  told.push(notice)
}

// #region policy
@Module({
  imports: [
    VersioningModule.forRoot({
      deprecations: {
        log: false,
        onUse: (notice) => tellOwner(notice),
        afterSunset: 'gone',
        limit: 5000,
      },
    }),
  ],
  controllers: [CatsController, Prices],
})
class AppModule {}
// #endregion

describe('docs/deprecation.md', () => {
  let app: Application
  beforeEach(() => void told.splice(0))
  afterEach(() => app.close())

  it('tells it in headers, and once to the hook', async () => {
    app = await createApp(AppModule, { logger: false })
    const { headers } = await app.inject('/cats/all')
    await app.inject('/cats/all')
    expect(headers).toMatchObject({
      deprecation: '@1772323200',
      sunset: 'Thu, 31 Dec 2099 00:00:00 GMT',
      link: '<https://example.com/changes#cats>; rel="deprecation", </cats>; rel="successor-version"',
    })
    expect(told.map(({ route, client }) => [route, client])).toEqual([['GET /cats/all', 'unknown']])
  })

  it('deprecates whole versions', async () => {
    app = await createApp(AppModule, { logger: false })
    // #region version
    app.enableVersioning({
      deprecated: {
        '1': { since: '2026-01-01', sunset: '2026-06-30', successor: '/v2/prices' },
      },
    })
    // #endregion
    expect((await app.inject('/v2/prices')).headers['deprecation']).toBeUndefined()
    expect((await app.inject('/v1/prices')).json()).toMatchObject({
      status: 410,
      code: 'CORBEL_VERSION_SUNSET',
      successor: '/v2/prices',
    })
  })
})
