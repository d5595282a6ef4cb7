import { createContext, Inject, Injectable, Logger, Module } from 'corbel'
import { JwtModule, JwtService, type JwtModuleOptions, type JwtOptionsFactory } from 'corbel/auth'
import { createHmac, generateKeyPairSync } from 'node:crypto'
import { loadJose } from '../../lib/auth/jose.js'

const SECRET = 'a secret of the tests with enough bytes'

async function serviceWith(options: JwtModuleOptions): Promise<JwtService> {
  @Module({ imports: [JwtModule.register(options)] })
  class AppModule {}
  const app = await createContext(AppModule, { logger: false })
  return app.get(JwtService)
}

function pair(type: 'rsa' | 'ec' | 'ed25519'): { privateKey: string; publicKey: string } {
  const keys =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
        : generateKeyPairSync('ed25519')
  return {
    privateKey: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: keys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token made by hand, signed with HMAC under any algorithm name. */
function forge(header: object, payload: object, key: string): string {
  const text = `${part(header)}.${part(payload)}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

const invalid = (reason: RegExp) => ({
  code: 'CORBEL_TOKEN_INVALID',
  status: 401,
  message: expect.stringMatching(reason),
})

describe('JwtService', () => {
  it('verifies what it has signed', async () => {
    const jwt = await serviceWith({ secret: SECRET, issuer: 'me', audience: 'you', expiresIn: '7d' })
    const token = await jwt.sign({ sub: '1', admin: true })
    const payload = await jwt.verify(token)
    expect(payload).toMatchObject({ sub: '1', admin: true, iss: 'me', aud: 'you' })
    expect(payload.exp! - payload.iat!).toBe(7 * 86_400)
    expect(jwt.decode(token)?.header).toEqual({ alg: 'HS256', typ: 'JWT' })
  })

  it('lets tokens live for an hour unless it is told otherwise, and for ever only if it is told to', async () => {
    const jwt = await serviceWith({ secret: SECRET })
    const { exp, iat } = await jwt.verify(await jwt.sign({}))
    expect(exp! - iat!).toBe(3600)
    expect((await jwt.verify(await jwt.sign({}, { expiresIn: false }))).exp).toBeUndefined()
  })

  it.each([
    ['rsa', 'RS256'],
    ['ec', 'ES256'],
    ['ed25519', 'EdDSA'],
  ] as const)('takes %s keys, with %s by default', async (type, algorithm) => {
    const { privateKey, publicKey } = pair(type)
    const jwt = await serviceWith({ privateKey, publicKey })
    const token = await jwt.signAsync({ sub: '1' })
    expect(jwt.decode(token)?.header['alg']).toBe(algorithm)
    const verifier = await serviceWith({ publicKey })
    expect((await verifier.verifyAsync(token)).sub).toBe('1')
    await expect(verifier.sign({})).rejects.toMatchObject({ code: 'CORBEL_JWT_KEY_MISSING' })
  })

  it('refuses expired tokens, with some tolerance if there is any', async () => {
    const jwt = await serviceWith({ secret: SECRET })
    const old = await jwt.sign({ exp: Math.floor(Date.now() / 1000) - 10 })
    await expect(jwt.verify(old)).rejects.toMatchObject({ code: 'CORBEL_TOKEN_EXPIRED', status: 401 })
    expect(await jwt.verify(old, { clockTolerance: '1h' })).toBeDefined()
  })

  it('refuses tokens that are not valid yet, or too old', async () => {
    const jwt = await serviceWith({ secret: SECRET })
    await expect(jwt.verify(await jwt.sign({}, { notBefore: 3600 }))).rejects.toMatchObject(invalid(/"nbf"/))
    const issued = await jwt.sign({ iat: Math.floor(Date.now() / 1000) - 100 })
    await expect(jwt.verify(issued, { maxAge: 50 })).rejects.toMatchObject(invalid(/too old/))
  })

  it.each([
    ['audience', { audience: 'others' }, /"aud"/],
    ['issuer', { issuer: 'others' }, /"iss"/],
    ['subject', { subject: '2' }, /"sub"/],
  ])('refuses a token with another %s', async (_name, options, reason) => {
    const jwt = await serviceWith({ secret: SECRET, issuer: 'me', audience: 'you' })
    const token = await jwt.sign({ sub: '1' })
    await expect(jwt.verify(token, options)).rejects.toMatchObject(invalid(reason))
  })

  it('refuses a token without the audience that it asks for', async () => {
    const jwt = await serviceWith({ secret: SECRET, audience: 'you' })
    const other = await serviceWith({ secret: SECRET })
    await expect(jwt.verify(await other.sign({}))).rejects.toMatchObject(invalid(/"aud"/))
  })

  it('refuses forged tokens: another key, changed claims, a cut signature', async () => {
    const jwt = await serviceWith({ secret: SECRET })
    const token = await jwt.sign({ sub: '1' })
    const [header, , signature] = token.split('.')
    const forged = [
      forge({ alg: 'HS256' }, { sub: '1' }, 'another secret of the tests, long enough'),
      `${header}.${part({ sub: '2' })}.${signature}`,
      token.slice(0, -2),
    ]
    for (const one of forged)
      await expect(jwt.verify(one)).rejects.toMatchObject(invalid(/signature|malformed/))
  })

  it('refuses algorithm none, however it is written (RFC 8725 §2.1)', async () => {
    const jwt = await serviceWith({ secret: SECRET })
    for (const alg of ['none', 'None', 'NONE']) {
      const unsigned = `${part({ alg, typ: 'JWT' })}.${part({ sub: '1' })}.`
      await expect(jwt.verify(unsigned)).rejects.toMatchObject(invalid(/algorithm|malformed/))
    }
  })

  it('refuses a public key taken for a secret (RFC 8725 §2.1)', async () => {
    const { privateKey, publicKey } = pair('rsa')
    const jwt = await serviceWith({ privateKey, publicKey })
    const confused = forge({ alg: 'HS256', typ: 'JWT' }, { sub: '1' }, publicKey)
    await expect(jwt.verify(confused)).rejects.toMatchObject(invalid(/algorithm/))
  })

  it('refuses an algorithm that suits the key but was not chosen', async () => {
    const { privateKey } = pair('rsa')
    const rs256 = await serviceWith({ privateKey })
    const rs512 = await serviceWith({ privateKey, algorithm: 'RS512' })
    await expect(rs256.verify(await rs512.sign({}))).rejects.toMatchObject(invalid(/algorithm/))
    const both = await serviceWith({ privateKey, algorithms: ['RS256', 'RS512'] })
    expect(await both.verify(await rs512.sign({}))).toBeDefined()
  })

  it('refuses unknown critical headers (RFC 7515 §4.1.11)', async () => {
    const jwt = await serviceWith({ secret: SECRET })
    const token = forge({ alg: 'HS256', crit: ['exp2'], exp2: 1 }, {}, SECRET)
    await expect(jwt.verify(token)).rejects.toMatchObject(invalid(/malformed/))
  })

  it.each(['', 'a', 'a.b', 'a.b.c', 'a.b.c.d', '..', `${part({ alg: 'HS256' })}.%%%.x`])(
    'refuses what is not a token: %j',
    async (token) => {
      const jwt = await serviceWith({ secret: SECRET })
      await expect(jwt.verify(token)).rejects.toMatchObject({ code: 'CORBEL_TOKEN_INVALID' })
      expect(jwt.decode(token)).toBeUndefined()
    },
  )
})

describe('JwtModule', () => {
  const { privateKey, publicKey } = pair('rsa')
  const wrong: [string, JwtModuleOptions][] = [
    ['no key', {}],
    ['an empty secret', { secret: '' }],
    ['a secret and a key', { secret: SECRET, publicKey }],
    ['a PEM key as a secret', { secret: publicKey }],
    ['a secret for RS256', { secret: SECRET, algorithm: 'RS256' }],
    ['a public key for HS256', { publicKey, algorithm: 'HS256' }],
    ['an RSA key for ES256', { privateKey, algorithms: ['RS256', 'ES256'] }],
    ['an algorithm that is not accepted', { privateKey, algorithm: 'RS256', algorithms: ['RS512'] }],
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- untyped code can pass it
    ['algorithm none', { secret: SECRET, algorithm: 'none' as never }],
    ['something that is no key', { privateKey: 'no key' }],
  ]

  it.each(wrong)('refuses at boot: %s', async (_name, options) => {
    await expect(serviceWith(options)).rejects.toMatchObject({ code: 'CORBEL_JWT_OPTIONS_INVALID' })
  })

  it('refuses durations that it cannot read', async () => {
    for (const expiresIn of ['soon', '-1d', '7 days', Number.NaN]) {
      await expect(serviceWith({ secret: SECRET, expiresIn })).rejects.toMatchObject({
        code: 'CORBEL_DURATION_INVALID',
      })
    }
  })

  it('warns of a secret that is too short', async () => {
    const warn = jest.fn()
    const logger = { log() {}, error() {}, warn }
    @Module({ imports: [JwtModule.register({ secret: 'short' })] })
    class AppModule {}
    Logger.overrideLogger(logger)
    await createContext(AppModule, { logger })
    Logger.overrideLogger(true)
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('5 bytes'), 'JwtModule')
  })

  it('takes options from a factory, a class, or a provider', async () => {
    @Module({ providers: [{ provide: 'SECRET', useValue: SECRET }], exports: ['SECRET'] })
    class ConfigModule {}
    @Injectable()
    class Options implements JwtOptionsFactory {
      constructor(@Inject('SECRET') private readonly secret: string) {}
      createJwtOptions() {
        return { secret: this.secret }
      }
    }
    @Module({ imports: [ConfigModule], providers: [Options], exports: [Options] })
    class OptionsModule {}
    const ways = [
      { imports: [ConfigModule], useFactory: async (secret: string) => ({ secret }), inject: ['SECRET'] },
      { imports: [ConfigModule], useClass: Options },
      { imports: [OptionsModule], useExisting: Options },
    ]
    for (const way of ways) {
      @Module({ imports: [JwtModule.registerAsync(way)] })
      class AppModule {}
      const jwt = (await createContext(AppModule, { logger: false })).get(JwtService)
      expect(await jwt.verify(await jwt.sign({ sub: '1' }))).toMatchObject({ sub: '1' })
    }
    expect(() => JwtModule.registerAsync({})).toThrow(/useFactory/)
  })

  it('says how to install jose', async () => {
    const missing = () =>
      Promise.reject(Object.assign(new Error("Cannot find package 'jose'"), { code: 'ERR_MODULE_NOT_FOUND' }))
    await expect(loadJose(missing)).rejects.toMatchObject({
      code: 'CORBEL_PACKAGE_MISSING',
      message: expect.stringContaining('npm install jose'),
    })
    await expect(loadJose(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  })
})
