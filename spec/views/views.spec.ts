import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  BootFailed,
  Controller,
  createApp,
  findView,
  Get,
  Header,
  HttpCode,
  Module,
  NotFoundException,
  Param,
  Query,
  Render,
  Res,
  UseInterceptors,
  type Application,
  type CallHandler,
  type ExecutionContext,
  type Interceptor,
  type ViewEngine,
  type WebResponse,
} from 'corbel'
import { nunjucksViews } from 'corbel/views'
import { of } from 'rxjs'
import { loadNunjucks } from '../../lib/views/nunjucks.js'
import { overProtocols } from '../support/protocols.js'
import { serve } from '../web/serve.js'

const folder = fileURLToPath(new URL('./templates', import.meta.url))

class Titled implements Interceptor {
  async intercept(_context: ExecutionContext, next: CallHandler) {
    return { ...((await next.handle()) as object), title: 'Titled' }
  }
}

const users = [{ name: '<b>Ada</b>' }]

@Controller()
class Pages {
  @Get('list') @Render('users/list') list() {
    return { title: 'Users', users }
  }
  @Get('promise') @Render('users/list.njk') async promise() {
    return { title: 'Later', users }
  }
  @Get('observable') @Render('users/list') observable() {
    return of({ title: 'Last', users })
  }
  @Get('intercepted') @Render('users/list') @UseInterceptors(Titled) intercepted() {
    return { title: 'Plain', users }
  }
  @Get('nothing') @Render('users/list') @HttpCode(202) @Header('x-page', 'yes') nothing() {}
  @Get('locals') @Render('users/list') locals(@Res({ passthrough: true }) response: WebResponse) {
    response.locals['title'] = 'Local'
  }
  @Get('xml') @Render('users/footer') @Header('content-type', 'application/xml') xml() {
    return { site: 'x' }
  }
  @Get('throws') @Render('users/list') throws() {
    throw new NotFoundException('no users')
  }
  @Get('redirects') @Render('users/list') redirects(@Res() response: WebResponse) {
    response.redirect('/list')
  }
  @Get('answers') @Render('users/footer') answers(@Res() _response: WebResponse) {
    return { site: 'by hand' }
  }
  @Get('broken') @Render('broken') broken() {
    return { user: { name: {} } }
  }
  @Get('by-hand/:view') byHand(@Param('view') view: string, @Res() response: WebResponse) {
    response.status(203).render(view, { site: 'Corbel', title: 'T' })
  }
  @Get('query') query(@Query('view') view: string, @Res() response: WebResponse) {
    response.render(view)
  }
  @Get('callback') callback(@Res() response: WebResponse) {
    response.render('users/footer', { site: 'x' }, (_error, html) => response.json({ html }))
  }
  @Get('callback-only') callbackOnly(@Query('view') view: string, @Res() response: WebResponse) {
    response.render(view, (error: unknown, html?: string) => {
      response.json({ html, code: (error as { code?: string } | null)?.code })
    })
  }
  @Get('dynamic') @Render('dynamic') dynamic(@Query('view') view: string) {
    return { view }
  }
}

@Module({ controllers: [Pages] })
class App {}

const withViews = (app: Application) =>
  app.setBaseViewsDir(folder).setViewEngine(nunjucksViews({ globals: { site: 'Corbel' } }))
const page = (title: string) => `<title>${title}</title><li>&lt;b&gt;Ada&lt;/b&gt;</li><i>Corbel</i>\n`

