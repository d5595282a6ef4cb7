import { IsEmail, IsString } from 'class-validator'
import {
  Body,
  ConsoleLogger,
  Controller,
  Get,
  Header,
  HttpCode,
  Patch,
  Post,
  Query,
  Redirect,
  Res,
  type WebResponse,
} from 'corbel'
import { Authenticated, AuthModule, BasicStrategy, CurrentUser, Public, type Principal } from 'corbel/auth'
import { AuthorizationModule, Roles } from 'corbel/authorization'
import { basic, json, serve, withAuthorization, type Served } from '../auth/served.js'

class Profile {
  @IsString() name: string
  @IsEmail() email: string
}

class Account extends Profile {
  role = 'member'
  isAdmin = false
}

@Public()
@Controller()
class Target {
  static account = Object.assign(new Account(), { name: 'ada', email: 'ada@example.com' })

  @Patch('account') update(@Body() profile: Profile) {
    return Object.assign(Target.account, profile)
  }
  @Post('merge') @HttpCode(200) merge(@Body() body: Record<string, unknown>) {
    const merged = Object.assign({}, body)
    return { polluted: ({} as Record<string, unknown>)['polluted'] ?? null, own: Object.keys(merged) }
  }
  @Get('redirect') @Redirect() redirect(@Query('to') to: string) {
    return { url: to }
  }
  @Get('header') header(@Query('value') value: string, @Res({ passthrough: true }) response: WebResponse) {
    response.setHeader('x-note', value)
    return 'sent'
  }
  @Get('cookie') cookie(@Query('value') value: string, @Res({ passthrough: true }) response: WebResponse) {
    response.cookie('note', value)
    return 'sent'
  }
  @Get('download') download(@Query('name') name: string, @Res({ passthrough: true }) response: WebResponse) {
    response.attachment(name)
    return 'sent'
  }
  @Get('page') @Header('content-type', 'text/html; charset=utf-8') page() {
    return '<p>page</p>'
  }
}

@Controller('admin')
class Admin {
  @Roles('admin') @Get() list(@CurrentUser() user: Principal) {
    return { for: user.id }
  }
  @Authenticated() @Roles('admin') @Get('deep/list') deep() {
    return 'deep'
  }
}

