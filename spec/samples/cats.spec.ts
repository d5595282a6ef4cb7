import { createApp, type Application, type LoggerService } from 'corbel'
import { AppModule } from '../../samples/cats/app.module.js'
import { eventually } from '../support/eventually.js'

describe('samples/cats', () => {
  const lines: string[] = []
  const logger: LoggerService = {
    log: (message, context) => void lines.push(`${String(context)}: ${String(message)}`),
    warn: (message) => void lines.push(`warn ${String(message)}`),
    error: (message) => void lines.push(`error ${String(message)}`),
  }
  let app: Application
  let url: string

  beforeEach(async () => {
    lines.length = 0
    app = await createApp(AppModule, { logger, shutdownSignals: false })
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
    expect(await (await send('GET')).json()).toEqual([])
    const created = await send('POST', '', tom)
    expect([created.status, await created.json()]).toEqual([201, { id: 1, ...tom }])
    expect(created.headers.get('server-timing')).toMatch(/^handler;dur=/)
    expect(await (await send('GET', '/1')).json()).toEqual({ id: 1, ...tom })
    expect(await (await send('PATCH', '/1', { age: 4 })).json()).toEqual({ id: 1, ...tom, age: 4 })
    expect((await send('DELETE', '/1')).status).toBe(204)
    expect(await (await send('GET')).json()).toEqual([])
  })

  it('finds cats of a breed, with white space around it', async () => {
    await send('POST', '', tom)
    expect(await (await send('GET', '?breed=%20Manx%20')).json()).toHaveLength(1)
    expect(await (await send('GET', '?breed=Siamese')).json()).toHaveLength(0)
    expect(await (await send('GET', '?breed=%20')).json()).toHaveLength(1)
  })

  it.each(['GET', 'PATCH', 'DELETE'])('%s answers 404 for a cat that is not there', async (method) => {
    const answer = await send(method, '/7', method === 'PATCH' ? { age: 4 } : undefined)
    expect([answer.status, await answer.json()]).toEqual([404, { missing: 7, message: 'There is no cat 7' }])
  })

  it('lets everyone look and only keepers change something', async () => {
    for (const [method, path, body] of [
      ['POST', '', tom],
      ['PATCH', '/1', { age: 4 }],
      ['DELETE', '/1', undefined],
    ] as const)
      expect((await send(method, path, body, 'visitor')).status).toBe(403)
    expect((await send('GET', '', undefined, 'visitor')).status).toBe(200)
  })

  it.each([
    [{ ...tom, age: 400 }],
    [{ ...tom, name: '' }],
    [{ ...tom, breed: undefined }],
    [{ ...tom, age: 'three' }],
    [[tom]],
  ])('refuses %j, which is no cat', async (body) => {
    expect((await send('POST', '', body)).status).toBe(400)
  })

  it('refuses ids that are no numbers, and takes nothing that a cat does not have', async () => {
    expect((await send('PATCH', '/x', {})).status).toBe(400)
    const created = await send('POST', '', { ...tom, id: 99, owner: 'ada' })
    expect(await created.json()).toEqual({ id: 1, ...tom })
    const changed = await send('PATCH', '/1', { id: 99 })
    expect(await changed.json()).toEqual({ id: 1, ...tom })
  })

  it('logs every request to cats, also those that were refused', async () => {
    await send('GET', '?breed=Manx')
    await send('GET', '/7')
    await send('DELETE', '/1', undefined, 'visitor')
    // a client may have its answer before the server has noted that it is sent
    await eventually(() =>
      expect(lines.filter((line) => line.startsWith('Requests'))).toEqual([
        'Requests: GET /cats 200',
        'Requests: GET /cats/7 404',
        'Requests: DELETE /cats/1 403',
      ]),
    )
  })
})
