import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Catch,
  Controller,
  createApp,
  Get,
  Module,
  NotFoundException,
  Post,
  StaticModule,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type Application,
  type ArgumentsHost,
  type ExceptionFilter,
  type HttpResponse,
  type VersioningOptions,
} from 'corbel'

@Controller({ path: 'cats', version: '1' })
class CatsV1 {
  @Get() list(): string {
    return 'one'
  }
  @Get('old') old(): string {
    return 'old'
  }
}
@Controller({ path: 'cats', version: ['2', '10'] })
class CatsV2 {
  @Get() list(): string {
    return 'two'
  }
  @Post() add(): string {
    return 'added'
  }
}
@Controller({ path: 'health', version: VERSION_NEUTRAL })
class Health {
  @Get() read(): string {
    return 'fine'
  }
}
@Controller('mixed')
class Mixed {
  @Get() @Version(['1', VERSION_NEUTRAL]) read(): string {
    return 'mixed'
  }
}
@Module({ controllers: [CatsV1, CatsV2, Health, Mixed] })
class Root {}

describe('versions', () => {
  let app: Application
  const start = async (options: VersioningOptions, prefix = ''): Promise<void> => {
    app = await createApp(Root, { logger: false })
    app.enableVersioning(options)
    if (prefix !== '') app.setGlobalPrefix(prefix)
  }
  const ask = async (
    url: string,
    headers: Record<string, string> = {},
    method = 'GET',
  ): Promise<string | number> => {
    const answer = await app.inject({ url, headers, method })
    return answer.status < 300 ? answer.body : answer.status
  }
  afterEach(() => app.close())

  describe('in several places', () => {
    const { URI, HEADER, QUERY, MEDIA_TYPE, CUSTOM } = VersioningType

    it('the first place that names one counts', async () => {
      await start({ type: [HEADER, QUERY, MEDIA_TYPE], header: 'X-V' })
      expect(await ask('/cats?v=2', { 'x-v': '1' })).toBe('one')
      expect(await ask('/cats?v=2')).toBe('two')
      expect(await ask('/cats', { accept: 'application/json;v=10' })).toBe('two')
      expect(await ask('/cats?v=1', { accept: 'application/json;v=2' })).toBe('one')
      expect(await ask('/cats')).toBe(404)
      expect(await ask('/mixed')).toBe('mixed')
    })

    it('what the first names is not made up for by the second', async () => {
      await start({ type: [HEADER, QUERY], header: 'X-V' })
      expect(await ask('/cats?v=2', { 'x-v': '9' })).toBe(404)
    })

    it('a path with a version and a header: the path first', async () => {
      await start({ type: [URI, HEADER] })
      expect(await ask('/v1/cats')).toBe('one')
      expect(await ask('/v2/cats', { 'x-api-version': '1' })).toBe('two')
      expect(await ask('/cats', { 'x-api-version': '1' })).toBe('one')
      expect(await ask('/cats')).toBe(404)
      expect(await ask('/v9/cats', { 'x-api-version': '1' })).toBe(404)
      expect(await ask('/health')).toBe('fine')
      expect(await ask('/v1/mixed')).toBe('mixed')
      expect(await ask('/mixed')).toBe('mixed')
      expect(await ask('/v1/cats', {}, 'DELETE')).toBe(405)
    })

    it('a path with a version and a header: the header first', async () => {
      await start({ type: [HEADER, URI] }, 'api')
      expect(await ask('/api/v1/cats', { 'x-api-version': '2' })).toBe('two')
      expect(await ask('/api/v1/cats')).toBe('one')
      expect(await ask('/api/cats', { 'x-api-version': '2' })).toBe('two')
      expect(await ask('/api/v1/cats/old', { 'x-api-version': '2' })).toBe(404)
      expect(await ask('/api/health', { 'x-api-version': '2' })).toBe('fine')
    })

    it('each place has options of its own', async () => {
      await start({
        type: [
          { type: QUERY, key: 'version' },
          { type: MEDIA_TYPE, key: 'ver=' },
          { type: CUSTOM, extractor: (request) => request.get('x-own') },
          { type: URI, prefix: 'r' },
        ],
      })
      expect(await ask('/cats?version=1')).toBe('one')
      expect(await ask('/cats', { accept: 'text/plain;ver=2' })).toBe('two')
      expect(await ask('/cats', { 'x-own': '1' })).toBe('one')
      expect(await ask('/r10/cats')).toBe('two')
    })
  })

  describe('that do not have the path', () => {
    const problem = async (url: string, headers: Record<string, string> = {}): Promise<any> =>
      (await app.inject({ url, headers })).json()

    it('are told those that have it, with the status of the option', async () => {
      for (const unsupported of [400, 404] as const) {
        await start({ unsupported })
        expect(await problem('/v3/cats')).toMatchObject({
          status: unsupported,
          code: 'CORBEL_VERSION_UNSUPPORTED',
          supported: ['1', '2', '10'],
        })
        if (unsupported === 400) await app.close()
      }
      expect((await problem('/v2/cats/old')).supported).toEqual(['1'])
      expect((await problem('/cats')).supported).toEqual(['1', '2', '10'])
      expect((await problem('/v2/dogs')).supported).toBeUndefined()
      expect((await problem('/dogs')).status).toBe(404)
    })

    it('are the 404 of an unknown path without the option, and tell those that have it all the same', async () => {
      await start({ type: [VersioningType.URI, VersioningType.HEADER] })
      const unknown = { status: 404, title: 'Not Found', statusCode: 404, error: 'Not Found' }
      for (const url of ['/v3/cats', '/cats']) {
        const found = await problem(url)
        expect(found).toMatchObject({ ...unknown, detail: `Cannot GET ${url}`, supported: ['1', '2', '10'] })
        expect(found.message).toBe(`Cannot GET ${url}`)
        expect(found.code).toBeUndefined()
      }
      expect((await problem('/cats/old', { 'x-api-version': '2' })).supported).toEqual(['1'])
      expect(await problem('/v3/dogs')).not.toHaveProperty('supported')
    })

    it('are answered by filters for NotFoundException, as any unknown path', async () => {
      @Catch(NotFoundException)
      class Missing implements ExceptionFilter {
        catch(exception: NotFoundException, host: ArgumentsHost): void {
          host.switchToHttp().getResponse<HttpResponse>().status(404).json(exception.getResponse())
        }
      }
      await start({})
      app.useGlobalFilters(new Missing())
      expect(await problem('/v3/cats')).toEqual({
        statusCode: 404,
        message: 'Cannot GET /v3/cats',
        error: 'Not Found',
        supported: ['1', '2', '10'],
      })
    })

    it('may still be files of the application', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'versions-'))
      try {
        await writeFile(join(folder, 'cats'), 'a file')
        @Module({ imports: [Root, StaticModule.forRoot(folder)] })
        class WithFiles {}
        app = await createApp(WithFiles, { logger: false })
        app.enableVersioning({})
        expect(await ask('/cats')).toBe('a file')
        expect((await problem('/cats/old')).supported).toEqual(['1'])
      } finally {
        await rm(folder, { recursive: true })
      }
    })

    it('below a global prefix', async () => {
      await start({ unsupported: 404 }, '/api/')
      expect((await problem('/api/v3/cats')).supported).toEqual(['1', '2', '10'])
      expect((await problem('/v3/cats')).supported).toBeUndefined()
    })

    it('without a prefix in front of the version', async () => {
      await start({ unsupported: 404, prefix: false })
      expect((await problem('/3/cats')).supported).toEqual(['1', '2', '10'])
      expect((await problem('/dogs/cats')).supported).toBeUndefined()
    })

    it('in a header, or nowhere', async () => {
      await start({ unsupported: 400, type: VersioningType.HEADER })
      expect(await problem('/cats', { 'x-api-version': '3' })).toMatchObject({
        status: 400,
        supported: ['1', '2', '10'],
      })
      expect((await problem('/cats')).detail).toContain('a request without version')
      expect((await problem('/dogs', { 'x-api-version': '3' })).status).toBe(404)
      expect(
        (await app.inject({ url: '/cats', method: 'DELETE', headers: { 'x-api-version': '1' } })).status,
      ).toBe(405)
    })

    it('are an unknown path like any other without the option', async () => {
      await start({})
      expect(await problem('/v3/cats')).toMatchObject({ status: 404, detail: 'Cannot GET /v3/cats' })
    })

    it('a query whose value is no text names no version', async () => {
      app = await createApp(Root, { logger: false })
      app.enableVersioning({ type: VersioningType.QUERY, unsupported: 400 }).set('query parser', 'extended')
      expect((await problem('/cats?v[a]=1')).detail).toContain('a request without version')
    })
  })

  it('cannot be told by options that make no sense', async () => {
    app = await createApp(Root, { logger: false })
    const wrong: [VersioningOptions, string][] = [
      [{ type: [] }, 'empty list'],
      [{ type: [VersioningType.URI, { type: VersioningType.URI, prefix: 'x' }] }, 'stands twice'],
      [{ type: [VersioningType.HEADER, VersioningType.CUSTOM] }, 'needs an extractor'],
      [{ type: JSON.parse('[7]') as VersioningType[] }, '7 is no VersioningType'],
      [{ unsupported: 410 as 404 }, 'unsupported is 410'],
    ]
    for (const [options, reason] of wrong) expect(() => app.enableVersioning(options)).toThrow(reason)
  })
})
