import { Body, Controller, createApp, Delete, Get, Inject, Module, Post, Session } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { TypeOrmStoresModule } from 'corbel/database/typeorm/stores'
import { HttpSession, SessionModule, Sessions } from 'corbel/sessions'

// #region controller
@Controller('cart')
class CartController {
  @Post()
  add(@Session() session: HttpSession, @Body('item') item: string) {
    const items = (session['items'] as string[] | undefined) ?? []
    session['items'] = [...items, item] // saved before the answer leaves
    return session['items']
  }
}
// #endregion

// #region login
@Controller('session')
class SessionController {
  constructor(@Inject(Sessions) private readonly sessions: Sessions) {}

  @Post()
  login(@Session() session: HttpSession) {
    // … the password was right
    session.login('ada') // another id, so that nobody who knew the old one is logged in, too
    session.flash('notice', 'Welcome back')
  }

  @Get()
  show(@Session() session: HttpSession) {
    return { subject: session.subject, notices: session.flash('notice') }
  }

  @Delete()
  async logout(@Session() session: HttpSession) {
    await session.destroy()
  }

  @Delete('others')
  async logoutElsewhere(@Session() session: HttpSession) {
    return { ended: await this.sessions.destroyAll(session.subject!, session.id) }
  }
}
// #endregion

// #region module
@Module({
  imports: [SessionModule.forRoot({ idleTimeout: '30m', absoluteTimeout: '12h' })],
  controllers: [CartController, SessionController],
})
class AppModule {}
// #endregion

// #region database
@Module({
  imports: [
    TypeOrmModule.forRoot({ database: ':memory:', synchronize: true }),
    TypeOrmStoresModule.forRoot(),
    SessionModule.forRoot(),
  ],
  controllers: [CartController],
})
class SharedModule {}
// #endregion

describe('docs/sessions.md', () => {
  it('keeps what belongs to a visitor', async () => {
    const app = await createApp(AppModule, { logger: false })
    const first = await app.inject({ method: 'POST', url: '/cart', payload: { item: 'tea' } })
    const cookie = String(first.headers['set-cookie']).split(';', 1)[0]!
    const login = await app.inject({ method: 'POST', url: '/session', headers: { cookie } })
    const known = { cookie: String(login.headers['set-cookie']).split(';', 1)[0]! }
    expect(known.cookie).not.toBe(cookie)
    const shown = await app.inject({ url: '/session', headers: known })
    expect(shown.json()).toEqual({ subject: 'ada', notices: ['Welcome back'] })
    const more = await app.inject({ method: 'POST', url: '/cart', headers: known, payload: { item: 'cake' } })
    expect(more.json()).toEqual(['tea', 'cake'])
    const others = await app.inject({ method: 'DELETE', url: '/session/others', headers: known })
    expect(others.json()).toEqual({ ended: 0 })
    await app.inject({ method: 'DELETE', url: '/session', headers: known })
    expect((await app.inject({ url: '/session', headers: known })).json()).toEqual({ notices: [] })
    await app.close()
  })

  it('keeps it in the database of the application, too', async () => {
    const app = await createApp(SharedModule, { logger: false })
    await app.init()
    const first = await app.inject({ method: 'POST', url: '/cart', payload: { item: 'tea' } })
    const cookie = String(first.headers['set-cookie']).split(';', 1)[0]!
    const again = await app.inject({
      method: 'POST',
      url: '/cart',
      headers: { cookie },
      payload: { item: 'cake' },
    })
    expect(again.json()).toEqual(['tea', 'cake'])
    await app.close()
  })
})
