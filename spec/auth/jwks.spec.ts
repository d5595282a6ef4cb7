import { createHmac, createPublicKey } from 'node:crypto'
import { JwksVerifier, JwtOptionsInvalid, type JwksOptions } from 'corbel/auth'
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface Pair {
  readonly kid: string
  readonly sign: (claims?: object, head?: object) => Promise<string>
  readonly jwk: JWK
}

async function pair(kid: string, alg = 'ES256'): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(alg)
  const sign = (claims: object = {}, head: object = {}) =>
    new SignJWT({
      sub: '7',
      iss: 'https://id.example',
      aud: 'api',
      exp: Math.floor(Date.now() / 1000) + 3600,
      ...claims,
    })
      .setProtectedHeader({ alg, kid, ...head })
      .sign(privateKey)
  return { kid, sign, jwk: { ...(await exportJWK(publicKey)), kid, alg } }
}

describe('JwksVerifier', () => {
  let server: Server
  let url: string
  let published: object
  let fetches: number
  const base = { issuer: 'https://id.example', audience: 'api' }
  const remote = (options: Partial<JwksOptions> = {}) =>
    new JwksVerifier({ ...base, keys: url, outbound: { allowPrivate: true, timeout: 60_000 }, ...options })

  beforeAll(async () => {
    server = createServer((request, response) => {
      fetches += 1
      if (request.url === '/moved') response.writeHead(302, { location: '/jwks' }).end()
      else if (request.url === '/huge') response.end(`"${'x'.repeat(2_000_000)}"`)
      else response.setHeader('content-type', 'application/json').end(JSON.stringify(published))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`
  })
  beforeEach(() => (fetches = 0))
  afterAll(() => server.close())

  it('verifies by a set of keys', async () => {
    const [one, other] = [await pair('1'), await pair('2', 'EdDSA')]
    const verifier = new JwksVerifier({ ...base, keys: { keys: [one.jwk, other.jwk] } })
    expect(await verifier.verify(await one.sign())).toMatchObject({ sub: '7' })
    expect(await verifier.verify(await other.sign())).toMatchObject({ sub: '7' })
  })

  it.each([
    ['another audience', { aud: 'others' }, 'CORBEL_TOKEN_INVALID'],
    ['another issuer', { iss: 'https://id.example.evil' }, 'CORBEL_TOKEN_INVALID'],
    ['no expiry', { exp: undefined }, 'CORBEL_TOKEN_INVALID'],
    ['an expiry that is over', { exp: 1 }, 'CORBEL_TOKEN_EXPIRED'],
  ])('refuses %s', async (_what, claims, code) => {
    const one = await pair('1')
    const verifier = new JwksVerifier({ ...base, keys: { keys: [one.jwk] } })
    await expect(verifier.verify(await one.sign(claims))).rejects.toMatchObject({ code })
  })

  it('takes no public key for a secret, no other key for a known one, and no key that a token brings', async () => {
    const [one, evil] = [await pair('1'), await pair('1')]
    const verifier = new JwksVerifier({ ...base, keys: { keys: [one.jwk] } })
    const claims = {
      iss: base.issuer,
      aud: base.audience,
      sub: '7',
      exp: Math.floor(Date.now() / 1000) + 3600,
    }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const pem = createPublicKey({ key: one.jwk as never, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    })
    const confused = (secret: string | Buffer) => {
      const signed = `${part({ alg: 'HS256', kid: '1' })}.${part(claims)}`
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
    }
    for (const token of [
      confused(pem),
      confused(JSON.stringify(one.jwk)),
      confused(Buffer.from(one.jwk.n ?? one.jwk.x!, 'base64url')),
      `${part({ alg: 'none', kid: '1' })}.${part(claims)}.`,
      await evil.sign(),
      await evil.sign({}, { jwk: evil.jwk }),
      await evil.sign({}, { jku: 'http://127.0.0.1:1/', kid: '2' }),
    ])
      await expect(verifier.verify(token), token).rejects.toMatchObject({ code: 'CORBEL_TOKEN_INVALID' })
    expect(await verifier.verify(await one.sign())).toMatchObject({ sub: '7' })
  })

  it('asks the type of tokens where it is told to (RFC 9068: no id token in the place of an access token)', async () => {
    const one = await pair('1')
    const verifier = new JwksVerifier({ ...base, keys: { keys: [one.jwk] }, type: 'at+jwt' })
    expect(await verifier.verify(await one.sign({}, { typ: 'at+jwt' }))).toMatchObject({ sub: '7' })
    await expect(verifier.verify(await one.sign({}, { typ: 'JWT' }))).rejects.toMatchObject({ status: 401 })
  })

  it('fetches keys once, and again for a key that is new', async () => {
    const [old, fresh] = [await pair('old'), await pair('fresh')]
    published = { keys: [old.jwk] }
    const verifier = remote({ cooldown: 0 })
    for (let i = 0; i < 3; i += 1) await verifier.verify(await old.sign())
    expect(fetches).toBe(1)
    published = { keys: [fresh.jwk, old.jwk] }
    await verifier.verify(await fresh.sign())
    await verifier.verify(await old.sign())
    expect(fetches).toBe(2)
  })

  it('lets clients that invent keys cause no flood of fetches', async () => {
    const known = await pair('known')
    published = { keys: [known.jwk] }
    // the clock stands still unless it is told to move: the time of the requests themselves does not count
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const verifier = remote()
      await verifier.verify(await known.sign())
      const invent = async (name: string): Promise<void> => {
        const token = await (await pair(name)).sign()
        await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'CORBEL_TOKEN_INVALID' })
      }
      for (let i = 0; i < 20; i += 1) await invent(`invented ${i}`)
      expect(fetches).toBe(1)
      vi.setSystemTime(Date.now() + 31_000)
      for (let i = 0; i < 2; i += 1) await invent(`invented later ${i}`)
      expect(fetches).toBe(2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('gives an issuer the time that is said, and no less', async () => {
    const one = await pair('1')
    published = { keys: [one.jwk] }
    const limit = vi.spyOn(AbortSignal, 'timeout')
    try {
      await remote({ outbound: { allowPrivate: true, timeout: 54_321 } }).verify(await one.sign())
      expect(new Set(limit.mock.calls.flat())).toEqual(new Set([54_321]))
    } finally {
      limit.mockRestore()
    }
  })

  it('does not take an issuer that is down for a wrong token', async () => {
    const one = await pair('1')
    published = { error: 'down for maintenance' }
    const failure = await remote()
      .verify(await one.sign())
      .catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(failure).not.toHaveProperty('status', 401)
  })

  it.each(['/moved', '/huge'])('follows no redirect, and reads no endless answer (%s)', async (path) => {
    const one = await pair('1')
    const verifier = remote({ keys: new URL(path, url) })
    await expect(verifier.verify(await one.sign())).rejects.toMatchObject({ code: 'CORBEL_AUTH_URL_REFUSED' })
    expect(fetches).toBe(1)
  })

  it('refuses options with which nothing could be trusted', () => {
    const keys = { keys: [] }
    for (const wrong of [
      { ...base, keys, issuer: '' },
      { ...base, keys, audience: [] },
      { ...base, keys, algorithms: ['HS256' as never] },
      { ...base, keys, algorithms: ['none' as never] },
      { ...base, keys, algorithms: [] },
    ])
      expect(() => new JwksVerifier(wrong)).toThrow(JwtOptionsInvalid)
  })
})
