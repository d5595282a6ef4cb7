import {
  Controller,
  Get,
  MemorySessionStore,
  Module,
  NotFoundException,
  Param,
  Query,
  Redirect,
  Req,
  Res,
  Session,
  type CreateAppOptions,
  type HttpRequest,
  type HttpResponse,
  type SessionStore,
} from 'corbel'
import { HttpSession, SessionModule, Sessions, UseSession, type SessionModuleOptions } from 'corbel/sessions'
import { clock, type Clock } from '../ports/clock.js'
import { serve, type Served } from '../web/serve.js'
import { Visitor } from './visitor.js'
import { eventually } from '../support/eventually.js'

/** Lets requests meet inside of their handlers. */
const gates = new Map<string, () => void>()

@Controller()
class Pages {
  constructor(private readonly sessions: Sessions) {}

  @Get('plain') plain() {
    return {}
  }
  @Get('count') count(@Session() session: HttpSession) {
    session['count'] = ((session['count'] as number | undefined) ?? 0) + 1
    return { count: session['count'] }
  }
  @Get('read') read(@Session() session: HttpSession, @Session('count') count?: number) {
    return { count, subject: session.subject, names: Object.keys(session) }
  }
  @Get('set/:name') async set(
    @Session() session: HttpSession,
    @Param('name') name: string,
    @Query('meet') meet?: string,
  ) {
    if (meet !== undefined) {
      const wait = new Promise<void>((resolve) => gates.set(name, resolve))
      await wait
    }
    session[name] = true
    return {}
  }
  @Get('login/:who') login(@Session() session: HttpSession, @Param('who') who: string) {
    session.login(who)
    return {}
  }
  @Get('rotate') rotate(@Session() session: HttpSession) {
    session.regenerate()
    return {}
  }
  @Get('logout') async logout(@Session() session: HttpSession) {
    await session.destroy()
    return {}
  }
  @Get('everywhere') async everywhere(@Session() session: HttpSession) {
    return { ended: await this.sessions.destroyAll(session.subject!, session.id) }
  }
  @Get('note') @Redirect('/notes') note(@Session() session: HttpSession) {
    session.flash('notes', 'saved')
  }
  @Get('notes') notes(@Session() session: HttpSession) {
    return session.flash('notes')
  }
  @Get('missing') missing(@Session() session: HttpSession) {
    session['count'] = 7
    throw new NotFoundException()
  }
  @Get('by-hand') byHand(@Session() session: HttpSession, @Res() response: HttpResponse) {
    session['count'] = 8
    response.write('a')
    response.write('b')
    response.end('c')
  }
  @Get('stream') async *stream(@Session() session: HttpSession) {
    session['count'] = 9
    yield 'a'
    yield 'b'
  }
  @Get('request') @UseSession() request(@Req() request: HttpRequest) {
    return { has: request['session'] instanceof HttpSession }
  }
  @Get('without') without(@Req() request: HttpRequest) {
    return { has: 'session' in request }
  }
  @Get('proto') proto(@Session() session: HttpSession) {
    Object.defineProperty(session, '__proto__', {
      value: { admin: true },
      enumerable: true,
      configurable: true,
    })
    return { admin: ({} as { admin?: boolean }).admin ?? false }
  }
}

const SECRETS = { cookies: { secrets: 'x'.repeat(32) } }
const NAME = '__Host-session'
let time: Clock
beforeEach(() => void (time = clock()))
const now = (): number => time.now()

async function visit(
  options: SessionModuleOptions = {},
  app: CreateAppOptions = {},
): Promise<{ served: Served; visitor: Visitor }> {
  @Module({ imports: [SessionModule.forRoot({ now, ...options })], controllers: [Pages] })
  class Root {}
  const served = await serve(Root, app)
  return { served, visitor: new Visitor(served) }
}

class CountingStore extends MemorySessionStore {
  readonly calls: string[] = []
  override read(id: string) {
    this.calls.push('read')
    return super.read(id)
  }
  override write(record: Parameters<SessionStore['write']>[0]) {
    this.calls.push('write')
    return super.write(record)
  }
  override touch(id: string, expiresAt: number) {
    this.calls.push('touch')
    return super.touch(id, expiresAt)
  }
}

