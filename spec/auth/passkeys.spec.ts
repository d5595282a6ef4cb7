import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  MemoryAuditLog,
  MemoryCache,
  Param,
  Post,
  Query,
  Req,
  Res,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import { bindingOf, browserBinding } from 'corbel/auth'
import { MemoryPasskeyStore, Passkeys, type PasskeysOptions } from 'corbel/auth/passkeys'
import { loadWebAuthn } from '../../lib/auth/passkeys/webauthn.js'
import { clock } from '../ports/clock.js'
import { SoftAuthenticator, type Ceremony } from './authenticator.js'
import { json, serve, type Served } from './served.js'

const SHOP = { rpId: 'shop.example', rpName: 'Shop' }

let passkeys: Passkeys
let store: MemoryPasskeyStore
let log: MemoryAuditLog

@Controller('passkeys')
class PasskeysController {
  @Post('register/begin') @HttpCode(200) begin(
    @Query('as') account: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: WebResponse,
  ) {
    return passkeys.beginRegistration(
      { id: account, name: `${account}@example.org` },
      browserBinding(request, response),
    )
  }
  @Post('register/finish') finish(
    @Query('as') account: string,
    @Body() body: object,
    @Req() request: HttpRequest,
  ) {
    return passkeys.finishRegistration(account, body, bindingOf(request), 'Phone')
  }
  @Post('login/begin') @HttpCode(200) beginLogin(
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: WebResponse,
    @Query('as') account?: string,
  ) {
    return passkeys.beginLogin(browserBinding(request, response), account)
  }
  @Post('login/finish') @HttpCode(200) async finishLogin(@Body() body: object, @Req() request: HttpRequest) {
    const { account, factors } = await passkeys.finishLogin(body, bindingOf(request))
    return { account, factors }
  }
  @Get() list(@Query('as') account: string) {
    return passkeys.list(account)
  }
  @Delete(':id') async remove(@Query('as') account: string, @Param('id') id: string) {
    return { removed: await passkeys.remove(account, id) }
  }
}

interface Begun {
  readonly challenge: string
  readonly user: { readonly id: string }
  readonly allowCredentials?: readonly { readonly id: string }[]
  readonly [member: string]: unknown
}

/** A browser, which keeps the cookie that challenges are bound to. */
class Browser {
  cookie = ''
  constructor(private readonly served: Served) {}

  async post(path: string, body: unknown = {}) {
    const answer = await this.served.send(path, json(body, { cookie: this.cookie }))
    this.cookie = answer.cookies[0] ?? this.cookie
    return answer
  }
  async begin(path: string): Promise<Begun> {
    return (await this.post(path)).body as Begun
  }
}

