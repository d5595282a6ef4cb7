import { createApp, type Application } from 'corbel'
import { AppModule } from '../../samples/cats/app.module.js'

describe('samples/cats', () => {
  let app: Application
  let url: string

  beforeEach(async () => {
    app = await createApp(AppModule, { logger: false, shutdownSignals: false })
    await app.listen(0, '127.0.0.1')
    url = `${await app.getUrl()}/cats`
  })

  afterEach(() => app.close())

  const send = (method: string, path = '', body?: object, role = 'keeper'): Promise<Response> =>
    fetch(url + path, {
      method,
      headers: { 'x-role': role, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
  const tom = { name: 'Tom', age: 3, breed: 'Manx' }

  it('takes cats in, shows, changes and gives them away', async () => {
    const created = await send('POST', '', tom)
    expect([created.status, await created.json()]).toEqual([201, { id: 1, ...tom }])
    expect(created.headers.get('server-timing')).toMatch(/^handler;dur=/)
    expect(await (await send('GET', '?breed=%20Manx%20')).json()).toHaveLength(1)
    expect(await (await send('GET', '?breed=Siamese')).json()).toHaveLength(0)
    expect(await (await send('PATCH', '/1', { age: 4 })).json()).toEqual({ id: 1, ...tom, age: 4 })
    expect((await send('DELETE', '/1')).status).toBe(204)
    expect(await (await send('GET', '/1')).json()).toEqual({ missing: 1, message: 'There is no cat 1' })
  })

  it('lets only keepers change something, and refuses what is not a cat', async () => {
    expect((await send('POST', '', tom, 'visitor')).status).toBe(403)
    expect((await send('GET', '', undefined, 'visitor')).status).toBe(200)
    expect((await send('POST', '', { ...tom, age: 400 })).status).toBe(400)
    expect((await send('PATCH', '/x', {})).status).toBe(400)
  })
})
