import type { Application } from 'corbel'
import { createShop } from '../../samples/shop/create-shop.js'
import type { ShopDatabase } from '../../samples/shop/database/database.js'
import { DATABASES, OPENING_MS, unreachable, type TestDatabase } from '../support/databases.js'

const postgres = DATABASES.find(({ name }) => name === 'PostgreSQL')!

describe.each(['SQLite', 'PostgreSQL'])('samples/shop on %s', (name) => {
  let app: Application
  let url: string
  let database: TestDatabase | undefined
  let skipped = false

  const send = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

  beforeAll(async () => {
    let where: ShopDatabase = {}
    if (name === 'PostgreSQL') {
      skipped = await unreachable(postgres)
      if (skipped) return
      database = await postgres.create()
      const { schema } = database.options as { schema: string }
      const plain = process.env['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test'
      where = { url: `${plain}?options=${encodeURIComponent(`-c search_path=${schema}`)}`, schema }
    }
    app = await createShop(where, { logger: false, shutdownSignals: false })
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  }, OPENING_MS)
  beforeEach(({ skip }) => {
    if (skipped) skip('PostgreSQL is not reachable')
  })
  afterAll(async () => {
    if (skipped) return
    await app.close()
    await database?.drop()
  })

  it('sells what there is, once', async () => {
    const chair = await send('POST', '/products', { name: 'Chair', price: 4900, stock: 3 })
    expect(chair.status).toBe(201)
    const table = await send('POST', '/products', { name: 'Table', price: 9900, stock: 1, category: 'wood' })
    const found = await send('GET', '/products?filter[price][lte]=5000&search=CHA')
    expect(found.body).toMatchObject([{ name: 'Chair', stock: 3 }])
    const lines = [
      { product: table.body.id, quantity: 1 },
      { product: chair.body.id, quantity: 2 },
    ]
    const order = await send('POST', '/orders', { customer: 'Ada', lines })
    expect(order.body).toMatchObject({ customer: 'Ada', total: 19_700 })
    expect(order.body.lines).toHaveLength(2)
    const again = await send('POST', '/orders', { customer: 'Eve', lines })
    expect(again.status).toBe(409)
    const left = await send('GET', '/products?filter[name][in]=Chair,Table&fields=name,stock&sort=name')
    expect(left.body).toEqual([
      { name: 'Chair', stock: 1 },
      { name: 'Table', stock: 0 },
    ])
    const orders = await send('GET', '/orders?filter[customer][in]=Ada,Eve')
    expect(orders.body).toMatchObject([{ customer: 'Ada', lines: [{ quantity: 2 }, { quantity: 1 }] }])
    expect(orders.headers.get('x-total-count')).toBe('1')
  })

  it('never sells more than there is, however many buy at once', async () => {
    const { body } = await send('POST', '/products', { name: 'Lamp', price: 100, stock: 5 })
    const orders = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        send('POST', '/orders', { customer: `c${i}`, lines: [{ product: body.id, quantity: 1 }] }),
      ),
    )
    expect(orders.filter(({ status }) => status === 201)).toHaveLength(5)
    expect(orders.filter(({ status }) => status === 409)).toHaveLength(15)
    expect((await send('GET', `/products/${body.id}`)).body.stock).toBe(0)
  })

  it('lets nobody overwrite what they have not seen', async () => {
    const { body, headers } = await send('POST', '/products', { name: 'Shelf', price: 100 })
    const path = `/products/${body.id}`
    expect((await send('PATCH', path, { price: 90 })).status).toBe(428)
    const match = { 'if-match': headers.get('etag')! }
    expect((await send('PATCH', path, { price: 90 }, match)).status).toBe(200)
    expect((await send('PATCH', path, { price: 80 }, match)).status).toBe(412)
  })
})
