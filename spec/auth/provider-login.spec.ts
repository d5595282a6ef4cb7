import { Controller, Get, Query, Redirect, Req, Res, type HttpRequest, type WebResponse } from 'corbel'
import { bindingOf, browserBinding } from 'corbel/auth'
import {
  AccountLinks,
  apple,
  discord,
  facebook,
  github,
  google,
  MemoryAccountLinkStore,
  microsoft,
  ProviderLogin,
  type ExternalIdentity,
  type Provider as LoginProvider,
} from 'corbel/auth/oidc'
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { jwtVerify } from 'jose'
import { Provider } from 'oidc-provider'
import { loadOpenIdClient } from '../../lib/auth/oidc/openid-client.js'
import { serve, type Served } from './served.js'

const CLIENT = { clientId: 'corbel', clientSecret: 'a secret of the client' }

/** An OpenID provider that logs everybody in as ada, or refuses, without asking. */
async function startProvider(
  redirectUri: string,
): Promise<{ server: Server; issuer: string; refuse: { next: boolean } }> {
  const refuse = { next: false }
  let provider: Provider
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return provider.callback()(request, response)
    void (async () => {
      const { params } = await provider.interactionDetails(request, response)
      const grant = new provider.Grant({ accountId: 'ada', clientId: params['client_id'] })
      grant.addOIDCScope('openid email profile')
      const result = refuse.next
        ? { error: 'access_denied', error_description: 'no\r\nforged line' }
        : { login: { accountId: 'ada' }, consent: { grantId: await grant.save() } }
      refuse.next = false
      await provider.interactionFinished(request, response, result)
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['a key of the specs'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@a.example`, email_verified: true, name: 'Ada' }),
    }),
  })
  return { server, issuer, refuse }
}

/** A browser: keeps cookies by host, and follows redirects until one leads back to the application. */
class Browser {
  private readonly cookies = new Map<string, Map<string, string>>()

  async get(url: string): Promise<{ status: number; location: string | null; body: unknown }> {
    const { host } = new URL(url)
    const jar = this.cookies.get(host) ?? new Map<string, string>()
    this.cookies.set(host, jar)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      jar.set(name!, value!)
    }
    const text = await response.text()
    const location = response.headers.get('location')
    return { status: response.status, location, body: text.startsWith('{') ? JSON.parse(text) : text }
  }

  /** @returns where the provider sends the browser back to */
  async logIn(start: string, back: string): Promise<string> {
    let url = start
    for (let hops = 0; hops < 10; hops += 1) {
      const { location } = await this.get(url)
      if (location === null) throw new Error(`no redirect from ${url}`)
      url = new URL(location, url).href
      if (url.startsWith(back)) return url
    }
    throw new Error('too many redirects')
  }
}

describe('ProviderLogin at an OpenID provider', () => {
  let provider: Awaited<ReturnType<typeof startProvider>>
  let served: Served
  let login: ProviderLogin
  let callback: string

  beforeAll(async () => {
    @Controller('login')
    class LoginController {
      @Get()
      @Redirect()
      async begin(
        @Query('to') to: string | undefined,
        @Req() request: HttpRequest,
        @Res({ passthrough: true }) response: WebResponse,
      ) {
        return { url: (await login.begin(browserBinding(request, response), to)).href }
      }

      @Get('callback')
      async finish(@Query() query: Record<string, unknown>, @Req() request: HttpRequest) {
        const { identity, returnTo } = await login.finish(query, bindingOf(request))
        return { ...identity, claims: undefined, returnTo }
      }
    }
    served = await serve({ controllers: [LoginController] })
    callback = `${served.url}/login/callback`
    provider = await startProvider(callback)
    login = new ProviderLogin(
      { name: 'own', issuer: provider.issuer, redirectUri: callback, ...CLIENT },
      { outbound: { allowPrivate: true, timeout: 60_000 } },
    )
  })
  afterAll(async () => {
    await served.close()
    provider.server.closeAllConnections()
    provider.server.close()
  })

  const begin = (to = '') => `${served.url}/login${to === '' ? '' : `?to=${encodeURIComponent(to)}`}`

  it('tells who it is, and where he wanted to go; the answer is good once', async () => {
    const browser = new Browser()
    const back = await browser.logIn(begin('/orders?page=2'), callback)
    const answer = await browser.get(back)
    expect([answer.status, answer.body]).toEqual([
      200,
      {
        provider: 'own',
        subject: 'ada',
        email: 'ada@a.example',
        emailVerified: true,
        name: 'Ada',
        returnTo: '/orders?page=2',
      },
    ])
    expect((await browser.get(back)).body).toMatchObject({
      status: 401,
      code: 'CORBEL_AUTH_ONE_TIME_INVALID',
    })
  })

  it('asks with PKCE, state and nonce', async () => {
    const { location } = await new Browser().get(begin())
    const asked = new URL(location!).searchParams
    expect(asked.get('code_challenge_method')).toBe('S256')
    for (const name of ['code_challenge', 'state', 'nonce']) expect(asked.get(name)).toMatch(/^[\w-]{43}$/)
  })

  it.each(['https://evil.example', '//evil.example', '/\\evil.example'])('leads nobody to %s', async (to) => {
    const browser = new Browser()
    const { body } = await browser.get(await browser.logIn(begin(to), callback))
    expect(body).toMatchObject({ returnTo: '/' })
  })

  it('refuses an answer in a browser that has not asked (login CSRF)', async () => {
    const [attacker, victim] = [new Browser(), new Browser()]
    const back = await attacker.logIn(begin(), callback)
    expect((await victim.get(back)).status).toBe(401)
    await victim.get(begin())
    expect((await victim.get(back)).status).toBe(401)
    expect((await attacker.get(back)).status).toBe(200)
  })

  it('refuses a forged state, a forged code and a code of another login', async () => {
    const [attacker, victim] = [new Browser(), new Browser()]
    const [theirs, own] = [await attacker.logIn(begin(), callback), await victim.logIn(begin(), callback)]
    const mixed = new URL(own)
    mixed.searchParams.set('state', 'A'.repeat(43))
    expect((await victim.get(mixed.href)).body).toMatchObject({ code: 'CORBEL_AUTH_ONE_TIME_INVALID' })
    // the code of another login does not fit to the verifier of this one (PKCE)
    mixed.searchParams.set('state', new URL(own).searchParams.get('state')!)
    mixed.searchParams.set('code', new URL(theirs).searchParams.get('code')!)
    expect((await victim.get(mixed.href)).body).toMatchObject({
      status: 401,
      code: 'CORBEL_AUTH_PROVIDER_REFUSED',
    })
  })

  it('refuses an answer of another issuer (mix-up, RFC 9207)', async () => {
    const browser = new Browser()
    const back = new URL(await browser.logIn(begin(), callback))
    back.searchParams.set('iss', 'https://evil.example')
    expect((await browser.get(back.href)).body).toMatchObject({ code: 'CORBEL_AUTH_PROVIDER_REFUSED' })
  })

  it('says that the provider has refused, without its words', async () => {
    provider.refuse.next = true
    const browser = new Browser()
    const { body } = await browser.get(await browser.logIn(begin(), callback))
    expect(body).toMatchObject({ status: 401, code: 'CORBEL_AUTH_PROVIDER_REFUSED' })
    expect(JSON.stringify(body)).not.toContain('forged')
  })
})

describe('ProviderLogin', () => {
  const base = { name: 'own', redirectUri: 'https://app.example/callback', ...CLIENT }

  it('does not take a provider that is down for a wrong login, and asks again', async () => {
    const login = new ProviderLogin(
      { ...base, issuer: 'http://127.0.0.1:1' },
      { outbound: { allowPrivate: true } },
    )
    for (let i = 0; i < 2; i += 1)
      await expect(login.begin('b'.repeat(43))).rejects.toMatchObject({
        code: 'CORBEL_AUTH_PROVIDER_FAILED',
        status: 502,
      })
  })

  it('refuses providers in private networks, and options that make no sense', () => {
    const make =
      (provider: Partial<LoginProvider>, options = {}) =>
      () =>
        new ProviderLogin({ ...base, ...provider }, options)
    expect(make({ issuer: 'https://169.254.169.254' })).toThrow(/private network/)
    expect(make({ issuer: 'http://id.example' })).toThrow(/https:/)
    expect(make({})).toThrow(/issuer or endpoints/)
    const endpoints = {
      issuer: 'https://a.example',
      authorization: 'https://a.example/a',
      token: 'https://a.example/t',
    }
    expect(make({ endpoints })).toThrow(/identify/)
    expect(make({ issuer: 'https://a.example' }, { home: '//evil.example' })).toThrow(/home/)
  })

  it('says how to install openid-client', async () => {
    const missing = async () =>
      Promise.reject(
        Object.assign(new Error("Cannot find package 'openid-client'"), { code: 'ERR_MODULE_NOT_FOUND' }),
      )
    await expect(loadOpenIdClient(missing)).rejects.toThrow(/npm install openid-client/)
  })
})

describe('the presets', () => {
  const client = { clientId: 'id', clientSecret: 'secret', redirectUri: 'https://app.example/callback' }

  it('can be used as they are', () => {
    const key = generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
    const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString()
    const all = [
      google(client),
      microsoft(client),
      github(client),
      facebook(client),
      discord(client),
      apple({ ...client, key: { teamId: 't', keyId: 'k', privateKey: pem } }),
    ]
    expect(all.map((one) => new ProviderLogin(one).name)).toEqual([
      'google',
      'microsoft',
      'github',
      'facebook',
      'discord',
      'apple',
    ])
  })

  it('prove who asks to Apple by a token of five minutes', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const { clientSecret } = apple({ ...client, key: { teamId: 't', keyId: 'k', privateKey: pem } })
    // a second passes each time that somebody looks at the clock
    const Real = Date
    let time = Real.now()
    class Hasty extends Real {
      constructor(...given: [] | [number]) {
        super(given[0] ?? (time += 1000))
      }
      static override now = () => (time += 1000)
    }
    vi.stubGlobal('Date', Hasty)
    const secret = await (clientSecret as () => Promise<string>)()
    vi.unstubAllGlobals()
    const { payload, protectedHeader } = await jwtVerify(secret, publicKey, {
      issuer: 't',
      subject: 'id',
      audience: 'https://appleid.apple.com',
      clockTolerance: 60,
    })
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: 'k' })
    expect(payload.exp! - payload.iat!).toBe(300)
  })

  it('vouch for no address that the provider does not vouch for', async () => {
    const answers: Record<string, unknown> = {
      'https://api.github.com/user': { id: 7, login: 'ada', email: 'public@a.example' },
      'https://api.github.com/user/emails': [
        { email: 'old@a.example', primary: false, verified: true },
        { email: 'new@a.example', primary: true, verified: false },
      ],
      'https://discord.com/api/users/@me': {
        id: '8',
        email: 'ada@a.example',
        verified: false,
        username: 'ada',
      },
      'https://graph.facebook.com/v23.0/me?fields=id,name,email': {
        id: '9',
        email: 'ada@a.example',
        name: 'Ada',
      },
    }
    const get = async (url: string) => answers[url]
    expect(await github(client).identify!({}, get)).toEqual({
      subject: '7',
      emailVerified: false,
      name: 'ada',
    })
    expect(await discord(client).identify!({}, get)).toMatchObject({ subject: '8', emailVerified: false })
    expect(await facebook(client).identify!({}, get)).toMatchObject({ subject: '9', emailVerified: false })
    const claims = { sub: 's', tid: 't', email: 'admin@victim.example', email_verified: true }
    expect(await microsoft(client).identify!(claims, get)).toMatchObject({
      subject: 't.s',
      emailVerified: false,
    })
  })
})

describe('AccountLinks', () => {
  const identity = (parts: Partial<ExternalIdentity> = {}): ExternalIdentity => ({
    provider: 'google',
    subject: 's1',
    email: 'ada@a.example',
    emailVerified: true,
    claims: {},
    ...parts,
  })
  const linksWith = (emailVerified: boolean, byVerifiedEmail?: boolean) =>
    new AccountLinks({
      links: new MemoryAccountLinkStore(),
      findByEmail: (email) => (email === 'ada@a.example' ? { id: 'ada', emailVerified } : undefined),
      create: ({ subject }) => `new ${subject}`,
      ...(byVerifiedEmail !== undefined && { byVerifiedEmail }),
    })

  it('make an account once for somebody new', async () => {
    const links = linksWith(true)
    const other = identity({ email: 'ben@b.example' })
    expect(await links.resolve(other)).toEqual({ account: 'new s1', how: 'created' })
    expect(await links.resolve(other)).toEqual({ account: 'new s1', how: 'known' })
  })

  it('do not open an account by its address alone', async () => {
    const attacks = [
      [linksWith(true), identity()],
      [linksWith(true, true), identity({ emailVerified: false })],
      // somebody has registered the address of another before its owner came
      [linksWith(false, true), identity()],
    ] as const
    for (const [links, one] of attacks)
      await expect(links.resolve(one)).rejects.toMatchObject({
        code: 'CORBEL_AUTH_ACCOUNT_EXISTS',
        status: 409,
      })
    expect(await linksWith(true, true).resolve(identity())).toEqual({ account: 'ada', how: 'linked' })
  })

  it('link with the account of who is logged in, unless it is linked with another', async () => {
    const links = linksWith(true)
    await links.link(identity(), 'ada')
    await links.link(identity(), 'ada')
    expect(await links.resolve(identity())).toEqual({ account: 'ada', how: 'known' })
    await expect(links.link(identity(), 'ben')).rejects.toMatchObject({
      code: 'CORBEL_AUTH_IDENTITY_TAKEN',
      status: 409,
    })
  })
})