describe('Passkeys', () => {
  let served: Served
  let browser: Browser
  let authenticator: SoftAuthenticator
  const use = (options: Partial<PasskeysOptions> = {}) => {
    store = new MemoryPasskeyStore()
    log = new MemoryAuditLog()
    passkeys = new Passkeys({ ...SHOP, store, audit: log, ...options })
  }
  const register = async (account = 'ada', ceremony?: Ceremony, device = authenticator) => {
    const options = await browser.begin(`/passkeys/register/begin?as=${account}`)
    return browser.post(`/passkeys/register/finish?as=${account}`, device.create(options, ceremony))
  }
  const login = async (ceremony?: Ceremony, path = '', device = authenticator) => {
    const options = await browser.begin(`/passkeys/login/begin${path}`)
    return browser.post('/passkeys/login/finish', device.get(options, ceremony))
  }
  beforeAll(async () => {
    served = await serve({ controllers: [PasskeysController] })
  })
  beforeEach(() => {
    use()
    browser = new Browser(served)
    authenticator = new SoftAuthenticator()
  })
  afterAll(() => served.close())

  it('are made by who is logged in, and shown without a name', async () => {
    const made = await register()
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      id: authenticator.id,
      account: 'ada',
      name: 'Phone',
      transports: ['internal'],
    })
    const shown = await login()
    expect([shown.status, shown.body]).toEqual([200, { account: 'ada', factors: ['hwk', 'user', 'mfa'] }])
    expect(store.find(authenticator.id)).toMatchObject({ counter: 2, usedAt: expect.any(Number) })
    expect(log.events.map(({ action, outcome, actor }) => [action, outcome, actor])).toEqual([
      ['add', 'success', 'ada'],
      ['login', 'success', 'ada'],
    ])
  })

  it('begin with what browsers need, and with nothing that names the account', async () => {
    const options = await browser.begin('/passkeys/register/begin?as=ada')
    expect(options).toMatchObject({
      rp: { id: 'shop.example', name: 'Shop' },
      attestation: 'none',
      timeout: 300_000,
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    })
    expect(Buffer.from(options.user.id, 'base64url')).toHaveLength(32)
    const asked = await browser.begin('/passkeys/login/begin')
    expect(asked).toMatchObject({ rpId: 'shop.example', userVerification: 'required' })
    expect(asked.allowCredentials ?? []).toEqual([])
  })

  it('are not made twice by one authenticator', async () => {
    await register()
    const options = (await browser.begin('/passkeys/register/begin?as=ada')) as unknown as {
      excludeCredentials: { id: string }[]
    }
    expect(options.excludeCredentials.map(({ id }) => id)).toEqual([authenticator.id])
    expect((await register()).status).toBe(400)
    // §7.1 step 26: nor taken over by somebody else
    expect((await register('mallory')).status).toBe(400)
    expect(store.find(authenticator.id)!.account).toBe('ada')
  })

  it('serve as a second factor of a known account', async () => {
    await register()
    const options = await browser.begin('/passkeys/login/begin?as=ada')
    expect(options.allowCredentials!.map(({ id }) => id)).toEqual([authenticator.id])
    // security keys do not tell whose they are when they were named
    expect((await login({ userHandle: null }, '?as=ada')).body).toMatchObject({ account: 'ada' })
  })

  it('are listed and removed by their owner alone', async () => {
    await register()
    const remove = async (account: string) =>
      (await served.send(`/passkeys/${authenticator.id}?as=${account}`, { method: 'DELETE' })).body
    expect(await remove('mallory')).toEqual({ removed: false })
    expect((await served.send('/passkeys?as=ada')).body).toHaveLength(1)
    expect(await remove('ada')).toEqual({ removed: true })
    expect((await login()).status).toBe(401)
  })

  describe('under attack', () => {
    it.each<[string, Ceremony]>([
      ['another origin', { origin: 'https://shop.example.evil.example' }],
      ['a subdomain that was not named', { origin: 'https://blog.shop.example' }],
      ['http', { origin: 'http://shop.example' }],
      ['another port', { origin: 'https://shop.example:8443' }],
      ['another rp id', { rpId: 'evil.example' }],
      ['a frame of another site', { crossOrigin: true }],
      ['another ceremony', { type: 'webauthn.create' }],
      ['nobody before the authenticator', { userPresent: false }],
      ['somebody whom the authenticator does not know', { userVerified: false }],
      ['a counter that goes back', { counter: 1 }],
      ['a counter that stands still', { counter: 5 }],
      ['a handle of another user', { userHandle: 'AAAA' }],
      ['no handle, where the user has chosen', { userHandle: null }],
      ['a passkey that nobody knows', { credentialId: 'AAAA' }],
    ])('refuse %s at a login', async (_name, ceremony) => {
      await register('ada', { counter: 5 })
      const refused = await login(ceremony)
      expect(refused.status).toBe(401)
      // which check it was is nobody's business
      expect(refused.body).toMatchObject({ code: 'CORBEL_AUTH_CREDENTIALS_INVALID' })
      expect(refused.text).toContain('the passkey was not accepted')
      expect(store.find(authenticator.id)!.counter).toBe(5)
      expect(log.events.at(-1)).toMatchObject({ action: 'login', outcome: 'failure' })
      // and nothing is broken by it
      expect((await login({ counter: 9 })).status).toBe(200)
    })

    it.each<[string, Ceremony]>([
      ['another origin', { origin: 'https://evil.example' }],
      ['another rp id', { rpId: 'evil.example' }],
      ['another ceremony', { type: 'webauthn.get' }],
      ['a frame of another site', { crossOrigin: true }],
      ['somebody whom the authenticator does not know', { userVerified: false }],
      ['nobody before the authenticator', { userPresent: false }],
    ])('refuse %s at a registration', async (_name, ceremony) => {
      const refused = await register('ada', ceremony)
      expect([refused.status, refused.body]).toMatchObject([400, { code: 'CORBEL_PASSKEY_REFUSED' }])
      expect(await passkeys.list('ada')).toEqual([])
    })

    it('refuse an answer that comes a second time', async () => {
      await register()
      const options = await browser.begin('/passkeys/login/begin')
      const answer = authenticator.get(options)
      expect((await browser.post('/passkeys/login/finish', answer)).status).toBe(200)
      expect((await browser.post('/passkeys/login/finish', answer)).status).toBe(401)
      // also for authenticators that do not count
      const other = authenticator.get(options, { counter: 99 })
      expect((await browser.post('/passkeys/login/finish', other)).status).toBe(401)
    })

    it('refuse challenges of another browser, of another purpose, and their own invention', async () => {
      await register()
      const options = await browser.begin('/passkeys/login/begin')
      const thief = new Browser(served)
      expect((await thief.post('/passkeys/login/finish', authenticator.get(options))).status).toBe(401)
      await thief.begin('/passkeys/login/begin')
      expect((await thief.post('/passkeys/login/finish', authenticator.get(options))).status).toBe(401)
      expect((await browser.post('/passkeys/login/finish', authenticator.get(options))).status).toBe(200)
      const registration = await browser.begin('/passkeys/register/begin?as=ada')
      expect((await browser.post('/passkeys/login/finish', authenticator.get(registration))).status).toBe(401)
      const invented = { challenge: 'A'.repeat(43) }
      expect((await browser.post('/passkeys/login/finish', authenticator.get(invented))).status).toBe(401)
    })

    it('refuse a registration that was begun for another account', async () => {
      const options = await browser.begin('/passkeys/register/begin?as=mallory')
      const made = authenticator.create(options)
      expect((await browser.post('/passkeys/register/finish?as=ada', made)).status).toBe(400)
    })

    it('refuse the passkey of another user where an account was named, and a key that is not its own', async () => {
      await register()
      const malice = new SoftAuthenticator()
      await register('mallory', undefined, malice)
      expect((await login(undefined, '?as=ada', malice)).status).toBe(401)
      // a signature of his own key under her id
      const handle = { credentialId: authenticator.id, userHandle: authenticator.userHandle, counter: 50 }
      expect((await login(handle, '', malice)).status).toBe(401)
    })

    it('refuse what is no answer of an authenticator', async () => {
      await browser.begin('/passkeys/login/begin')
      const { challenge } = await browser.begin('/passkeys/login/begin')
      const clientDataJSON = Buffer.from(
        JSON.stringify({ challenge, origin: 'https://shop.example' }),
      ).toString('base64url')
      for (const body of [
        {},
        [],
        { response: null },
        { response: { clientDataJSON: 7 } },
        { response: { clientDataJSON: 'x'.repeat(9000) } },
        { response: { clientDataJSON: Buffer.from('null').toString('base64url') } },
        { id: {}, response: { clientDataJSON } },
        { id: '__proto__', response: { clientDataJSON } },
      ])
        expect((await browser.post('/passkeys/login/finish', body)).status, JSON.stringify(body)).toBe(401)
      expect((await browser.post('/passkeys/register/finish?as=ada', {})).status).toBe(400)
    })

    it('let one of two copies in that come at once', async () => {
      await register()
      const [one, other] = [
        await browser.begin('/passkeys/login/begin'),
        await browser.begin('/passkeys/login/begin'),
      ]
      const answers = [authenticator.get(one), authenticator.get(other, { counter: 2 })]
      const statuses = await Promise.all(
        answers.map(async (answer) => (await browser.post('/passkeys/login/finish', answer)).status),
      )
      expect(statuses.sort()).toEqual([200, 401])
    })

    it('refuse answers that took too long', async () => {
      const time = clock()
      use({ cache: new MemoryCache({ now: time.now }), lifetime: '2m' })
      await register()
      const options = await browser.begin('/passkeys/login/begin')
      time.later(120_001)
      expect((await browser.post('/passkeys/login/finish', authenticator.get(options))).status).toBe(401)
    })
  })

  it('take authenticators that do not count, and those without a PIN where that is enough', async () => {
    use({ userVerification: 'preferred' })
    await register('ada', { counter: 0, userVerified: false })
    expect((await login({ counter: 0, userVerified: false })).body).toEqual({
      account: 'ada',
      factors: ['hwk', 'user'],
    })
    expect((await login({ counter: 0 })).status).toBe(200)
  })

  it('do not take a store that fails for a passkey that is wrong', async () => {
    await register()
    jest.spyOn(store, 'use').mockRejectedValue(new Error('connection lost') as never)
    expect((await login()).status).toBe(500)
    jest.spyOn(store, 'add').mockRejectedValue(new Error('connection lost') as never)
    expect((await register('ben', undefined, new SoftAuthenticator())).status).toBe(500)
  })

  it('take named origins, and any port of localhost in development', async () => {
    use({ origins: ['https://shop.example', 'https://app.shop.example'] })
    expect((await register('ada', { origin: 'https://app.shop.example' })).status).toBe(201)
    use({ rpId: 'localhost' })
    authenticator = new SoftAuthenticator('http://localhost:4321', 'localhost')
    expect((await register()).status).toBe(201)
    expect((await login({ origin: 'http://localhost.evil.example' })).status).toBe(401)
  })
})

describe('the options of Passkeys', () => {
  it.each<[Partial<PasskeysOptions>, string]>([
    [{ rpId: 'https://shop.example' }, 'is no domain'],
    [{ rpId: '127.0.0.1' }, 'is no domain'],
    [{ rpId: '' }, 'is no domain'],
    [{ origins: ['https://evil.example'] }, 'is no host of shop.example'],
    [{ origins: ['https://notshop.example'] }, 'is no host of shop.example'],
    [{ origins: ['http://shop.example'] }, 'has no https'],
    [{ origins: ['https://shop.example/'] }, 'Write https://shop.example'],
    [{ origins: ['shop'] }, 'is no origin'],
  ])('%j: %s', (options, message) => {
    expect(() => new Passkeys({ ...SHOP, store: new MemoryPasskeyStore(), ...options })).toThrow(message)
  })

  it('explain a package that is missing', async () => {
    const missing = Object.assign(new Error("Cannot find package '@simplewebauthn/server'"), {
      code: 'ERR_MODULE_NOT_FOUND',
    })
    await expect(loadWebAuthn(() => Promise.reject(missing))).rejects.toThrow(
      'Run: npm install @simplewebauthn/server',
    )
  })
})
