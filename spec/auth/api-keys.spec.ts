import { Controller, Get } from 'corbel'
import {
  ApiKeys,
  ApiKeyStrategy,
  Authenticated,
  AuthModule,
  AuthOptionsInvalid,
  CurrentUser,
  MemoryApiKeyStore,
  type Principal,
} from 'corbel/auth'
import { serve, type Served } from './served.js'

@Controller()
class RootController {
  @Get()
  show(@CurrentUser() { id, scopes, tenant, claims }: Principal) {
    return { id, scopes, tenant, claims }
  }

  @Authenticated({ scopes: ['orders:write'] })
  @Get('write')
  write() {
    return { written: true }
  }
}

describe('API keys', () => {
  let served: Served
  let now: number
  let store: MemoryApiKeyStore
  let keys: ApiKeys

  beforeEach(async () => {
    now = Date.now()
    store = new MemoryApiKeyStore()
    keys = new ApiKeys({ store, prefix: 'shop', now: () => now })
    served = await serve({
      imports: [AuthModule.forRoot({ strategies: [new ApiKeyStrategy({ keys })] })],
      controllers: [RootController],
    })
  })
  afterEach(() => served.close())

  const send = (key: string, path = '/') => served.send(path, { headers: { 'x-api-key': key } })

  it('stand for their subject, within their scopes', async () => {
    const { key, record } = await keys.issue('ada', { name: 'CI', scopes: ['orders:read'], tenant: 't1' })
    expect(key).toMatch(/^shop_[0-9a-f]{16}_[\w-]{43}$/)
    expect((await send(key)).body).toEqual({
      id: 'ada',
      scopes: ['orders:read'],
      tenant: 't1',
      claims: { key: record.id, name: 'CI' },
    })
    expect((await send(key, '/write')).status).toBe(403)
    const unlimited = await keys.issue('ada')
    expect((await send(unlimited.key, '/write')).status).toBe(200)
  })

  it('are stored as digests', async () => {
    const { key, record } = await keys.issue('ada')
    expect(JSON.stringify(store.find(record.id))).not.toContain(key.slice(-43))
  })

  it('challenge with the header that is missing', async () => {
    const { status, headers } = await served.send('/')
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'ApiKey header="X-API-Key"'])
  })

  it('refuse what was not issued, all alike', async () => {
    const { key, record } = await keys.issue('ada')
    const other = await keys.issue('ben')
    const secret = key.slice(-43)
    const attacks = [
      '',
      'shop',
      secret,
      `shop_${record.id}_${'A'.repeat(43)}`,
      `shop_${'0'.repeat(16)}_${secret}`,
      `shop_${other.record.id}_${secret}`,
      `key_${record.id}_${secret}`,
      `${key}x`,
      `${key}, ${other.key}`,
      key.toUpperCase(),
      `shop_${record.id}_${record.hash}`,
      `shop_${"' OR '1'='1".padEnd(16)}_${secret}`,
    ]
    for (const attack of attacks) {
      const { status, headers } = await send(attack)
      expect([attack, status, headers.get('www-authenticate')]).toEqual([
        attack,
        401,
        'ApiKey header="X-API-Key", error="invalid_token", error_description="The credentials are not valid."',
      ])
    }
    // not in the query: it would stand in logs
    expect((await served.send(`/?api_key=${key}&x-api-key=${key}`)).status).toBe(401)
    expect((await send(key)).status).toBe(200)
  })

  it('expire, and are revoked at once', async () => {
    const short = await keys.issue('ada', { lifetime: '1h' })
    const revoked = await keys.issue('ada')
    expect((await send(short.key)).status).toBe(200)
    now += 3_600_000
    expect((await send(short.key)).status).toBe(401)
    await keys.revoke(revoked.record.id)
    expect((await send(revoked.key)).status).toBe(401)
  })

  it('rotate: the old one lives on for a while, the new one has its scopes and its end', async () => {
    const old = await keys.issue('ada', { scopes: ['orders:write'], lifetime: '10d' })
    const fresh = await keys.rotate(old.record.id, '1d')
    expect(fresh.record).toMatchObject({
      subject: 'ada',
      scopes: ['orders:write'],
      expiresAt: old.record.expiresAt,
    })
    expect([(await send(old.key)).status, (await send(fresh.key, '/write')).status]).toEqual([200, 200])
    now += 86_400_000
    expect([(await send(old.key)).status, (await send(fresh.key)).status]).toEqual([401, 200])
    const leaked = await keys.rotate(fresh.record.id, 0)
    expect([(await send(fresh.key)).status, (await send(leaked.key)).status]).toEqual([401, 200])
    await expect(keys.rotate(old.record.id)).rejects.toMatchObject({
      code: 'CORBEL_AUTH_CREDENTIALS_INVALID',
    })
    await expect(keys.rotate('unknown')).rejects.toMatchObject({ status: 401 })
  })

  it('need a prefix that can stand in a key', () => {
    expect(() => new ApiKeys({ store, prefix: 'a_b' })).toThrow(AuthOptionsInvalid)
  })
})
