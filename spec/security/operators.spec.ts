import { APP_GUARD, Body, Controller, Get, HttpCode, OperatorGuard, Post, Query } from 'corbel'
import { MessageBody, SubscribeMessage, WebSocketGateway } from 'corbel/websocket'
import { json, serve, type Served } from '../auth/served.js'
import { TestClient } from '../websocket/client.js'

@Controller()
class Anything {
  @Post() @HttpCode(200) take(@Body() body: unknown) {
    return { body }
  }
  @Get() find(@Query() query: unknown) {
    return { query }
  }
}

@WebSocketGateway()
class AnyGateway {
  @SubscribeMessage('find') find(@MessageBody() data: unknown) {
    return { found: data }
  }
}

describe('OperatorGuard', () => {
  let served: Served
  beforeAll(async () => {
    const guard = new OperatorGuard({ allow: ['$ref'] })
    const providers = [AnyGateway, { provide: APP_GUARD, useValue: guard }]
    served = await serve({ controllers: [Anything], providers })
  })
  afterAll(() => served.close())

  it.each<[unknown, string]>([
    [{ password: { $ne: '' } }, 'body.password.$ne'],
    [{ $where: 'sleep(1000)' }, 'body.$where'],
    [[{ name: { $gt: '' } }], 'body.0.name.$gt'],
    [{ a: { b: [{ c: { $in: [] } }] } }, 'body.a.b.0.c.$in'],
    [{ 'profile.role': 'admin' }, 'body.profile.role'],
    [{ 'a\0b': 1 }, 'body.a'],
    [JSON.parse('{"a":{"__proto__":{"admin":true}}}'), ''],
  ])('refuses %j', async (body, path) => {
    const answer = await served.send('/', json(body))
    expect([answer.status, answer.body]).toMatchObject([400, {}])
    expect(answer.text).toContain(path)
    if (path !== '') expect(answer.body).toMatchObject({ code: 'CORBEL_INPUT_OPERATOR' })
  })

  it('refuses operators in queries', async () => {
    expect((await served.send('/?user[$ne]=')).status).toBe(400)
    expect((await served.send('/?$where=1')).status).toBe(400)
    expect((await served.send('/?user=$ne')).body).toEqual({ query: { user: '$ne' } })
  })

  it('takes everything else, values with dollars and dots included', async () => {
    const body = { price: '$5', mail: 'a.b@c.d', list: [1, 'x', null], $ref: '#/a', a$: 1 }
    expect((await served.send('/', json(body))).body).toEqual({ body })
  })

  it('stands the deepest input that there is', async () => {
    const depth = 5_000
    const deep = `${'{"a":'.repeat(depth)}{"$ne":1}${'}'.repeat(depth)}`
    const answer = await served.send('/', { ...json({}), body: deep })
    expect(answer.status).toBe(400)
  })

  it('looks at messages of gateways, too', async () => {
    const client = await TestClient.open(served.url)
    client.emit('find', { user: { $ne: 1 } })
    expect(await client.messages(1)).toMatchObject([
      { event: 'exception', data: { code: 'CORBEL_INPUT_OPERATOR', statusCode: 400 } },
    ])
    client.socket.terminate()
  })
})
