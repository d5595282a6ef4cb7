import { createOpenApiDocument, type Application, type LoggerService, type UsageReport } from 'corbel'
import { createVersions } from '../../samples/versions/create-versions.js'

const AS_LINE = 'Castle Lane 3, 12345 Bruges'
const ADDRESS = { street: 'Castle Lane 3', zip: '12345', city: 'Bruges' }

describe('samples/versions', () => {
  let app: Application
  let url: string
  let warnings: string[]

  beforeEach(async () => {
    warnings = []
    const logger: LoggerService = {
      log: () => undefined,
      error: () => undefined,
      warn: (message: unknown) => void warnings.push(String(message)),
    }
    app = await createVersions({ logger, shutdownSignals: false })
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  })

  afterEach(() => app.close())

  const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(url + path, { headers })
  const json = async (path: string, headers?: Record<string, string>): Promise<any> =>
    (await get(path, headers)).json()
  const add = (version: string, body: unknown): Promise<Response> =>
    fetch(`${url}/v${version}/customers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('answers in the shape of each version', async () => {
    expect(await json('/v1/customers')).toEqual([{ id: '1', name: 'Marie Maes', address: AS_LINE }])
    expect(await json('/v2/customers/1')).toEqual({ id: '1', first: 'Marie', last: 'Maes', address: AS_LINE })
    expect(await json('/v3/customers/1')).toEqual({ id: '1', first: 'Marie', last: 'Maes', address: ADDRESS })
    expect(await json('/customers/1', { 'x-api-version': '1' })).toMatchObject({ name: 'Marie Maes' })
  })

  it('takes bodies in the shape of each version', async () => {
    const bodies = [
      ['1', { name: 'Ada King Lovelace', address: AS_LINE }],
      ['2', { first: 'Ada King', last: 'Lovelace', address: AS_LINE }],
      ['3', { first: 'Ada King', last: 'Lovelace', address: ADDRESS }],
    ] as const
    for (const [version, body] of bodies) {
      const answer = await add(version, body)
      const created = (await answer.json()) as { id: string }
      expect([answer.status, created]).toEqual([201, { id: created.id, ...body }])
      expect(await json(`/v3/customers/${created.id}`)).toMatchObject({ first: 'Ada King', address: ADDRESS })
    }
  })

  it.each([
    ['1', ['CustomerV1', 'NewCustomerV1']],
    ['2', ['CustomerV2', 'NewCustomerV2']],
    ['3', ['Customer', 'NewCustomer']],
  ])('describes what clients of version %s send and get', async (apiVersion, [customer, newCustomer]) => {
    const { paths } = createOpenApiDocument(app, { apiVersion })
    const { get, post } = paths[`/v${apiVersion}/customers`]!
    const json = (name: string | undefined, isList = false): object => {
      const schema = { $ref: `#/components/schemas/${name}` }
      return {
        content: { 'application/json': { schema: isList ? { type: 'array', items: schema } : schema } },
      }
    }
    expect(get!.responses!['200']).toMatchObject(json(customer, true))
    expect(post!.requestBody).toMatchObject(json(newCustomer))
    expect(post!.responses!['201']).toMatchObject(json(customer))
  })

  it('refuses bodies that do not fit to their version', async () => {
    for (const [version, body] of [
      ['1', { first: 'Ada', last: 'Lovelace', address: AS_LINE }],
      ['1', { name: 'Ada', address: AS_LINE }],
      ['2', { first: 'Ada', last: 'Lovelace', address: 'somewhere' }],
      ['2', { first: 'Ada', last: 'Lovelace', address: 7 }],
      ['3', { first: 'Ada', last: 'Lovelace', address: AS_LINE }],
    ] as const) {
      expect((await add(version, body)).status, JSON.stringify(body)).toBe(400)
    }
  })

  it('tells clients of version 1 what is to come, and its log who they are', async () => {
    const { headers } = await get('/v1/customers', { 'x-client-id': 'billing' })
    await get('/v1/customers', { 'x-client-id': 'billing' })
    expect(headers.get('deprecation')).toBe('@1767225600')
    expect(headers.get('sunset')).toBe('Tue, 30 Jun 2099 00:00:00 GMT')
    expect(headers.get('link')).toContain('</v3/customers>; rel="successor-version"')
    expect((await get('/v2/customers')).headers.get('deprecation')).toBeNull()
    expect((await get('/v2/customers/by-name/Maes')).headers.get('deprecation')).not.toBeNull()
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toMatch(/^"billing" calls GET \/v1\/customers, .* goes on 2099-06-30\./)
  })

  it('says which versions there are, and which fit to a client', async () => {
    expect(await json('/v4/customers')).toMatchObject({ status: 404, supported: ['1', '2', '3'] })
    expect(await json('/v3/customers/by-name/Maes')).toMatchObject({ status: 404, supported: ['1', '2'] })
    expect(await json('/v3/customers', { 'x-client-version': 'ios/3.9' })).toMatchObject({
      status: 426,
      wanted: '>=4',
      fits: ['2'],
    })
    expect((await get('/v3/customers', { 'x-client-version': 'ios/4.0' })).status).toBe(200)
  })

  it('shows who calls what to the administrator', async () => {
    await get('/v1/customers', { 'x-client-id': 'billing' })
    const locked = await get('/api-usage')
    expect([locked.status, locked.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="usage", charset="UTF-8"',
    ])
    const authorization = `Basic ${btoa('admin:admin')}`
    const page = await (await get('/api-usage', { authorization })).text()
    expect(page).toContain('<code>GET /v1/customers</code>')
    expect(page).toContain('billing')
    const { routes } = (await json('/api-usage.json', { authorization })) as UsageReport
    expect(routes[0]).toMatchObject({
      route: 'GET /v1/customers',
      total: 1,
      clients: [{ client: 'billing' }],
    })
  })
})