const KINDS: readonly (readonly [string, SessionModuleOptions, CreateAppOptions])[] = [
  ['on the server', {}, {}],
  ['in an encrypted cookie', { store: 'cookie' }, SECRETS],
  ['in a signed cookie', { store: 'signed-cookie' }, SECRETS],
]

describe.each(KINDS)('sessions %s', (_kind, options, app) => {
  it('keep what handlers write, for this visitor', async () => {
    const { visitor: ada, served } = await visit(options, app)
    const bob = new Visitor(served)
    expect(await ada.get('/count')).toEqual({ count: 1 })
    expect(await ada.get('/count')).toEqual({ count: 2 })
    expect(await ada.get('/read')).toEqual({ count: 2, names: ['count'] })
    expect(await bob.get('/read')).toEqual({ names: [] })
  })

  it('are saved with redirects, errors, streams and what is answered by hand', async () => {
    const { visitor } = await visit(options, app)
    expect((await visitor.fetch('/missing')).status).toBe(404)
    expect(await visitor.get('/read')).toMatchObject({ count: 7 })
    expect(await (await visitor.fetch('/by-hand')).text()).toBe('abc')
    expect(await visitor.get('/read')).toMatchObject({ count: 8 })
    expect(await (await visitor.fetch('/stream')).text()).toContain('b')
    expect(await visitor.get('/read')).toMatchObject({ count: 9 })
    expect((await visitor.fetch('/note')).status).toBe(302)
    expect(await visitor.get('/notes')).toEqual(['saved'])
    expect(await visitor.get('/notes')).toEqual([])
  })

  it('end when they are not used, and at last however much they are', async () => {
    const { visitor } = await visit(options, app)
    await visitor.fetch('/count')
    time.later(29 * 60_000)
    expect(await visitor.get('/read')).toMatchObject({ count: 1 })
    time.later(29 * 60_000)
    expect(await visitor.get('/read')).toMatchObject({ count: 1 })
    time.later(31 * 60_000)
    expect(await visitor.get('/read')).toEqual({ names: [] })
    await visitor.fetch('/count')
    for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
      time.later(20 * 60_000)
      expect(await visitor.get('/read')).toMatchObject({ count: 1 })
    }
    time.later(20 * 60_000)
    expect(await visitor.get('/read')).toEqual({ names: [] })
  })

  it('end with a logout, and take the cookie away', async () => {
    const { visitor } = await visit(options, app)
    await visitor.fetch('/login/ada')
    await visitor.fetch('/logout')
    expect(visitor.set).toEqual([expect.stringMatching(/^__Host-session=;.*Expires=Thu, 01 Jan 1970/)])
    expect(await visitor.get('/read')).toEqual({ names: [] })
  })

  it('do not take names of the language for something else', async () => {
    const { visitor } = await visit(options, app)
    await visitor.fetch('/proto')
    expect(await visitor.get('/proto')).toEqual({ admin: false })
    expect(await visitor.get('/read')).toEqual({ names: ['__proto__'] })
  })

  it('refuse a cookie that was changed, or made for another name', async () => {
    const { visitor } = await visit(options, app)
    await visitor.fetch('/login/ada')
    const value = visitor.cookies.get(NAME)!
    for (const at of [0, 5, Math.floor(value.length / 2), value.length - 2]) {
      const other = value[at] === 'A' ? 'B' : 'A'
      visitor.cookies.set(NAME, value.slice(0, at) + other + value.slice(at + 1))
      expect(await visitor.get('/read')).toEqual({ names: [] })
    }
    visitor.cookies.clear()
    visitor.cookies.set('session', value)
    expect(await visitor.get('/read')).toEqual({ names: [] })
  })
})

