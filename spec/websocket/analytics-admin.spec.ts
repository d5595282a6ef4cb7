import {
  AUDIT_LOG,
  createApp,
  Global,
  Injectable,
  MemoryAuditLog,
  Module,
  type Application,
  type CanActivate,
  type ExecutionContext,
} from 'corbel'
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketAdminModule,
  WebSocketGateway,
  type ClientSnapshot,
  type PageOf,
  type RoomSnapshot,
  type Socket,
  type WebSocketSnapshot,
} from 'corbel/websocket'
import { TestClient } from './client.js'

/** For what needs as long as the machine does. */
const WAIT = { timeout: 15_000 }

@Injectable()
class HasKey implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: object }>()
    request.user = { id: 'operator' }
    return request.headers['x-key'] === 'open sesame'
  }
}

@WebSocketGateway({ path: '/chat' })
class Chat {
  @SubscribeMessage('join') join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    client.join(room)
    return client.id
  }
}

const audit = new MemoryAuditLog()

@Global()
@Module({ providers: [{ provide: AUDIT_LOG, useValue: audit }], exports: [AUDIT_LOG] })
class AuditModule {}

@Module({
  imports: [AuditModule, WebSocketAdminModule.forRoot({ path: '/ops/sockets', guards: [HasKey] })],
  providers: [Chat],
})
class Root {}

describe('the admin endpoint of gateways', () => {
  let app: Application
  let url: string
  let client: TestClient
  let id: string

  beforeEach(async () => {
    app = await createApp(Root, { logger: false })
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
    client = await TestClient.open(`${url}/chat`)
    client.emit('join', 'a&b', 1)
    const [answer] = (await client.messages(1)) as { data: string }[]
    id = answer!.data
  })

  afterEach(async () => {
    client.socket.terminate()
    await app.close()
  })

  const get = (path = '', headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/ops/sockets${path}`, { headers: { 'x-key': 'open sesame', ...headers } })
  const json = async <T>(path = ''): Promise<T> => (await get(path)).json() as Promise<T>
  const disconnect = (who: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/ops/sockets/clients/${who}/disconnect`, {
      method: 'POST',
      headers: { 'x-key': 'open sesame', 'content-type': 'application/json', ...headers },
      body: '{}',
    })

  it('does not start without a guard', () => {
    expect(() => WebSocketAdminModule.forRoot({ guards: [] })).toThrow(
      expect.objectContaining({ code: 'CORBEL_WS_ADMIN_UNGUARDED' }),
    )
    expect(() => WebSocketAdminModule.forRoot({} as never)).toThrow(/Give guards/)
  })

  it('is closed to everybody else', async () => {
    for (const path of ['', '/rooms', '/clients'])
      expect((await get(path, { 'x-key': 'wrong' })).status).toBe(403)
    expect((await disconnect(id, { 'x-key': 'wrong' })).status).toBe(403)
    expect(client.closed).toBeUndefined()
  })

  it('gives the numbers as JSON, or as text to systems that collect metrics', async () => {
    const answer = await get()
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { places, gateways } = (await answer.json()) as WebSocketSnapshot
    expect(places).toMatchObject([{ path: '/chat', connections: { now: 1 }, messages: { in: 1, out: 1 } }])
    expect(gateways).toMatchObject([{ name: 'Chat', events: [{ event: 'join', messages: 1 }] }])
    const collector =
      'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1'
    for (const accept of ['text/plain', collector]) {
      const text = await get('', { accept })
      expect(text.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
      expect(text.headers.get('vary')).toContain('Accept')
      expect(await text.text()).toContain('\ncorbel_websocket_connections{adapter="plain",path="/chat"} 1\n')
    }
  })

  it('lists rooms and the clients of one, in bounded parts', async () => {
    expect(await json<PageOf<RoomSnapshot>>('/rooms?limit=5')).toEqual({
      total: 1,
      offset: 0,
      items: [{ path: '/chat', room: 'a&b', members: 1 }],
    })
    const room = `/clients?path=/chat&room=${encodeURIComponent('a&b')}`
    const { total, items } = await json<PageOf<ClientSnapshot>>(room)
    expect(total).toBe(1)
    expect(items).toEqual([
      {
        id,
        path: '/chat',
        address: '127.0.0.1',
        since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        rooms: 1,
        messages: { in: 1, out: 1 },
        bytes: { in: expect.any(Number), out: expect.any(Number) },
        waiting: 0,
      },
    ])
    for (const wrong of ['limit=1001', 'limit=-1', 'limit=x', 'offset=100001', 'room=a&room=b'])
      expect((await get(`/clients?${wrong}`)).status, wrong).toBe(400)
  })

  it('disconnects a client, and says so in the audit log', async () => {
    expect((await disconnect(id)).status).toBe(204)
    await client.end()
    await expect.poll(() => json<PageOf<ClientSnapshot>>('/clients'), WAIT).toMatchObject({ total: 0 })
    expect((await disconnect(id)).status).toBe(404)
    expect(audit.of('websocket.disconnected').slice(-2)).toMatchObject([
      { outcome: 'success', actor: 'operator', target: id, address: '127.0.0.1' },
      { outcome: 'failure', actor: 'operator', target: id },
    ])
  })

  it('disconnects nobody for pages of other sites', async () => {
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
    ]
    for (const headers of foreign) {
      const answer = await disconnect(id, headers)
      expect([answer.status, (await answer.json()) as object]).toMatchObject([
        403,
        { code: 'CORBEL_WS_ADMIN_FOREIGN' },
      ])
    }
    expect(client.closed).toBeUndefined()
    const own: Record<string, string>[] = [{ origin: url }, { 'sec-fetch-site': 'same-origin' }]
    for (const headers of own) {
      expect((await disconnect('nobody', headers)).status).toBe(404)
    }
  })
})