overProtocols('@Render', () => {
  it('renders what the handler returns, escaped', async () => {
    const { fetch } = await serve(App, {}, withViews)
    const answer = await fetch('/list')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
    expect(await answer.text()).toBe(page('Users'))
  })

  it.each([
    ['/promise', 'Later'],
    ['/observable', 'Last'],
    ['/intercepted', 'Titled'],
  ])('waits for results, and for interceptors: %s', async (path, title) => {
    const { text } = await serve(App, {}, withViews)
    expect(await text(path)).toBe(page(title))
  })

  it('keeps status and headers, and sees response.locals', async () => {
    const { fetch, text } = await serve(App, {}, withViews)
    const nothing = await fetch('/nothing')
    expect([nothing.status, nothing.headers.get('x-page')]).toEqual([202, 'yes'])
    expect(await nothing.text()).toBe('<title></title>\n')
    expect(await text('/locals')).toBe('<title>Local</title>\n')
    expect((await fetch('/xml')).headers.get('content-type')).toMatch(/^application\/xml/)
  })

  it('answers HEAD without a body', async () => {
    const { fetch } = await serve(App, {}, withViews)
    const answer = await fetch('/list', { method: 'HEAD' })
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(page('Users'))))
    expect(await answer.text()).toBe('')
  })

  it('leaves errors to filters, and errors of templates to the log', async () => {
    const errors: unknown[] = []
    const logger = { log() {}, warn() {}, error: (error: unknown) => errors.push(error) }
    const { fetch, json } = await serve(App, { logger: logger as never }, withViews)
    expect((await fetch('/throws')).status).toBe(404)
    expect(await json('/broken')).toMatchObject({ status: 500, message: 'Internal server error' })
    expect(String(errors[0])).toContain('broken')
  })

  it('leaves the answer to a handler that has answered', async () => {
    const { fetch, text } = await serve(App, {}, withViews)
    expect((await fetch('/redirects')).headers.get('location')).toBe('/list')
    expect(await text('/answers')).toBe('<i>by hand</i>')
  })
})

overProtocols('response.render', () => {
  it('answers with a view', async () => {
    const { fetch } = await serve(App, {}, withViews)
    const answer = await fetch('/by-hand/layout')
    expect([answer.status, await answer.text()]).toEqual([203, '<title>Corbel</title>\n'])
  })

  it('hands text or error to its callback', async () => {
    const { json } = await serve(App, {}, withViews)
    expect(await json('/callback')).toEqual({ html: '<i>x</i>' })
    expect(await json('/callback-only?view=users/footer')).toEqual({ html: '<i>Corbel</i>' })
    expect(await json('/callback-only?view=nowhere')).toEqual({ code: 'CORBEL_VIEW_UNKNOWN' })
  })

  it('says that there is no engine', async () => {
    @Controller()
    class Page {
      @Get() page(@Res() response: WebResponse) {
        response.render('page', (error: unknown) => response.json({ code: (error as { code: string }).code }))
      }
      @Get('answers') answers(@Res() response: WebResponse) {
        response.render('page')
      }
    }
    @Module({ controllers: [Page] })
    class Bare {}
    const { json, fetch } = await serve(Bare)
    expect(await json('/')).toEqual({ code: 'CORBEL_VIEW_ENGINE_MISSING' })
    expect((await fetch('/answers')).status).toBe(500)
  })
})

describe('the name of a view', () => {
  const hostile = [
    '../secret',
    '../secret.njk',
    'users/../../secret',
    './layout',
    '/etc/passwd',
    '..\\secret',
    'users//list',
    'C:layout',
    'layout.njk\0',
    '',
    '.',
    'users',
    'constructor',
    '__proto__',
  ]

  it.each(hostile)('never leads out of the folders: %j', async (name) => {
    expect(findView([folder], name, 'njk')).toBeUndefined()
    const { fetch } = await serve(App, {}, withViews)
    const query = `?view=${encodeURIComponent(name)}`
    expect((await fetch(`/query${query}`)).status).toBe(500)
    // the same for templates that include what they are told to
    if (name !== './layout') expect((await fetch(`/dynamic${query}`)).status).toBe(500)
  })

  it('is looked for in each folder', () => {
    expect(findView(['/nowhere', folder], 'users/list', 'njk')).toBe(join(folder, 'users/list.njk'))
    expect(findView([folder], 'users/list.njk', 'html')).toBe(join(folder, 'users/list.njk'))
  })
})

