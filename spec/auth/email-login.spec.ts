import {
  Body,
  Controller,
  HttpCode,
  MemoryMailer,
  Post,
  Req,
  Res,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import { bindingOf, browserBinding, EmailLogin, OneTimeCodes, OneTimeTokens } from 'corbel/auth'
import { json, serve, type Served } from './served.js'

describe('EmailLogin', () => {
  let served: Served
  let mailer: MemoryMailer
  let login: EmailLogin

  beforeEach(async () => {
    mailer = new MemoryMailer()
    login = new EmailLogin({
      mailer,
      find: (address) => (address === 'ada@a.example' ? 'ada' : undefined),
      page: 'https://app.example/login/mail',
    })
    @Controller('login')
    class LoginController {
      @Post('link')
      @HttpCode(202)
      link(
        @Body() { email }: { email: unknown },
        @Req() request: HttpRequest,
        @Res({ passthrough: true }) response: WebResponse,
      ) {
        return login.sendLink(email, browserBinding(request, response))
      }

      @Post('link/take')
      @HttpCode(200)
      async takeLink(@Body() { token }: { token: unknown }, @Req() request: HttpRequest) {
        return { id: await login.takeLink(token, bindingOf(request)) }
      }

      @Post('code')
      @HttpCode(202)
      code(
        @Body() { email }: { email: unknown },
        @Req() request: HttpRequest,
        @Res({ passthrough: true }) response: WebResponse,
      ) {
        return login.sendCode(email, browserBinding(request, response))
      }

      @Post('code/take')
      @HttpCode(200)
      async takeCode(@Body() { code }: { code: unknown }, @Req() request: HttpRequest) {
        return { id: await login.takeCode(code, bindingOf(request)) }
      }
    }
    served = await serve({ controllers: [LoginController] })
  })
  afterEach(() => served.close())

  /** Asks for a link or a code; gives what the mail says and the browser's cookie. */
  async function ask(kind: 'link' | 'code', email: unknown = 'ada@a.example', cookie = '') {
    const answer = await served.send(`/login/${kind}`, json({ email }, { cookie }))
    await login.settled()
    const text = mailer.sent.at(-1)?.text ?? ''
    const secret = (kind === 'link' ? /#token=([\w-]{43})/ : /(\d{6})/).exec(text)?.[1]
    return { answer, secret, cookie: answer.cookies[0] ?? '' }
  }
  const takeLink = (token: unknown, cookie = '') =>
    served.send('/login/link/take', json({ token }, { cookie }))
  const takeCode = (code: unknown, cookie = '') => served.send('/login/code/take', json({ code }, { cookie }))
  const guess = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0')

  it('logs in by a link, once, in the browser that has asked', async () => {
    const { answer, secret, cookie } = await ask('link')
    expect(answer.headers.get('set-cookie')).toMatch(
      /^__Host-corbel-browser=.*; HttpOnly; Secure; SameSite=Lax$/i,
    )
    expect((await takeLink(secret)).status).toBe(401)
    expect((await takeLink(secret, '__Host-corbel-browser=' + 'A'.repeat(43))).status).toBe(401)
    expect((await takeLink(secret, cookie)).body).toEqual({ id: 'ada' })
    const again = await takeLink(secret, cookie)
    expect([again.status, again.body]).toMatchObject([401, { code: 'CORBEL_AUTH_ONE_TIME_INVALID' }])
  })

  it('logs in by a code, once, in the browser that has asked', async () => {
    const { secret, cookie } = await ask('code')
    expect((await takeCode(secret)).status).toBe(401)
    expect((await takeCode(`${secret!.slice(0, 3)} ${secret!.slice(3)}`, cookie)).body).toEqual({ id: 'ada' })
    expect((await takeCode(secret, cookie)).status).toBe(401)
  })

  it('gives up a code after five wrong tries, also where they come at once', async () => {
    const { secret, cookie } = await ask('code')
    const wrong = guess(secret!)
    const answers = await Promise.all(Array.from({ length: 5 }, () => takeCode(wrong, cookie)))
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401])
    expect((await takeCode(secret, cookie)).status).toBe(401)
    const next = await ask('code', 'ada@a.example', cookie)
    expect((await takeCode(next.secret, cookie)).status).toBe(200)
  })

  it('lets one of many that take the same at once through', async () => {
    const link = await ask('link')
    const code = await ask('code')
    const links = await Promise.all(Array.from({ length: 5 }, () => takeLink(link.secret, link.cookie)))
    const codes = await Promise.all(Array.from({ length: 5 }, () => takeCode(code.secret, code.cookie)))
    for (const answers of [links, codes])
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('answers for unknown addresses as for known ones, and sends them nothing', async () => {
    for (const kind of ['link', 'code'] as const) {
      const known = await ask(kind)
      const sent = mailer.sent.length
      const unknown = await ask(kind, 'nobody@a.example')
      const nonsense = await ask(kind, { $gt: '' })
      expect(mailer.sent).toHaveLength(sent)
      for (const { answer } of [unknown, nonsense])
        expect([answer.status, answer.text]).toEqual([known.answer.status, known.answer.text])
    }
  })

  it('logs nobody in by a code that was guessed for an address without an account', async () => {
    const cookie = `__Host-corbel-browser=${'B'.repeat(43)}`
    const issue = jest.spyOn(OneTimeCodes.prototype, 'issue')
    await ask('code', 'nobody@a.example', cookie)
    const code = await (issue.mock.results[0]!.value as Promise<string>)
    issue.mockRestore()
    expect((await takeCode(code, cookie)).status).toBe(401)
  })

  it('keeps the token out of logs and Referer: it stands behind the #', async () => {
    await ask('link')
    const { href, search, pathname } = new URL(/https:\S+/.exec(mailer.sent[0]!.text)![0])
    expect([href.includes('#token='), search, pathname]).toEqual([true, '', '/login/mail'])
  })

  it('bounds the mails to one address', async () => {
    for (let i = 0; i < 5; i += 1) expect((await ask('link')).answer.status).toBe(202)
    const locked = (await ask('code')).answer
    expect([locked.status, locked.headers.get('retry-after')]).toEqual([429, '3600'])
  })
})

describe('OneTimeTokens', () => {
  it('are worth nothing for another purpose, after their time, or as anything but text', async () => {
    const tokens = new OneTimeTokens()
    const token = await tokens.issue('one', { a: 1 })
    for (const wrong of [undefined, null, '', 7, [token], { token }, `${token}=`])
      await expect(tokens.take('one', wrong)).rejects.toMatchObject({ code: 'CORBEL_AUTH_ONE_TIME_INVALID' })
    await expect(tokens.take('other', token)).rejects.toMatchObject({ status: 401 })
    expect(await tokens.take('one', token)).toEqual({ a: 1 })
    const short = await tokens.issue('one', 1, { lifetime: 0 })
    await expect(tokens.take('one', short)).rejects.toMatchObject({ status: 401 })
  })
})
