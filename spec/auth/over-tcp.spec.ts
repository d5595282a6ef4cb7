import { Body, Controller, createApp, Delete, Get, HttpCode, Module, Post, type Application } from 'corbel'
import {
  Attempts,
  Authenticated,
  AuthModule,
  BearerStrategy,
  CurrentUser,
  JwksVerifier,
  JwtModule,
  JwtService,
  OneTimeTokens,
  Public,
} from 'corbel/auth'
import { MemorySecondFactorStore, SecondFactor } from 'corbel/auth/totp'
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TOTP } from 'otpauth'

let app: Application
let url: string
const listen = async (module: new () => object): Promise<void> => {
  app = await createApp(module, { logger: false, shutdownSignals: false })
  await app.listen(0, '127.0.0.1')
  url = await app.getUrl()
}
afterEach(() => app.close())

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const post = async (
  path: string,
  body: object,
): Promise<{ status: number; body: Record<string, string> }> => {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return { status: response.status, body: (await response.json()) as Record<string, string> }
}

describe('a second factor over TCP', () => {
  const steps = new OneTimeTokens()
  let now = 1_700_000_000_000
  let factor: SecondFactor
  const codeAt = (secret: string, time: number) => new TOTP({ secret }).generate({ timestamp: time })

  @Public()
  @Controller('login')
  class LoginController {
    constructor(private readonly tokens: JwtService) {}
    @Post() @HttpCode(200) async password(@Body('name') name: string) {
      const claims = { sub: name, amr: ['pwd'], auth_time: Math.floor(Date.now() / 1000) }
      if (!(await factor.isEnrolled(name))) return { token: await this.tokens.sign(claims) }
      return { step: await steps.issue('second factor', name) }
    }
    @Post('code') @HttpCode(200) async code(@Body() { step, code }: { step: string; code: string }) {
      const name = await steps.take<string>('second factor', step)
      const shown = await factor.verify(name, code)
      const claims = { sub: name, amr: ['pwd', shown.factor], auth_time: Math.floor(Date.now() / 1000) }
      return { token: await this.tokens.sign(claims) }
    }
  }
  @Controller('account')
  class AccountController {
    @Get() show(@CurrentUser('id') id: string) {
      return { id }
    }
    @Authenticated({ factors: ['otp'], maxAge: '10m' }) @Delete() @HttpCode(204) delete() {}
  }
  @Module({
    imports: [
      AuthModule.forRootAsync({
        imports: [JwtModule.register({ secret: 'a secret of a spec with enough bytes', global: true })],
        inject: [JwtService],
        useFactory: (tokens: JwtService) => ({ strategies: [new BearerStrategy({ tokens })] }),
      }),
    ],
    controllers: [LoginController, AccountController],
  })
  class AppModule {}

  const remove = async (token: string): Promise<number> =>
    (await fetch(`${url}/account`, { method: 'DELETE', headers: bearer(token) })).status

  it('opens what the password alone does not, and no code opens it twice', async () => {
    factor = new SecondFactor({
      store: new MemorySecondFactorStore(),
      issuer: 'Shop',
      attempts: new Attempts({ wait: '5m' }),
      now: () => now,
    })
    await listen(AppModule)
    const weak = (await post('/login', { name: 'ada' })).body['token']!
    expect((await fetch(`${url}/account`, { headers: bearer(weak) })).status).toBe(200)
    expect(await remove(weak)).toBe(401)

    const { secret } = await factor.enrol('ada', 'ada@shop.example')
    await factor.confirm('ada', codeAt(secret, now))
    now += 300_000
    const first = (await post('/login', { name: 'ada' })).body['step']!
    // a step is no token, and a wrong code uses it up
    expect(await remove(first)).toBe(401)
    const good = [-30_000, 0, 30_000].map((offset) => codeAt(secret, now + offset))
    const wrong = ['000000', '111111', '222222', '333333'].find((code) => !good.includes(code))
    expect((await post('/login/code', { step: first, code: wrong })).status).toBe(401)
    expect((await post('/login/code', { step: first, code: codeAt(secret, now) })).status).toBe(401)
    const second = (await post('/login', { name: 'ada' })).body['step']!
    const strong = await post('/login/code', { step: second, code: codeAt(secret, now) })
    expect([strong.status, await remove(strong.body['token']!)]).toEqual([200, 204])
    // seen over a shoulder: neither the step nor the code is good again
    expect((await post('/login/code', { step: second, code: codeAt(secret, now) })).status).toBe(401)
    const third = (await post('/login', { name: 'ada' })).body['step']!
    expect((await post('/login/code', { step: third, code: codeAt(secret, now) })).status).toBe(401)
  })
})

describe('tokens of another issuer over TCP', () => {
  let issuer: Server
  let keys: JWK[]

  beforeEach(async () => {
    issuer = createServer((_, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
    })
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => new Promise((resolve) => issuer.close(resolve)))

  it('are taken by the keys that it publishes, and no others', async () => {
    const own = await generateKeyPair('ES256')
    const other = await generateKeyPair('ES256')
    keys = [{ ...(await exportJWK(own.publicKey)), kid: '1', alg: 'ES256' }]
    const tokens = new JwksVerifier({
      issuer: 'https://id.example',
      audience: 'api',
      keys: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`,
      outbound: { allowPrivate: true, timeout: 60_000 },
    })
    @Controller()
    class Me {
      @Get() id(@CurrentUser('id') id: string) {
        return { id }
      }
    }
    @Module({
      imports: [AuthModule.forRoot({ strategies: [new BearerStrategy({ tokens })] })],
      controllers: [Me],
    })
    class AppModule {}
    await listen(AppModule)
    const sign = (key: (typeof own)['privateKey'], claims: object = {}) =>
      new SignJWT({
        sub: '7',
        iss: 'https://id.example',
        aud: 'api',
        exp: Math.floor(Date.now() / 1000) + 3600,
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid: '1' })
        .sign(key)
    const ask = async (token: string): Promise<[number, string | null]> => {
      const response = await fetch(url, { headers: bearer(token) })
      await response.arrayBuffer()
      return [response.status, response.headers.get('www-authenticate')]
    }
    expect((await ask(await sign(own.privateKey)))[0]).toBe(200)
    const none = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"7"}')}.`
    for (const token of [
      await sign(other.privateKey),
      await sign(own.privateKey, { aud: 'others' }),
      await sign(own.privateKey, { iss: 'https://id.example.evil' }),
      await sign(own.privateKey, { exp: 1 }),
      none,
    ])
      expect(await ask(token)).toEqual([401, expect.stringContaining('invalid_token')])
  })
})
