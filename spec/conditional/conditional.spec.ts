import {
  assertPreconditions,
  Body,
  CacheControl,
  Conditional,
  Controller,
  Delete,
  ETag,
  Get,
  Header,
  Injectable,
  Module,
  NotFoundException,
  Param,
  Patch,
  Post,
  Produces,
  Put,
  Req,
  Res,
  Scope,
  Sse,
  type Class,
  type CreateAppOptions,
  type HttpRequest,
  type HttpResponse,
} from 'corbel'
import { of } from 'rxjs'
import { overProtocols } from '../support/protocols.js'
import { serve } from '../web/serve.js'

const routes = (controller: Class, options: CreateAppOptions = {}, providers: Class[] = []) => {
  @Module({ controllers: [controller], providers })
  class AppModule {}
  return serve(AppModule, options)
}

const told = async (answer: Response) => [answer.status, answer.headers.get('etag'), await answer.text()]

overProtocols('@ETag', () => {
  @Controller()
  @ETag()
  class Tagged {
    @Get('weak') weak() {
      return { a: 1 }
    }
    @Get('strong') @ETag('strong') strong() {
      return 'text'
    }
    @Get('off') @ETag(false) off() {
      return { a: 1 }
    }
    @Get('own') own(@Res({ passthrough: true }) response: HttpResponse) {
      response.setHeader('etag', '"v7"').setHeader('cache-control', 'max-age=5').setHeader('x-other', '1')
      return { a: 1 }
    }
    @Get('bytes') bytes() {
      return Buffer.from('abc')
    }
    @Get('nothing') nothing() {
      return undefined
    }
    @Get('missing') missing() {
      throw new NotFoundException()
    }
    @Get('stream') async *stream() {
      yield 'a'
    }
    @Get('forms') @Produces('json', 'yaml') forms() {
      return { a: 1 }
    }
    @Post('weak') post() {
      return { a: 1 }
    }
    @Sse('events') events() {
      return of('a')
    }
  }

  it('tags the bytes of a result, and answers 304 to who has them', async () => {
    const { fetch } = await routes(Tagged)
    const first = await fetch('/weak')
    const etag = first.headers.get('etag')!
    expect(etag).toMatch(/^W\/"[\w-]{27}"$/)
    const again = await fetch('/weak', { headers: { 'if-none-match': `"other", ${etag}` } })
    expect(await told(again)).toEqual([304, etag, ''])
    expect(again.headers.get('content-type')).toBeNull()
    expect((await fetch('/weak', { headers: { 'if-none-match': '"other"' } })).status).toBe(200)
    expect((await fetch('/weak', { headers: { 'if-none-match': '*' } })).status).toBe(304)
    const head = await fetch('/weak', { method: 'HEAD' })
    expect([head.headers.get('etag'), head.headers.get('content-length')]).toEqual([etag, '7'])
    expect((await fetch('/weak', { method: 'HEAD', headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  it('is strong on demand, and of every kind of complete result', async () => {
    const { fetch } = await routes(Tagged)
    const strong = (await fetch('/strong')).headers.get('etag')!
    expect(strong).toMatch(/^"[\w-]{27}"$/)
    expect((await fetch('/strong', { headers: { 'if-none-match': `W/${strong}` } })).status).toBe(304)
    expect((await fetch('/strong', { headers: { 'if-match': strong } })).status).toBe(200)
    expect((await fetch('/strong', { headers: { 'if-match': '"other"' } })).status).toBe(412)
    expect((await fetch('/bytes')).headers.get('etag')).toMatch(/^W/)
    const [json, yaml] = [
      await fetch('/forms'),
      await fetch('/forms', { headers: { accept: 'application/yaml' } }),
    ]
    expect(json.headers.get('etag')).not.toBe(yaml.headers.get('etag'))
    const known = { 'if-none-match': yaml.headers.get('etag')!, accept: 'application/yaml' }
    const again = await fetch('/forms', { headers: known })
    expect([again.status, again.headers.get('vary')]).toEqual([304, 'Accept'])
  })

  it('leaves alone what has a tag of its own, is no complete result, or no GET', async () => {
    const { fetch } = await routes(Tagged)
    const own = await fetch('/own', { headers: { 'if-none-match': 'W/"v7"' } })
    expect([
      own.status,
      own.headers.get('etag'),
      own.headers.get('cache-control'),
      own.headers.get('x-other'),
    ]).toEqual([304, '"v7"', 'max-age=5', '1'])
    for (const path of ['/off', '/nothing', '/missing', '/stream', '/events'])
      expect([path, (await fetch(path)).headers.get('etag')]).toEqual([path, null])
    const post = await fetch('/weak', { method: 'POST', headers: { 'if-none-match': '*' } })
    expect([post.status, post.headers.get('etag')]).toEqual([201, null])
  })

  it('can be of the whole application', async () => {
    @Controller()
    class Plain {
      @Get() read() {
        return { a: 1 }
      }
      @Get('off') @ETag(false) off() {
        return { a: 1 }
      }
    }
    const { fetch } = await routes(Plain, { etag: 'strong' })
    expect((await fetch('/')).headers.get('etag')).toMatch(/^"/)
    expect((await fetch('/off')).headers.get('etag')).toBeNull()
    const weak = await routes(Plain, { etag: true })
    expect((await weak.fetch('/')).headers.get('etag')).toMatch(/^W/)
    const none = await routes(Plain)
    expect((await none.fetch('/')).headers.get('etag')).toBeNull()
  })
})

overProtocols('@Conditional', () => {
  @Injectable()
  class Store {
    version: number | undefined = 3
    changed = new Date('2026-01-02T03:04:05Z')
    reads = 0
    writes = 0
  }

  @Controller('articles')
  class Articles {
    constructor(private readonly store: Store) {}
    @Get(':id') @Conditional(stateOf) read() {
      this.store.reads += 1
      return { version: this.store.version }
    }
    @Put(':id') @Conditional(stateOf, { required: true }) write(@Body() body: object) {
      this.store.writes += 1
      return body
    }
    @Patch(':id') @Conditional(stateOf, { comparison: 'weak' }) patch() {
      this.store.writes += 1
    }
    @Delete(':id') @Conditional((self: Articles) => self.store.changed) remove() {
      this.store.writes += 1
    }
    stateNow() {
      return this.store.version
    }
  }

  function stateOf(self: Articles, { params }: HttpRequest) {
    return Promise.resolve(params['id'] === '1' ? self.stateNow() : undefined)
  }

  const open = async () => {
    const served = await routes(Articles, {}, [Store])
    const store = served.app.get(Store)
    const ask = async (method: string, headers: Record<string, string> = {}, id = 1) => {
      const body = method === 'PUT' ? '{}' : undefined
      const type = { 'content-type': 'application/json', ...headers }
      return served.fetch(`/articles/${id}`, {
        method,
        headers: body === undefined ? headers : type,
        ...(body && { body }),
      })
    }
    return { ...served, store, ask }
  }

  it('gives reads the state as ETag, and answers 304 without calling the handler', async () => {
    const { store, ask } = await open()
    expect(await told(await ask('GET'))).toEqual([200, '"3"', '{"version":3}'])
    expect(await told(await ask('GET', { 'if-none-match': '"3"' }))).toEqual([304, '"3"', ''])
    expect(store.reads).toBe(1)
    expect((await ask('GET', { 'if-match': '"2"' })).status).toBe(412)
    expect((await ask('GET', {}, 2)).headers.get('etag')).toBeNull()
  })

  it('refuses changes to another state than the current one, before anything changes', async () => {
    const { store, ask } = await open()
    const refused = await ask('PUT', { 'if-match': '"2"' })
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
      412,
      'CORBEL_PRECONDITION_FAILED',
    ])
    for (const tags of ['W/"3"', '"4", "5"', 'nonsense', ''])
      expect([tags, (await ask('PUT', { 'if-match': tags })).status]).toEqual([tags, 412])
    expect(store.writes).toBe(0)
    expect((await ask('PUT', { 'if-match': '"2", "3"' })).status).toBe(200)
    expect((await ask('PUT', { 'if-match': '*' })).status).toBe(200)
    expect(store.writes).toBe(2)
  })

  it('asks for a condition where one is required', async () => {
    const { store, ask } = await open()
    const refused = await ask('PUT')
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([
      428,
      'CORBEL_PRECONDITION_REQUIRED',
    ])
    // no date, or a date that nothing can be compared with, is no condition
    for (const date of ['yesterday', new Date().toUTCString()])
      expect((await ask('PUT', { 'if-unmodified-since': date })).status).toBe(428)
    expect(store.writes).toBe(0)
    expect((await ask('PATCH')).status).toBe(200)
  })

  it('tells what is there from what is not', async () => {
    const { ask } = await open()
    // create only: it exists already; it does not
    expect((await ask('PUT', { 'if-none-match': '*' })).status).toBe(412)
    expect((await ask('PUT', { 'if-none-match': '*' }, 2)).status).toBe(200)
    // change only: it does not exist
    expect((await ask('PUT', { 'if-match': '*' }, 2)).status).toBe(412)
    expect((await ask('PUT', { 'if-none-match': 'W/"3"' })).status).toBe(412)
  })

  it('compares weakly on demand, and dates by the second', async () => {
    const { ask } = await open()
    expect((await ask('PATCH', { 'if-match': 'W/"3"' })).status).toBe(200)
    const before = { 'if-unmodified-since': 'Fri, 02 Jan 2026 03:04:04 GMT' }
    const same = { 'if-unmodified-since': 'Fri, 02 Jan 2026 03:04:05 GMT' }
    expect([(await ask('DELETE', before)).status, (await ask('DELETE', same)).status]).toEqual([412, 200])
  })

  it('runs in the scope of the call', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      readonly name = 'a'
    }
    @Controller()
    class Scoped {
      constructor(readonly tenant: Tenant) {}
      @Get() @Conditional((self: Scoped) => ({ etag: self.tenant.name, lastModified: new Date(0) })) read() {
        return 1
      }
    }
    const { fetch } = await routes(Scoped, {}, [Tenant])
    const answer = await fetch('/')
    expect([answer.headers.get('etag'), answer.headers.get('last-modified')]).toEqual([
      '"a"',
      'Thu, 01 Jan 1970 00:00:00 GMT',
    ])
    const known = { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }
    expect((await fetch('/', { headers: known })).status).toBe(304)
  })

  it('takes tags as they are, and refuses versions that are none', async () => {
    const errors: unknown[] = []
    const ignore = () => undefined
    @Controller()
    class Odd {
      @Get('weak') @Conditional(() => 'W/"x"') weak() {
        return 1
      }
      @Get('wrong') @Conditional(() => 'a "b"') wrong() {
        return 1
      }
    }
    const { fetch } = await routes(Odd, {
      logger: { log: ignore, warn: ignore, error: (error: unknown) => errors.push(error) },
    })
    expect((await fetch('/weak')).headers.get('etag')).toBe('W/"x"')
    expect((await fetch('/wrong')).status).toBe(500)
    expect(errors).toEqual([expect.objectContaining({ code: 'CORBEL_ETAG_INVALID' })])
  })
})

overProtocols('assertPreconditions', () => {
  it('does the same within a handler', async () => {
    @Controller()
    class ByHand {
      @Put(':version') write(@Req() request: HttpRequest, @Param('version') version: string) {
        assertPreconditions(request, version, { required: true })
        return 'changed'
      }
    }
    const { fetch } = await routes(ByHand)
    const put = async (headers: Record<string, string>) =>
      (await fetch('/7', { method: 'PUT', headers })).status
    expect(await put({ 'if-match': '"7"' })).toBe(200)
    expect(await put({ 'if-match': '"8"' })).toBe(412)
    expect(await put({})).toBe(428)
  })
})

overProtocols('@CacheControl', () => {
  @Controller()
  @CacheControl('no-store')
  class Cached {
    @Get() all() {
      return { a: 1 }
    }
    @Get('one')
    @CacheControl({ public: true, maxAge: '5m', staleWhileRevalidate: 3_600_000, immutable: true })
    one() {
      return { a: 1 }
    }
    @Get('by-hand') @Header('cache-control', 'private') byHand() {
      return 'x'
    }
    @Get('failing') @CacheControl({ maxAge: '1d' }) failing(
      @Res({ passthrough: true }) response: HttpResponse,
    ) {
      response.setHeader('x-touched', '1')
      throw new NotFoundException()
    }
  }

  it('is sent with results, and never with errors', async () => {
    const { fetch } = await routes(Cached)
    const control = async (path: string) => (await fetch(path)).headers.get('cache-control')
    expect(await control('/')).toBe('no-store')
    expect(await control('/one')).toBe('public, immutable, max-age=300, stale-while-revalidate=3600')
    expect(await control('/by-hand')).toBe('private')
    const failing = await fetch('/failing')
    expect([failing.status, failing.headers.get('x-touched'), failing.headers.get('cache-control')]).toEqual([
      404,
      '1',
      null,
    ])
  })

  it.each([
    [{ public: true, private: true }, 'public and private'],
    [{ noStore: true, maxAge: 5 }, 'not at all'],
    [{ maxAge: 'soon' }, 'maxAge cannot be soon'],
    [{ maxAge: -1 }, 'maxAge cannot be -1'],
    [{}, 'says nothing'],
    ['', 'says nothing'],
    [{ maxage: 5 } as object, 'does not know maxage'],
  ])('refuses %j at boot', async (options, problem) => {
    @Controller()
    class Wrong {
      @Get() @CacheControl(options) read() {
        return 1
      }
    }
    await expect(routes(Wrong)).rejects.toThrow(problem)
  })
})