describe('attacks that are nobody’s in particular', () => {
  let served: Served
  beforeAll(async () => {
    const strategies = [
      new BasicStrategy({ verify: (id) => ({ id, roles: id === 'root' ? ['admin'] : ['member'] }) }),
    ]
    served = await serve({
      imports: [AuthModule.forRoot({ strategies }), AuthorizationModule.forRoot()],
      controllers: [Target, Admin],
    })
  })
  afterAll(() => served.close())

  it('mass assignment: what a class does not name is not taken over (API3)', async () => {
    const body = {
      name: 'Ada',
      email: 'ada@example.org',
      role: 'admin',
      isAdmin: true,
      constructor: 1,
      id: 7,
    }
    const answer = await served.send('/account', { ...json(body), method: 'PATCH' })
    expect(answer.body).toEqual({ name: 'Ada', email: 'ada@example.org', role: 'member', isAdmin: false })
  })

  it.each([
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"a":{"__proto__":{"polluted":true}}}',
    '{"\\u005f\\u005fproto__":{"polluted":true}}',
  ])('prototype pollution: %s changes no other object', async (body) => {
    const answer = await served.send('/merge', { ...json({}), body })
    expect([200, 400]).toContain(answer.status)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    if (answer.status === 200) expect(answer.body).toMatchObject({ polluted: null })
  })

  it('prototype pollution by queries and forms changes no other object', async () => {
    for (const query of [
      '__proto__[polluted]=1',
      'constructor[prototype][polluted]=1',
      '__proto__.polluted=1',
    ]) {
      await served.send(`/redirect?to=/&${query}`)
      await served.send('/merge', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: query,
      })
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    }
  })

  it.each(['redirect?to=', 'header?value=', 'cookie?value=', 'download?name='])(
    'header injection: %s ends no line',
    async (path) => {
      for (const evil of [
        '/x%0d%0aSet-Cookie:%20evil=1',
        '/x%0aX-Evil:%201',
        '/x%0d%0a%0d%0a<script>',
        '/x%00',
      ]) {
        const { status, headers, text } = await served.send(`/${path}${evil}`)
        expect(headers.get('x-evil'), path + evil).toBeNull()
        expect(headers.getSetCookie().filter((line) => line.startsWith('evil'))).toEqual([])
        expect(text).not.toMatch(/^<script>/)
        expect(status).toBeLessThan(600)
      }
    },
  )

  it('path tricks: no spelling of a path gets past a rule (API5)', async () => {
    const member = withAuthorization(basic('ada', 'x'))
    for (const path of [
      '/admin',
      '/admin/',
      '//admin',
      '/%61dmin',
      '/admin%2f',
      '/./admin',
      '/x/../admin',
      '/admin;x=1',
      '/admin?x=1',
      '/admin/deep/list',
      '/admin/%64eep/list',
      '/admin//deep/list',
    ]) {
      const answer = await served.send(path, member)
      expect([400, 403, 404], path).toContain(answer.status)
    }
    expect((await served.send('/admin', withAuthorization(basic('root', 'x')))).status).toBe(200)
  })

  it('method tricks: HEAD, OPTIONS and overrides get past no rule', async () => {
    const member = withAuthorization(basic('ada', 'x'))
    expect((await served.send('/admin', { ...member, method: 'HEAD' })).status).toBe(403)
    expect((await served.send('/admin', { ...member, method: 'OPTIONS' })).text).toBe('')
    for (const name of [
      'x-http-method-override',
      'x-http-method',
      'x-method-override',
      'x-original-url',
      'x-rewrite-url',
    ])
      expect((await served.send('/page', { headers: { [name]: '/admin' } })).text, name).toBe('<p>page</p>')
  })

  it('roles come from the server, whatever the client says', async () => {
    const { headers } = withAuthorization(basic('ada', 'x')) as { headers: Record<string, string> }
    const answer = await served.send('/admin?roles=admin&user[roles]=admin', {
      headers: { ...headers, 'x-roles': 'admin', 'x-user': '{"roles":["admin"]}', cookie: 'roles=admin' },
    })
    expect(answer.status).toBe(403)
  })

  it('errors tell nothing of the inside, pages cannot be framed or sniffed', async () => {
    const page = await served.send('/page')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect(page.headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(page.headers.get('content-security-policy')).toContain("object-src 'none'")
    for (const name of ['server', 'x-powered-by']) expect(page.headers.get(name)).toBeNull()
  })

  describe('log injection', () => {
    let lines: string[]
    beforeEach(() => {
      lines = []
      for (const stream of [process.stdout, process.stderr])
        jest.spyOn(stream, 'write').mockImplementation((text) => {
          lines.push(String(text))
          return true
        })
    })
    afterEach(() => jest.restoreAllMocks())
    const FORGED = '2026-01-01T00:00:00.000Z ERROR  [Auth] forged'
    const NASTY = 'a\u001b[2J\u009b2J\u0007\u007f\u0000\u202e\u2028\r\nb'
    // eslint-disable-next-line no-control-regex -- what must not be there
    const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u202e]/

    it('a message stays one line', () => {
      new ConsoleLogger().log(`user a\r\n${FORGED}`)
      expect(lines[0]!.trimEnd()).not.toMatch(/[\r\n]/)
    })

    it('no line of an error or of a stack looks like one of the log', () => {
      const logger = new ConsoleLogger()
      logger.error(new Error(`no such user: x\n${FORGED}\r${FORGED}`))
      logger.error('It broke', `Error: x\n    at here\n${FORGED}`)
      expect(lines).toHaveLength(2)
      for (const line of lines) {
        expect(line).toContain('forged')
        expect(
          line
            .trimEnd()
            .split(/[\r\n]/)
            .slice(1)
            .filter((one) => !/^\s/.test(one)),
        ).toEqual([])
      }
    })

    it.each([true, false])('nothing commands the terminal (JSON: %s)', (json) => {
      const circle: Record<string, unknown> = { name: NASTY }
      circle['self'] = circle
      const logger = new ConsoleLogger({ json, context: NASTY })
      for (const one of [NASTY, { name: NASTY }, circle, new Error(NASTY)]) logger.log(one)
      logger.log('detail', NASTY, 'Place')
      expect(lines).toHaveLength(5)
      for (const line of lines) expect(line.slice(0, -1)).not.toMatch(CONTROLS)
      expect(lines[0]).toContain(json ? 'a\\\\x1b[2J\\\\x9b2J' : 'a\\x1b[2J\\x9b2J')
    })
  })
})
