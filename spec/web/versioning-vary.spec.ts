import {
  BadRequestException,
  Controller,
  createApp,
  Get,
  Header,
  Module,
  Produces,
  Sse,
  VERSION_NEUTRAL,
  VersioningType,
  type Application,
  type VersioningOptions,
} from 'corbel'

@Controller({ path: 'cats', version: '1' })
class CatsV1 {
  @Get() list(): object[] {
    return []
  }
  @Get('wrong') wrong(): never {
    throw new BadRequestException()
  }
  @Get('own') @Header('Vary', 'X-Own') own(): object {
    return {}
  }
  @Get('forms') @Produces('json', 'text') forms(): string {
    return 'text'
  }
  @Sse('events') async *events(): AsyncGenerator<object> {
    yield { data: 'one' }
  }
}

@Controller({ path: 'cats', version: '2' })
class CatsV2 {
  @Get() list(): object[] {
    return []
  }
}

@Controller({ path: 'health', version: VERSION_NEUTRAL })
class Health {
  @Get() read(): string {
    return 'fine'
  }
}

@Module({ controllers: [CatsV1, CatsV2, Health] })
class AppModule {}

@Module({ controllers: [Health] })
class NeutralModule {}

describe('Vary (RFC 9110 §12.5.5)', () => {
  let app: Application

  async function start(
    options: VersioningOptions,
    { module = AppModule as new () => object, prepare = (_: Application): unknown => undefined } = {},
  ): Promise<(path: string, headers?: Record<string, string>) => Promise<[number, string | null]>> {
    app = await createApp(module, { logger: false })
    app.enableVersioning(options)
    prepare(app)
    await app.listen(0, '127.0.0.1')
    const url = await app.getUrl()
    return async (path, headers = {}) => {
      const answer = await fetch(`${url}${path}`, { headers })
      await answer.text()
      return [answer.status, answer.headers.get('vary')]
    }
  }

  afterEach(() => app.close())

  it('names the header of the version on answers of every kind', async () => {
    const get = await start({ type: VersioningType.HEADER, header: 'X-Cats' })
    const one = { 'x-cats': '1' }
    expect(await get('/cats', one)).toEqual([200, 'X-Cats'])
    expect(await get('/cats/events', one)).toEqual([200, 'X-Cats'])
    expect(await get('/cats/wrong', one)).toEqual([400, 'X-Cats'])
    expect(await get('/cats/own', one)).toEqual([200, 'X-Cats, X-Own'])
    expect(await get('/cats/forms', one)).toEqual([200, 'X-Cats, Accept'])
    // a route of a version may take its place
    expect(await get('/health')).toEqual([200, 'X-Cats'])
  })

  it('is on refusals, too, which caches may keep', async () => {
    const get = await start({ type: VersioningType.HEADER, unsupported: 400 })
    expect(await get('/cats', { 'x-api-version': '7' })).toEqual([400, 'X-API-Version'])
    expect(await get('/cats')).toEqual([400, 'X-API-Version'])
    expect(await get('/nowhere')).toEqual([404, 'X-API-Version'])
    const answer = await fetch(`${await app.getUrl()}/cats`, {
      method: 'DELETE',
      headers: { 'x-api-version': '1' },
    })
    expect([answer.status, answer.headers.get('vary')]).toEqual([405, 'X-API-Version'])
  })

  it('is Accept for versions in media types, once', async () => {
    const get = await start({ type: VersioningType.MEDIA_TYPE })
    const accept = 'application/json;v=1'
    expect(await get('/cats', { accept })).toEqual([200, 'Accept'])
    expect(await get('/cats/forms', { accept })).toEqual([200, 'Accept'])
  })

  it('names all places, and what a custom strategy says that it reads', async () => {
    const extractor = (): undefined => undefined
    const get = await start({
      type: [
        VersioningType.URI,
        { type: VersioningType.CUSTOM, extractor, vary: ['X-Tenant', 'accept'] },
        VersioningType.MEDIA_TYPE,
        { type: VersioningType.HEADER, header: 'X-Cats' },
      ],
    })
    expect(await get('/cats', { 'x-cats': '1' })).toEqual([200, 'X-Tenant, Accept, X-Cats'])
    expect((await get('/v1/cats'))[0]).toBe(200)
  })

  it('keeps what middleware has said', async () => {
    const get = await start(
      { type: VersioningType.HEADER },
      { prepare: (app) => app.enableCors({ origin: ['https://a.example'] }) },
    )
    const headers = { 'x-api-version': '1', origin: 'https://a.example' }
    expect(await get('/cats', headers)).toEqual([200, 'Origin, X-API-Version'])
  })

  it.each([
    ['in the path', { type: VersioningType.URI }, '/v1/cats'],
    ['in the query', { type: VersioningType.QUERY }, '/cats?v=1'],
  ])('is not there for versions %s', async (_where, options, path) => {
    const get = await start(options)
    expect(await get(path)).toEqual([200, null])
  })

  it('is not there where no route has a version', async () => {
    const get = await start({ type: VersioningType.HEADER }, { module: NeutralModule })
    expect(await get('/health')).toEqual([200, null])
    expect(await get('/nowhere')).toEqual([404, null])
  })
})
