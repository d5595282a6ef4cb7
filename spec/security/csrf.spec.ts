import {
  All,
  AUDIT_LOG,
  Body,
  Controller,
  createApp,
  CsrfToken,
  Delete,
  Get,
  HttpCode,
  MemoryAuditLog,
  Module,
  Post,
  Session,
  SkipCsrf,
  type CreateAppOptions,
  type HttpRequest,
  type ModuleMetadata,
} from 'corbel'
import { Authenticated, AuthModule, BearerStrategy, Public, SessionStrategy } from 'corbel/auth'
import { SessionModule, Sessions, type HttpSession } from 'corbel/sessions'
import { serve, type Answer, type Served } from '../auth/served.js'

const SECRET = 'a secret of at least thirty-two characters'
const FORM = 'application/x-www-form-urlencoded'

@Controller()
class Bank {
  static transfers = 0

  @Get('login') page(@CsrfToken() token: string) {
    return { token }
  }
  @Post('login') @HttpCode(204) login(@Session() session: HttpSession, @Body('user') user: string) {
    session.login(user)
  }
  @Post('transfer') @HttpCode(200) transfer(@Session() session: HttpSession) {
    Bank.transfers += 1
    return { by: session.subject ?? null }
  }
  @Post('typed') @HttpCode(200) typed(@Session() _session: HttpSession, @Body() body: object) {
    return body
  }
  @Delete('account') remove(@Session() session: HttpSession) {
    return { removed: session.subject }
  }
  @All('any') any(@Session() _session: HttpSession) {
    return 'any'
  }
  @Get('balance') balance(@Session() session: HttpSession) {
    return { of: session.subject ?? null }
  }
  @SkipCsrf() @Post('webhook') @HttpCode(200) webhook() {
    return 'taken'
  }
}

@SkipCsrf()
@Controller('skipped')
class Skipped {
  @Post('all') @HttpCode(200) all() {
    return 'taken'
  }
  @SkipCsrf(false) @Post('not') @HttpCode(200) not() {
    return 'taken'
  }
}

type Headers = Record<string, string>

