import { fileURLToPath } from 'node:url'
import {
  Controller,
  createApp,
  Get,
  Module,
  Query,
  Render,
  Res,
  type ViewEngine,
  type WebResponse,
} from 'corbel'
import { nunjucksViews } from 'corbel/views'

const views = fileURLToPath(new URL('../views/templates', import.meta.url))

// #region render
@Controller('users')
class UsersPages {
  @Get()
  @Render('users/list')
  list(): object {
    return { title: 'Users', users: [{ name: 'Ada' }] } // what the view shows
  }

  @Get('page')
  page(@Query('title') title: string, @Res() response: WebResponse): void {
    response.status(203).render('users/list', { title })
  }
}
// #endregion

@Module({ controllers: [UsersPages] })
class AppModule {}

describe('docs/views.md', () => {
  it('renders', async () => {
    const logger = false
    // #region engine
    const app = await createApp(AppModule, { logger })
    app.setBaseViewsDir(views).setViewEngine(nunjucksViews({ globals: { site: 'Corbel' } }))
    // #endregion
    expect((await app.inject('/users')).body).toContain('<li>Ada</li>')
    const page = await app.inject('/users/page?title=%3Cb%3E')
    expect([page.status, page.body]).toEqual([203, '<title>&lt;b&gt;</title>\n'])
    await app.close()
  })

  it('takes other engines', async () => {
    const app = await createApp(AppModule, { logger: false })
    // #region own
    const engine: ViewEngine = {
      render: (view, locals) => `<h1>${view}</h1><pre>${JSON.stringify(Object.keys(locals))}</pre>`,
    }
    app.setViewEngine(engine)
    // #endregion
    expect((await app.inject('/users')).body).toBe('<h1>users/list</h1><pre>["title","users"]</pre>')
    await app.close()
  })
})