describe('boot', () => {
  const boot = async (configure: (app: Application) => unknown) => {
    const app = await createApp(App, { logger: false })
    configure(app)
    await app.init()
  }

  it('refuses views without an engine, all at once', async () => {
    const failure = await boot(() => undefined).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(BootFailed)
    expect((failure as Error).message).toContain('Pages.list renders the view "users/list"')
    expect((failure as Error).message).toContain('Pages.broken renders the view "broken"')
  })

  it('refuses views that are not there, or cannot be compiled', async () => {
    await expect(boot((app) => app.setViewEngine(nunjucksViews()))).rejects.toThrow(
      'There is no view "users/list"',
    )
    const bad = mkdtempSync(join(tmpdir(), 'corbel-views-'))
    writeFileSync(join(bad, 'page.njk'), '{% if %}')
    @Controller()
    class Page {
      @Get() @Render('page') page() {}
    }
    @Module({ controllers: [Page] })
    class Bad {}
    const app = await createApp(Bad, { logger: false })
    app.setBaseViewsDir([bad]).setViewEngine(nunjucksViews())
    await expect(app.init()).rejects.toThrow('page')
    rmSync(bad, { recursive: true })
  })

  it('explains a package that is missing', async () => {
    const load = (name: string) => {
      throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
    }
    expect(() => loadNunjucks(load)).toThrow('Run: npm install nunjucks')
    await expect(boot((app) => app.setViewEngine('no-such-engine'))).rejects.toMatchObject({
      code: 'CORBEL_PACKAGE_MISSING',
    })
    await expect(boot((app) => app.setViewEngine('cookie'))).rejects.toMatchObject({
      code: 'CORBEL_VIEW_ENGINE_INVALID',
    })
  })

  it('tells of the step in the plan', async () => {
    const { app } = await serve(App, {}, withViews)
    expect(JSON.stringify(app.describe())).toContain('render users/list')
  })
})

describe('engines', () => {
  @Controller()
  class Page {
    @Get() @Render('layout.njk') page() {
      return { title: 'x' }
    }
  }
  @Module({ controllers: [Page] })
  class Single {}

  it('may be those of the application', async () => {
    const engine: ViewEngine = { render: (view, locals) => `${view} ${JSON.stringify(locals)}` }
    const { text } = await serve(Single, {}, (app) => app.setViewEngine(engine))
    expect(await text('/')).toBe('layout.njk {"title":"x"}')
    const later: ViewEngine = { render: async (view) => view }
    const asynchronous = await serve(Single, {}, (app) => app.setViewEngine(() => later))
    expect(await asynchronous.text('/')).toBe('layout.njk')
  })

  it('may follow the convention of Express', async () => {
    const seen: Record<string, unknown>[] = []
    const { text, fetch } = await serve(Single, {}, (app) =>
      app
        .engine('njk', (path, options, callback) => {
          seen.push(options as Record<string, unknown>)
          if (seen.length > 1) callback(new Error('broken'))
          else callback(null, path)
        })
        .setBaseViewsDir(folder)
        .setViewEngine('njk'),
    )
    expect(await text('/')).toBe(join(folder, 'layout.njk'))
    expect(seen[0]).toMatchObject({
      title: 'x',
      settings: { views: folder, 'view engine': 'njk' },
      cache: true,
    })
    expect((await fetch('/')).status).toBe(500)
  })

  it('are configured: nunjucks with filters and strictness', async () => {
    @Controller()
    class Filtered {
      @Get() @Render('filters') page() {
        return { value: 'a<b' }
      }
    }
    @Module({ controllers: [Filtered] })
    class Root {}
    const filters = { shout: (text: string) => text.toUpperCase() }
    const { text } = await serve(Root, {}, (app) =>
      app.setBaseViewsDir(folder).setViewEngine(nunjucksViews({ filters })),
    )
    expect(await text('/')).toBe('A&lt;B')
    const unescaped = await serve(Root, {}, (app) =>
      app.setBaseViewsDir(folder).setViewEngine(nunjucksViews({ filters, autoescape: false })),
    )
    expect(await unescaped.text('/')).toBe('A<B')
    const strict = await serve(Root, {}, (app) =>
      app.setBaseViewsDir(folder).setViewEngine(
        nunjucksViews({
          throwOnUndefined: true,
          configure: (environment) => environment.addFilter('shout', filters.shout),
        }),
      ),
    )
    expect((await strict.fetch('/')).status).toBe(500)
  })

  it('see changed files in development only', async () => {
    const changing = mkdtempSync(join(tmpdir(), 'corbel-views-'))
    const file = join(changing, 'layout.njk')
    const configure = (app: Application) => app.setBaseViewsDir(changing).setViewEngine(nunjucksViews())
    for (const development of [true, false]) {
      writeFileSync(file, 'first')
      const { text } = await serve(Single, { development }, configure)
      expect(await text('/')).toBe('first')
      writeFileSync(file, 'second')
      expect(await text('/')).toBe(development ? 'second' : 'first')
    }
    rmSync(changing, { recursive: true })
  })
})
