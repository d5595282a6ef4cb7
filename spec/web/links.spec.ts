import {
  Controller,
  Get,
  Injectable,
  Links,
  Module,
  Name,
  Param,
  Post,
  RouterModule,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type Application,
  type RouteParams,
} from 'corbel'
import { serve } from './serve.js'

declare global {
  // eslint-disable-next-line typescript/no-namespace -- as applications do
  namespace Corbel {
    interface RouteNames {
      'spec.typed': RouteParams<'/typed/:id(\\d+)/:part{/:size}'>
    }
  }
}

@Controller('photos')
class Photos {
  constructor(private readonly links: Links) {}
  @Get({ name: 'photos.index' }) index() {
    return { next: this.links.link('photos.index', {}, { page: 2 }) }
  }
  @Get({ path: [':id(\\d+)', 'old/:id'], name: 'photos.show' }) show(@Param('id') id: string) {
    return { id, self: this.links.link('photos.show', { id }) }
  }
  @Post(':id/tags/:tag?') @Name('photos.tag') tag() {}
  @Get('files/*path') @Name('photos.file') file() {}
}

@Controller({ path: 'home', host: ':tenant.example.com' })
class Tenants {
  @Get(':page') @Name('tenants.home') home() {}
}

@Controller({ path: 'things', version: '1' })
class Versioned {
  @Get() @Name('things.list') list() {}
  @Get('new') @Version('2') @Name('things.new') listNew() {}
  @Get('many') @Version(['1', '2']) @Name('things.many') many() {}
  @Get('any') @Version(VERSION_NEUTRAL) @Name('things.any') any() {}
}

@Controller('typed')
class Typed {
  @Get(':id(\\d+)/:part{/:size}') @Name('spec.typed') typed() {}
}

@Module({ controllers: [Photos, Tenants, Typed] })
class App {}

async function linksOf(root: Parameters<typeof serve>[0], configure?: (app: Application) => unknown) {
  const { app } = await serve(root, {}, configure)
  return app
}

describe('links', () => {
  it('are written in handlers, and lead to their routes', async () => {
    const { json } = await serve(App)
    expect(await json('/photos')).toEqual({ next: '/photos?page=2' })
    expect(await json('/photos/7')).toEqual({ id: '7', self: '/photos/7' })
  })

  it('have optional parts, wildcards and a query', async () => {
    const app = await linksOf(App)
    expect(app.link('photos.tag', { id: 1 })).toBe('/photos/1/tags')
    expect(app.link('photos.tag', { id: 1, tag: 'a/b' })).toBe('/photos/1/tags/a%2Fb')
    expect(app.link('photos.file', { path: 'a b/c.png' })).toBe('/photos/files/a%20b/c.png')
    const query = {
      q: 'a&b=c d',
      tags: ['x', 'y'],
      none: undefined,
      nil: null,
      on: true,
      at: new Date(0),
      n: 10n,
    }
    expect(app.link('photos.index', {}, query)).toBe(
      '/photos?q=a%26b%3Dc%20d&tags=x&tags=y&on=true&at=1970-01-01T00%3A00%3A00.000Z&n=10',
    )
    expect(app.link('photos.index', {}, { half: '\ud800' })).toBe('/photos?half=%EF%BF%BD')
  })

  it('have the global prefix and that of the module', async () => {
    @Module({ imports: [App, RouterModule.register([{ path: 'media', module: App }])] })
    class Root {}
    const app = await linksOf(Root, (one) => one.setGlobalPrefix('api'))
    expect(app.link('photos.show', { id: 7 })).toBe('/api/media/photos/7')
  })

  it('of a host name it; an origin makes them absolute', async () => {
    const app = await linksOf(App)
    expect(app.link('tenants.home', { tenant: 'Acme', page: 1 })).toBe('//acme.example.com/home/1')
    const origin = 'https://www.example.com:8443'
    expect(app.link('tenants.home', { tenant: 'acme', page: 1 }, {}, { origin })).toBe(
      'https://acme.example.com:8443/home/1',
    )
    expect(app.link('photos.index', {}, {}, { origin })).toBe('https://www.example.com:8443/photos')
    for (const wrong of ['www.example.com', 'javascript:alert(1)', ''])
      expect(() => app.link('photos.index', {}, {}, { origin: wrong })).toThrow(
        expect.objectContaining({ code: 'CORBEL_LINK_ORIGIN' }),
      )
  })

  it.each(['', 'a.b', 'evil.com/', 'a b', '-a', 'a'.repeat(64), 'é', undefined])(
    'do not take %j for a label of a host',
    async (tenant) => {
      const app = await linksOf(App)
      expect(() => app.link('tenants.home', { tenant, page: 1 })).toThrow(
        expect.objectContaining({ code: 'CORBEL_LINK_PARAM' }),
      )
    },
  )

  it('fail with what is wrong', async () => {
    const app = await linksOf(App)
    const failing = (write: () => string) => {
      try {
        return write()
      } catch (error) {
        return `${(error as { code: string }).code}: ${(error as Error).message}`
      }
    }
    expect(failing(() => app.link('photos.nothing'))).toContain('CORBEL_LINK_UNKNOWN')
    expect(failing(() => app.link('photos.show'))).toContain('parameter "id" is missing')
    expect(failing(() => app.link('photos.show', { id: 'x' }))).toContain(
      'does not meet its constraint (\\d+)',
    )
    expect(failing(() => app.link('photos.show', { id: 1, page: 2 }))).toContain(
      'parameter "page" is not in the pattern; put it into the query',
    )
    expect(failing(() => app.link('photos.index', {}, { filter: {} as string }))).toContain(
      'CORBEL_LINK_QUERY',
    )
    expect(app.link('photos.index', {}, {})).toBe('/photos')
  })

  it('cannot be written before there are routes', async () => {
    @Injectable()
    class Early {
      constructor(links: Links) {
        links.link('photos.index')
      }
    }
    @Module({ imports: [App], providers: [Early] })
    class Root {}
    await expect(serve(Root)).rejects.toThrow('written before the routes are known')
    const early: unknown = expect.objectContaining({ code: 'CORBEL_LINK_EARLY' })
    expect(() => new Links().link('photos.index')).toThrow(early as Error)
  })

  it('are typed where the application says so', async () => {
    const app = await linksOf(App)
    expect(app.link('spec.typed', { id: 1, part: 'a' })).toBe('/typed/1/a')
    expect(app.link('spec.typed', { id: 1, part: 'a', size: 2 })).toBe('/typed/1/a/2')
    // @ts-expect-error -- a parameter is missing
    expect(() => app.link('spec.typed', { id: 1 })).toThrow('parameter "part" is missing')
    // @ts-expect-error -- there is no such parameter
    expect(() => app.link('spec.typed', { id: 1, part: 'a', other: 1 })).toThrow(
      '"other" is not in the pattern',
    )
    // @ts-expect-error -- parameters are needed
    expect(() => app.link('spec.typed')).toThrow('is missing')
    const all: RouteParams<'/a/:one/:two?/x-:three(a(b)c).:four/*rest'> = {
      one: 1,
      three: 'x',
      four: 2n,
      rest: 'r',
    }
    expect(Object.keys(all)).toHaveLength(4)
  })

  it('are in the description', async () => {
    const app = await linksOf(App)
    const names = app.describe().endpoints.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['photos.index', 'photos.show', 'tenants.home']))
    const links = app.get(Links)
    expect([links.has('photos.show'), links.has('photos.never')]).toEqual([true, false])
  })
})