describe('CSRF', () => {
  let served: Served
  let log: MemoryAuditLog
  let cookie = ''
  const start = async (options: CreateAppOptions = {}, metadata: ModuleMetadata = {}) => {
    log = new MemoryAuditLog()
    served = await serve(
      {
        imports: [SessionModule.forRoot({ cookie: { secure: false } })],
        controllers: [Bank, Skipped],
        providers: [{ provide: AUDIT_LOG, useValue: log }],
        ...metadata,
      },
      { cookies: { secrets: [SECRET] }, ...options },
    )
  }
  const post = (path: string, headers: Headers = {}, body = '', method = 'POST'): Promise<Answer> =>
    served.send(path, { method, headers: { 'content-type': FORM, ...headers }, ...(body !== '' && { body }) })
  const login = async () => {
    cookie = (await post('/login', {}, 'user=ada')).cookies[0]!
    expect(cookie).toMatch(/^session=/)
  }
  afterEach(() => served?.close())

  describe('of somebody who is logged in', () => {
    beforeEach(async () => {
      await start()
      await login()
    })

    it.each<[string, Headers]>([
      ['a form of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
      ['a form of another site, in a browser without Fetch Metadata', { origin: 'https://evil.example' }],
      [
        'a script of another site with credentials',
        { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' },
      ],
      [
        'a page of another host of the domain',
        { 'sec-fetch-site': 'same-site', origin: 'http://a.127.0.0.1' },
      ],
      ['a sandboxed frame', { origin: 'null' }],
      [
        'a sandboxed frame, in a browser with Fetch Metadata',
        { 'sec-fetch-site': 'cross-site', origin: 'null' },
      ],
      ['nobody knows where', {}],
      ['an origin that only looks like ours', { origin: 'http://127.0.0.1.evil.example' }],
      ['an origin that has ours in it', { origin: 'http://evil.example/127.0.0.1' }],
      ['an origin with our name as its user', { origin: 'http://127.0.0.1@evil.example' }],
      ['two origins', { origin: 'http://127.0.0.1, https://evil.example' }],
      ['another port of our host', { origin: 'http://127.0.0.1:1' }],
      ['a word that no browser says', { 'sec-fetch-site': 'same-origin, cross-site' }],
      ['an extension', { origin: 'chrome-extension://abcdefgh' }],
    ])('refuses a request from %s', async (_name, headers) => {
      const before = Bank.transfers
      const answer = await post('/transfer', { cookie, ...headers })
      expect(answer.status).toBe(403)
      expect(answer.body).toMatchObject({ code: 'CORBEL_CSRF_REFUSED' })
      expect(Bank.transfers).toBe(before)
    })

    it('takes requests of its own pages', async () => {
      const own = { cookie, origin: served.url }
      expect((await post('/transfer', own)).body).toEqual({ by: 'ada' })
      expect((await post('/transfer', { cookie, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
      expect((await post('/account', own, '', 'DELETE')).body).toEqual({ removed: 'ada' })
      expect((await post('/any', own, '', 'PATCH')).status).toBe(200)
    })

    it('refuses every method that may change something', async () => {
      const foreign = { cookie, 'sec-fetch-site': 'cross-site' }
      expect((await post('/account', foreign, '', 'DELETE')).status).toBe(403)
      for (const method of ['PUT', 'PATCH', 'DELETE', 'POST'])
        expect((await post('/any', foreign, '', method)).status, method).toBe(403)
    })

    it('lets links of other sites lead to pages', async () => {
      const answer = await served.send('/balance', { headers: { cookie, 'sec-fetch-site': 'cross-site' } })
      expect(answer.body).toEqual({ of: 'ada' })
      expect(
        (await served.send('/any', { headers: { cookie, 'sec-fetch-site': 'cross-site' } })).status,
      ).toBe(200)
    })

    it('is not tricked by JSON in a form’s clothes, nor by any other content type', async () => {
      const body = JSON.stringify({ amount: 1 })
      for (const type of [
        'text/plain',
        FORM,
        'application/json',
        'application/csp-report',
        'multipart/form-data',
      ])
        expect(
          (await post('/transfer', { cookie, origin: 'https://evil.example', 'content-type': type }, body))
            .status,
          type,
        ).toBe(403)
    })

    it('is not tricked by a method in a header, a field or the query', async () => {
      const foreign = { cookie, origin: 'https://evil.example' }
      expect((await post('/transfer', { ...foreign, 'x-http-method-override': 'GET' })).status).toBe(403)
      expect((await post('/transfer?_method=GET', foreign, '_method=GET')).status).toBe(403)
    })

    it('says in the audit log what it has refused', async () => {
      await post('/transfer', { cookie, origin: 'https://evil.example' })
      expect(log.of('csrf.refused')).toMatchObject([
        { action: 'Bank.transfer', address: '127.0.0.1', details: { origin: 'https://evil.example' } },
      ])
    })
  })

  it('refuses forged logins, where no cookie is there yet', async () => {
    await start()
    const forged = await post('/login', { origin: 'https://evil.example' }, 'user=mallory')
    expect([forged.status, forged.cookies]).toEqual([403, []])
    expect((await post('/login', { 'sec-fetch-site': 'cross-site' }, 'user=mallory')).status).toBe(403)
    expect((await post('/login', { origin: 'null' }, 'user=mallory')).status).toBe(403)
    expect((await post('/login', { origin: served.url }, 'user=ada')).status).toBe(204)
    // no browser, and nobody to act for
    expect((await post('/login', {}, 'user=ada')).status).toBe(204)
  })

  it('is not tricked by middleware that puts another method in the place of the one that was sent', async () => {
    await start()
    await login()
    await served.close()
    @Module({
      imports: [SessionModule.forRoot({ cookie: { secure: false } })],
      controllers: [Bank],
    })
    class Root {}
    const app = await createApp(Root, { logger: false })
    app.use((request: HttpRequest, _response: unknown, next: () => void) => {
      request.method = (request.headers['x-http-method-override'] as string | undefined) ?? request.method
      next()
    })
    await app.listen(0, '127.0.0.1')
    const url = (await app.getUrl()).replace(/\/$/, '')
    const foreign = { cookie, 'sec-fetch-site': 'cross-site' }
    const overridden = (method: string, to: string) =>
      fetch(`${url}/any`, { method, headers: { ...foreign, 'x-http-method-override': to } })
    expect((await overridden('GET', 'DELETE')).status).toBe(403)
    expect((await overridden('POST', 'GET')).status).toBe(403)
    expect((await overridden('GET', 'HEAD')).status).toBe(200)
    await app.close()
  })

  it('takes requests from everywhere where a route says so', async () => {
    await start()
    const foreign = { cookie: 'session=x', origin: 'https://evil.example' }
    expect((await post('/webhook', foreign)).text).toBe('taken')
    expect((await post('/skipped/all', foreign)).text).toBe('taken')
    expect((await post('/skipped/not', foreign)).status).toBe(403)
  })

  it('takes requests from trusted origins, and from those alone', async () => {
    await start({ csrf: { trustedOrigins: ['https://app.example.com'] } })
    await login()
    const from = (origin: string) => post('/transfer', { cookie, origin, 'sec-fetch-site': 'same-site' })
    expect((await from('https://app.example.com')).status).toBe(200)
    for (const origin of ['http://app.example.com', 'https://example.com', 'https://app.example.com:8443'])
      expect((await from(origin)).status, origin).toBe(403)
  })

  it('goes by the host that a trusted proxy names, and wants TLS where it is known', async () => {
    await start({ trustProxy: 'loopback' })
    await login()
    const through = (origin: string) =>
      post('/transfer', { cookie, origin, 'x-forwarded-host': 'shop.example', 'x-forwarded-proto': 'https' })
    expect((await through('https://shop.example')).status).toBe(200)
    expect((await through('http://shop.example')).status).toBe(403)
    expect((await through(served.url)).status).toBe(403)
  })

  it('lets clients with credentials of their own through, unless they come with a cookie, too', async () => {
    @Controller()
    class Api {
      @Authenticated(['bearer', 'session']) @Post('api') @HttpCode(200) call() {
        return 'called'
      }
    }
    const tokens = { verify: async () => ({ sub: 'app' }) }
    await start(
      {},
      {
        imports: [
          SessionModule.forRoot({ cookie: { secure: false } }),
          AuthModule.forRootAsync({
            inject: [Sessions],
            useFactory: (sessions: Sessions) => ({
              strategies: [
                new BearerStrategy({ name: 'bearer', tokens: tokens as never }),
                new SessionStrategy({ read: ({ context }) => sessions.of(context) }),
              ],
              policy: 'public',
            }),
          }),
        ],
        controllers: [Bank, Api],
      },
    )
    await login()
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await post('/api', { ...foreign, authorization: 'Bearer x.y.z' })).status).toBe(200)
    expect((await post('/api', { ...foreign, authorization: 'Bearer x.y.z', cookie })).status).toBe(403)
    // a browser adds these by itself
    expect((await post('/api', { ...foreign, authorization: 'Basic eDp5' })).status).toBe(403)
  })

  describe('where no cookie says who calls', () => {
    @Controller()
    class Plain {
      @Post('plain') @HttpCode(200) plain() {
        return 'plain'
      }
    }
    @Public()
    @Controller()
    class Open extends Plain {}
    const foreign = { cookie: 'connect.sid=x', origin: 'https://evil.example' }

    it('is off', async () => {
      await start({}, { imports: [], controllers: [Plain], providers: [] })
      expect((await post('/plain', foreign)).text).toBe('plain')
    })

    it('is on for strategies that read a cookie', async () => {
      await start(
        {},
        {
          imports: [
            AuthModule.forRoot({
              strategies: [new SessionStrategy({ cookie: 'sid', read: () => undefined })],
            }),
          ],
          controllers: [Open],
          providers: [],
        },
      )
      expect((await post('/plain', foreign)).status).toBe(403)
      expect((await post('/plain', { cookie: 'other=1' })).text).toBe('plain')
      expect((await post('/plain', { cookie: 'sid=1' })).status).toBe(403)
    })

    it('is on where it is asked for: middleware may read cookies', async () => {
      await start({ csrf: true }, { imports: [], controllers: [Plain], providers: [] })
      expect((await post('/plain', foreign)).status).toBe(403)
      expect((await post('/plain', { cookie: 'connect.sid=x' })).status).toBe(403)
      expect((await post('/plain')).text).toBe('plain')
    })
  })

  it('can be turned off', async () => {
    await start({ csrf: false })
    await login()
    expect((await post('/transfer', { cookie, origin: 'https://evil.example' })).status).toBe(200)
  })

  it('takes requests from within the process that say nothing: nobody can forge them', async () => {
    await start()
    const ask = (headers: Headers) => served.app.inject({ method: 'POST', url: '/transfer', headers })
    expect((await ask({ cookie: 'session=x' })).statusCode).toBe(200)
    expect((await ask({ cookie: 'session=x', origin: 'https://evil.example' })).statusCode).toBe(403)
  })

  it('can leave requests alone that say nothing, but not those that say too much', async () => {
    await start({ csrf: { allowUnknown: true } })
    await login()
    expect((await post('/transfer', { cookie })).status).toBe(200)
    expect((await post('/transfer', { cookie, origin: 'null' })).status).toBe(403)
  })
})

describe('CSRF tokens', () => {
  let served: Served
  afterEach(() => served?.close())
  const start = async (options: CreateAppOptions = {}) => {
    served = await serve(
      { imports: [SessionModule.forRoot({ cookie: { secure: false } })], controllers: [Bank] },
      { cookies: { secrets: [SECRET] }, ...options },
    )
  }
  const page = async (cookie = '') => {
    const answer = await served.send('/login', { headers: { cookie } })
    const { token } = answer.body as { token: string }
    return { token, cookie: answer.cookies[0] ?? cookie, headers: answer.headers }
  }
  const send = async (path: string, headers: Headers, body?: string, type = FORM) =>
    (
      await served.send(path, {
        method: 'POST',
        headers: { 'content-type': type, ...headers },
        body: body ?? null,
      })
    ).status

  it('stand for the word of a browser that says nothing, as a header or as a field', async () => {
    await start()
    const { token, cookie } = await page()
    const both = `session=x; ${cookie}`
    expect(await send('/transfer', { cookie: both, 'x-csrf-token': token })).toBe(200)
    expect(await send('/transfer', { cookie: both, 'x-xsrf-token': token })).toBe(200)
    expect(await send('/transfer', { cookie: both, origin: 'null', 'x-csrf-token': token })).toBe(200)
    expect(await send('/typed', { cookie: both }, `_csrf=${encodeURIComponent(token)}`)).toBe(200)
    const json = JSON.stringify({ _csrf: token })
    expect(await send('/typed', { cookie: both }, json, 'application/json')).toBe(200)
  })

  it('do not open the door for other sites: who has stolen one needs a page of ours', async () => {
    await start()
    const { token, cookie } = await page()
    const headers = { cookie, 'x-csrf-token': token, origin: 'https://evil.example' }
    expect(await send('/transfer', headers)).toBe(403)
  })

  it('are good only as they were given, and beside their cookie', async () => {
    await start()
    const one = await page()
    const other = await page()
    const status = (token: string, cookie: string) =>
      send('/transfer', { cookie: `session=x; ${cookie}`, 'x-csrf-token': token })
    expect(await status(one.token, one.cookie)).toBe(200)
    expect(await status(other.token, one.cookie)).toBe(403)
    expect(await status(one.token, 'csrf=')).toBe(403)
    expect(await status(one.token, 'other=1')).toBe(403)
    expect(await status('', one.cookie)).toBe(403)
    expect(await status(`${one.token}x`, one.cookie)).toBe(403)
    expect(await status(one.token.slice(0, -3), one.cookie)).toBe(403)
    // plain double submit: the cookie itself is no token
    expect(await status(one.cookie.split('=')[1]!, one.cookie)).toBe(403)
    // a cookie that somebody has planted, and a token that he has made for it without the secret
    expect(await status('s:x.y.z', 'csrf=' + 'A'.repeat(43))).toBe(403)
    expect(await send('/typed', { cookie: `session=x; ${one.cookie}` }, `_csrf[]=${one.token}`)).toBe(403)
  })

  it('differ each time, keep their cookie, and are not for caches', async () => {
    await start()
    const first = await page()
    const second = await page(first.cookie)
    expect(second.token).not.toBe(first.token)
    expect(second.cookie).toBe(first.cookie)
    expect(first.headers.get('cache-control')).toBe('no-store')
    expect(first.headers.getSetCookie()[0]).toMatch(/^csrf=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/i)
    expect(
      await send('/transfer', { cookie: `session=x; ${first.cookie}`, 'x-csrf-token': second.token }),
    ).toBe(200)
  })

  it('belong to a cookie that other hosts of the domain cannot set, over TLS', async () => {
    await start({ trustProxy: 'loopback' })
    const secure = { 'x-forwarded-proto': 'https' }
    const answer = await served.send('/login', { headers: secure })
    expect(answer.headers.getSetCookie()[0]).toMatch(/^__Host-csrf=.*Secure/i)
    const { token } = answer.body as { token: string }
    const cookie = answer.cookies[0]!
    expect(
      await send('/transfer', { ...secure, cookie: `session=x; ${cookie}`, 'x-csrf-token': token }),
    ).toBe(200)
    // planted without the prefix
    const planted = cookie.replace('__Host-', '')
    expect(
      await send('/transfer', { ...secure, cookie: `session=x; ${planted}`, 'x-csrf-token': token }),
    ).toBe(403)
  })

  it('can be asked for always, as a second lock', async () => {
    await start({ csrf: { tokens: 'always' } })
    const { token, cookie } = await page()
    const own = { origin: served.url, cookie: `session=x; ${cookie}` }
    expect(await send('/transfer', own)).toBe(403)
    expect(await send('/transfer', { ...own, 'x-csrf-token': token })).toBe(200)
    expect(await send('/transfer', own, `_csrf=${encodeURIComponent(token)}`)).toBe(200)
    expect(await send('/login', { origin: served.url }, 'user=ada')).toBe(403)
    expect(await send('/transfer', { ...own, origin: 'https://evil.example', 'x-csrf-token': token })).toBe(
      403,
    )
  })

  it('survive a new secret in front of the old one', async () => {
    await start()
    const { token, cookie } = await page()
    await served.close()
    await start({ cookies: { secrets: ['another secret of at least 32 characters', SECRET] } })
    expect(await send('/transfer', { cookie: `session=x; ${cookie}`, 'x-csrf-token': token })).toBe(200)
    await served.close()
    await start({ cookies: { secrets: ['another secret of at least 32 characters'] } })
    expect(await send('/transfer', { cookie: `session=x; ${cookie}`, 'x-csrf-token': token })).toBe(403)
  })

  it('need a secret', async () => {
    served = await serve({ controllers: [Bank], imports: [SessionModule.forRoot()] }, { development: true })
    const answer = await served.send('/login', { headers: { accept: 'application/json' } })
    expect(answer.status).toBe(500)
    expect(answer.text).toContain('CSRF tokens need a secret')
    expect(answer.text).toContain('CORBEL_CSRF_SECRET_MISSING')
  })
})

describe('the options of csrf', () => {
  const boot = (csrf: CreateAppOptions['csrf']) => {
    @Module({})
    class Root {}
    return createApp(Root, { logger: false, csrf: csrf! })
  }

  it.each(['https://app.example.com/', 'app.example.com', '*', 'https://*.example.com', 'null', 'file:///x'])(
    'refuse %s as an origin',
    async (origin) => {
      await expect(boot({ trustedOrigins: [origin] })).rejects.toMatchObject({
        code: 'CORBEL_CSRF_OPTIONS_INVALID',
      })
    },
  )

  it('refuse a cookie without a name', async () => {
    await expect(boot({ cookie: 'a b' })).rejects.toThrow('is no name of a cookie')
  })
})
