import {
  Controller,
  Get,
  VERSION_NEUTRAL,
  VersioningModule,
  type Application,
  type CompatibilityOptions,
} from 'corbel'
import { read, start } from './start.js'

@Controller({ path: 'cats', version: ['1', '2', '10', VERSION_NEUTRAL] })
class Cats {
  @Get() list(): string {
    return 'cats'
  }
}
@Controller({ path: 'health', version: VERSION_NEUTRAL })
class Health {
  @Get() health(): string {
    return 'fine'
  }
}
const MATRIX = { '1': '<3', '10': { ios: '>=4', android: '>=5.2 <9', '*': '>=7' } }

const boot = (compatibility: CompatibilityOptions): Promise<Application> =>
  start({ controllers: [Cats, Health], imports: [VersioningModule.forRoot({ compatibility })] })

const ask = (app: Application, version: string, client?: string) =>
  app.inject({
    url: `/v${version}/cats`,
    headers: client === undefined ? {} : { 'x-client-version': client },
  })

describe('the compatibility of clients', () => {
  it('lets clients call the versions that fit', async () => {
    const app = await boot({ matrix: MATRIX })
    for (const [version, client] of [
      ['1', '2.9.9'],
      ['1', 'ios/2'],
      ['2', '99'],
      ['10', 'ios/4.0'],
      ['10', 'IOS/4.0'],
      ['10', 'android/8.9.9-beta'],
      ['10', 'web/7'],
      ['10', '7'],
      ['1', undefined],
    ] as const) {
      expect((await ask(app, version, client)).status, `${version} ${client}`).toBe(200)
    }
    expect(await read(app, { url: '/health', headers: { 'x-client-version': 'x' } })).toBe('fine')
  })

  it('refuses others, and tells what would fit', async () => {
    const app = await boot({ matrix: MATRIX })
    for (let i = 0; i < 2; i++) {
      const answer = await ask(app, '1', 'ios/3.1')
      expect(answer.status).toBe(426)
      expect(answer.headers['upgrade']).toBe('api/2')
      expect(answer.json()).toMatchObject({
        code: 'CORBEL_CLIENT_INCOMPATIBLE',
        wanted: '<3',
        fits: ['2'],
        detail:
          'Version 1 of the API does not serve ios/3.1, only <3. Update the client, or call a version that fits: 2.',
      })
    }
    expect((await ask(app, '10', 'android/9')).json()).toMatchObject({ wanted: '>=5.2 <9', fits: ['2'] })
    expect((await ask(app, '10', 'web/6.9')).json()).toMatchObject({ wanted: '>=7' })
    expect((await ask(app, '1', 'ios/4')).json()).toMatchObject({ fits: ['2', '10'] })
    // whoever names no version is served by the newest
    const headers = { 'x-client-version': 'ios/3' }
    expect((await app.inject({ url: '/cats', headers })).status).toBe(426)
  })

  it('knows only the clients that it names, where it names some', async () => {
    const app = await boot({ matrix: { '1': { ios: '*' } } })
    expect((await ask(app, '1', 'ios/1')).status).toBe(200)
    expect((await ask(app, '1', 'web/1')).json()).toMatchObject({ wanted: 'ios *' })
    expect((await ask(app, '1', '1')).status).toBe(426)
  })

  it.each([
    'x',
    '',
    ' ',
    'ios/',
    '/1',
    'ios/1/2',
    'a b/1',
    '1..2',
    `1${'.1'.repeat(60)}`,
    'ios/>=1',
    `${'x'.repeat(40)}/1`,
  ])('does not read anything into %j', async (client) => {
    const app = await boot({ matrix: MATRIX })
    const isSilent = client.trim() === ''
    const answer = await ask(app, '1', client)
    expect(answer.status).toBe(isSilent ? 200 : 400)
    if (!isSilent) expect(answer.json()).toMatchObject({ code: 'CORBEL_CLIENT_VERSION' })
  })

  it('may refuse clients that do not say who they are', async () => {
    const app = await boot({ matrix: MATRIX, unknown: 'refuse' })
    expect((await ask(app, '1')).json()).toMatchObject({ status: 400, code: 'CORBEL_CLIENT_VERSION' })
    expect((await ask(app, '1', '1')).status).toBe(200)
    expect((await ask(app, '2')).status).toBe(200)
  })

  it('may read the version elsewhere, and answer 400', async () => {
    const app = await boot({
      matrix: MATRIX,
      status: 400,
      extractor: (request) => /App\/(\S+)/.exec(request.get('user-agent') ?? '')?.[1],
    })
    const as = (agent: string) => app.inject({ url: '/v1/cats', headers: { 'user-agent': agent } })
    expect((await as('Mozilla App/2.0 x')).status).toBe(200)
    const refused = await as('Mozilla App/3.0 x')
    expect([refused.status, refused.headers['upgrade']]).toEqual([400, undefined])
    const renamed = await boot({ matrix: MATRIX, header: 'X-App' })
    expect((await renamed.inject({ url: '/v1/cats', headers: { 'x-app': '3' } })).status).toBe(426)
  })

  it('is no step of the versions that are open to all', async () => {
    const app = await boot({ matrix: MATRIX })
    const plans = app.describe().endpoints.map(({ versions, plan }) => [versions, plan])
    expect(plans).toEqual([
      [['1'], ['clients of version 1', 'handler']],
      [['2'], ['handler']],
      [
        ['10', 'neutral'],
        ['clients of version 10', 'handler'],
      ],
      [['neutral'], ['handler']],
    ])
  })

  it.each<[CompatibilityOptions, string]>([
    [{ matrix: { '7': '*' } }, '[CORBEL_COMPATIBILITY_INVALID]'],
    [{ matrix: {}, status: 403 as 400 }, 'status is 403: it may be 426 or 400'],
    [{ matrix: { '1': '^3' } }, '[CORBEL_VERSION_RANGE_INVALID]'],
    [{ matrix: { '1': { ios: '>latest' } } }, '[CORBEL_VERSION_RANGE_INVALID]'],
  ])('is refused at boot if it cannot be meant: %j', async (options, message) => {
    await expect(boot(options)).rejects.toThrow(message)
  })
})