describe('links to versions', () => {
  @Module({ controllers: [Versioned] })
  class Root {}

  it('have the version in the path', async () => {
    const app = await linksOf(Root, (one) => one.enableVersioning())
    expect(app.link('things.list')).toBe('/v1/things')
    expect(app.link('things.new')).toBe('/v2/things/new')
    expect(app.link('things.any')).toBe('/things/any')
    expect(app.link('things.many', {}, {}, { version: '2' })).toBe('/v2/things/many')
    expect(() => app.link('things.many')).toThrow('asks for no version, and the route has 1, 2')
    const unclear: unknown = expect.objectContaining({ code: 'CORBEL_LINK_VERSION' })
    expect(() => app.link('things.new', {}, {}, { version: '3' })).toThrow(unclear as Error)
  })

  it('take the default version, and none where a header names it', async () => {
    const app = await linksOf(Root, (one) => one.enableVersioning({ defaultVersion: '1' }))
    expect(app.link('things.many')).toBe('/v1/things/many')
    const other = await linksOf(Root, (one) => one.enableVersioning({ type: VersioningType.HEADER }))
    expect(other.link('things.new')).toBe('/things/new')
  })
})

describe('names', () => {
  it('used twice are an error at boot that tells both places', async () => {
    @Controller('a')
    class A {
      @Get() @Name('same') a() {}
    }
    @Controller('b')
    class B {
      @Get({ name: 'same' }) b() {}
    }
    @Module({ controllers: [A, B] })
    class Root {}
    await expect(serve(Root)).rejects.toThrow(
      /The route name "same" is used twice: by A\.a .* at .*links\.spec\.ts:\d+ and by B\.b .* at .*links\.spec\.ts:\d+/,
    )
  })

  it('may be the same in several versions', async () => {
    @Controller({ path: 'a', version: '1' })
    class A {
      @Get() @Name('same') a() {}
    }
    @Controller({ path: 'b', version: '2' })
    class B {
      @Get() @Name('same') b() {}
    }
    @Module({ controllers: [A, B] })
    class Root {}
    const app = await linksOf(Root, (one) => one.enableVersioning())
    expect(app.link('same', {}, {}, { version: '2' })).toBe('/v2/b')
  })

  it('on methods without a route, and empty ones, are errors at boot', async () => {
    class A {
      @Name('lost') lost() {}
      @Get() @Name('') empty() {}
    }
    Controller()(A)
    @Module({ controllers: [A] })
    class Root {}
    await expect(serve(Root)).rejects.toThrow(/@Name.*needs a name/s)
    await expect(serve(Root)).rejects.toThrow(/A\.lost in Root has @Name but no route/)
  })
})