describe('the cookie of a session', () => {
  it('goes to this host only, over TLS only, and to no script', async () => {
    const { visitor } = await visit()
    const answer = await visitor.fetch('/count')
    expect(visitor.set).toEqual([
      expect.stringMatching(/^__Host-session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ])
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('is not set where nothing is kept, and not again where nothing is new', async () => {
    const { visitor } = await visit()
    for (const path of ['/plain', '/read', '/notes']) {
      await visitor.fetch(path)
      expect(visitor.set).toEqual([])
    }
    await visitor.fetch('/count')
    await visitor.fetch('/count')
    expect(visitor.set).toEqual([])
  })

  it('outlives the browser where that is asked for', async () => {
    const { visitor } = await visit({ persistent: true, cookie: { secure: false } })
    await visitor.fetch('/count')
    expect(visitor.set).toEqual([expect.stringMatching(/^session=.*Max-Age=1800;(?!.*Secure)/)])
  })

  it('is refused with options that browsers would not take', () => {
    for (const options of [
      { cookie: { name: '__Host-a', secure: false } },
      { idleTimeout: '2d', absoluteTimeout: '1d' },
      { idleTimeout: 0 },
      { idleTimeout: 'soon' },
    ] satisfies SessionModuleOptions[])
      expect(() => new Sessions(options)).toThrow(
        expect.objectContaining({ code: 'CORBEL_SESSION_OPTIONS_INVALID' }),
      )
  })
})

describe('sessions on the server', () => {
  it('cost nothing where nobody asks for them', async () => {
    const store = new CountingStore({ now })
    const { visitor } = await visit({ store })
    await visitor.fetch('/count')
    store.calls.length = 0
    expect(await visitor.get('/plain')).toEqual({})
    expect(await visitor.get('/without')).toEqual({ has: false })
    expect(store.calls).toEqual([])
    expect(await visitor.get('/request')).toEqual({ has: true })
    expect(store.calls).toEqual(['read'])
  })

  it('are not written where nothing has changed', async () => {
    const store = new CountingStore({ now })
    const { visitor } = await visit({ store })
    await visitor.fetch('/count')
    store.calls.length = 0
    await visitor.fetch('/read')
    expect(store.calls).toEqual(['read'])
    time.later(5 * 60_000)
    await visitor.fetch('/read')
    expect(store.calls).toEqual(['read', 'read', 'touch'])
  })

  it('keep what requests at the same time write', async () => {
    const { visitor } = await visit()
    await visitor.fetch('/count')
    gates.delete('a')
    const slow = visitor.copy().fetch('/set/a?meet=1')
    await eventually(() => expect(gates.has('a')).toBe(true))
    await visitor.fetch('/set/b')
    gates.get('a')!()
    await slow
    expect(await visitor.get('/read')).toEqual({
      count: 1,
      names: expect.arrayContaining(['count', 'a', 'b']) as unknown,
    })
  })

  it('are not brought back by a request that was under way at the logout', async () => {
    const { visitor } = await visit()
    await visitor.fetch('/login/ada')
    const thief = visitor.copy()
    gates.delete('late')
    const late = thief.fetch('/set/late?meet=1')
    await eventually(() => expect(gates.has('late')).toBe(true))
    await visitor.fetch('/logout')
    gates.get('late')!()
    expect((await late).status).toBe(200)
    expect(await thief.get('/read')).toEqual({ names: [] })
  })

  it('end on all devices but this one', async () => {
    const { visitor, served } = await visit()
    const [phone, tablet, bob] = [new Visitor(served), new Visitor(served), new Visitor(served)]
    for (const one of [visitor, phone, tablet]) await one.fetch('/login/ada')
    await bob.fetch('/login/bob')
    expect(await visitor.get('/everywhere')).toEqual({ ended: 2 })
    expect(await visitor.get('/read')).toMatchObject({ subject: 'ada' })
    expect(await phone.get('/read')).toEqual({ names: [] })
    expect(await tablet.get('/read')).toEqual({ names: [] })
    expect(await bob.get('/read')).toMatchObject({ subject: 'bob' })
  })

  it('answer 503 rather than what was not saved where the store has failed', async () => {
    const store = new MemorySessionStore({ now })
    store.write = () => Promise.reject(Object.assign(new Error('lost'), { status: 503, expose: false }))
    const { visitor } = await visit({ store })
    for (const path of ['/count', '/by-hand', '/stream', '/note']) {
      const answer = await visitor.fetch(path)
      expect([path, answer.status, visitor.set]).toEqual([path, 503, []])
    }
  })

  it('say so where others change a session again and again', async () => {
    const store = new MemorySessionStore({ now })
    const { visitor } = await visit({ store })
    await visitor.fetch('/count')
    store.write = () => Promise.resolve(false)
    const answer = await visitor.fetch('/count')
    expect(answer.status).toBe(409)
    expect(await answer.json()).toMatchObject({ code: 'CORBEL_SESSION_CONFLICT' })
  })
})

describe('attacks on sessions', () => {
  it('cannot choose the id (fixation)', async () => {
    const { visitor, served } = await visit()
    const chosen = 'A'.repeat(43)
    visitor.cookies.set(NAME, chosen)
    await visitor.fetch('/count')
    expect(visitor.cookies.get(NAME)).not.toBe(chosen)
    const attacker = new Visitor(served)
    attacker.cookies.set(NAME, chosen)
    expect(await attacker.get('/read')).toEqual({ names: [] })
  })

  it('gain nothing by an id from before the login, or before a change of rights', async () => {
    const { visitor } = await visit()
    await visitor.fetch('/count')
    const before = visitor.copy()
    await visitor.fetch('/login/ada')
    expect(await visitor.get('/read')).toMatchObject({ subject: 'ada', count: 1 })
    expect(await before.get('/read')).toEqual({ names: [] })
    const older = visitor.copy()
    await visitor.fetch('/rotate')
    expect(await older.get('/read')).toEqual({ names: [] })
    expect(await visitor.get('/read')).toMatchObject({ subject: 'ada', count: 1 })
  })

  it('do not see what another subject has left in the browser', async () => {
    const { visitor } = await visit()
    await visitor.fetch('/login/ada')
    await visitor.fetch('/set/secret')
    await visitor.fetch('/login/bob')
    expect(await visitor.get('/read')).toEqual({ subject: 'bob', names: [] })
  })

  it('cannot use what the store holds as a cookie', async () => {
    const store = new MemorySessionStore({ now })
    const { visitor, served } = await visit({ store })
    await visitor.fetch('/login/ada')
    const [record] = await store.list('ada')
    const attacker = new Visitor(served)
    attacker.cookies.set(NAME, record!.id)
    expect(await attacker.get('/read')).toEqual({ names: [] })
    expect(JSON.stringify(record)).not.toContain(visitor.cookies.get(NAME))
  })

  it('find nothing to read in an encrypted cookie, and no way to end others', async () => {
    const { visitor } = await visit({ store: 'cookie' }, SECRETS)
    // long enough to be in no text by chance
    await visitor.fetch('/login/augusta-ada-king')
    const text = visitor.cookies.get(NAME)!
    expect(Buffer.from(decodeURIComponent(text).slice(2), 'base64url').toString('latin1')).not.toContain(
      'augusta',
    )
    const answer = await visitor.fetch('/everywhere')
    expect(answer.status).toBe(500)
    expect(() => new Sessions({ store: 'cookie' }).list('ada')).toThrow(
      expect.objectContaining({ code: 'CORBEL_SESSION_STORE_NEEDED' }),
    )
  })

  it('meet no sessions in cookies without secrets', async () => {
    const errors: unknown[] = []
    const { visitor } = await visit(
      { store: 'cookie' },
      { logger: { log() {}, warn() {}, error: (error: unknown) => errors.push(error) } },
    )
    expect((await visitor.fetch('/count')).status).toBe(500)
    expect(
      JSON.stringify(errors.map((error) => (error as { code?: string }).code ?? String(error))),
    ).toContain('CORBEL_SESSION_SECRET_MISSING')
  })

  it('have no session on other transports', () => {
    const rpc = { getType: () => 'rpc' }
    // a client of another adapter
    const ws = { getType: () => 'ws', switchToWs: () => ({ getClient: () => ({ handshake: {} }) }) }
    for (const host of [rpc, ws])
      expect(() => new Sessions().of(host as never)).toThrow(
        expect.objectContaining({ code: 'CORBEL_SESSION_TRANSPORT' }),
      )
  })
})
