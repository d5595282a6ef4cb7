import {
  createApp,
  Injectable,
  Module,
  type Application,
  type CanActivate,
  type ExecutionContext,
  type HttpRequest,
} from 'corbel'
import {
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketAdminModule,
  WebSocketAnalytics,
  WebSocketGateway,
  type Socket,
} from 'corbel/websocket'
import { TestClient } from '../websocket/client.js'

@WebSocketGateway({ path: '/chat' })
class ChatGateway {
  @SubscribeMessage('join') join(@ConnectedSocket() client: Socket, @MessageBody() room: string) {
    client.join(room)
    return 'joined'
  }
}

// #region module
@Injectable()
class FromInside implements CanActivate {
  canActivate(context: ExecutionContext) {
    const token = process.env['METRICS_TOKEN']
    const { headers } = context.switchToHttp().getRequest<HttpRequest>()
    return token !== undefined && headers['authorization'] === `Bearer ${token}`
  }
}

@Module({
  imports: [WebSocketAdminModule.forRoot({ path: '/admin/websockets', guards: [FromInside] })],
  providers: [ChatGateway],
})
class AppModule {}
// #endregion

// #region snapshot
function busiest(analytics: WebSocketAnalytics) {
  const { gateways } = analytics.snapshot()
  const events = gateways.flatMap(({ name, events }) => events.map((event) => ({ gateway: name, ...event })))
  const [first] = events.sort((a, b) => b.messages - a.messages)
  return first && `${first.gateway}.${first.method}: ${first.messages}, 99 % within ${first.latency.p99} ms`
}
// #endregion

describe('docs/gateway-analytics.md', () => {
  let app: Application

  afterEach(async () => {
    await app.close()
    vi.unstubAllEnvs()
  })

  it('shows administrators what goes on', async () => {
    vi.stubEnv('METRICS_TOKEN', 'secret')
    app = await createApp(AppModule, { logger: false })
    await app.listen(0, '127.0.0.1')
    const url = await app.getUrl()
    const client = await TestClient.open(`${url}/chat`)
    await client.emit('join', 'a', 1).messages(1)
    const headers = { authorization: 'Bearer secret', accept: 'text/plain' }
    const text = await (await fetch(`${url}/admin/websockets`, { headers })).text()
    expect(text).toContain('\ncorbel_websocket_room_memberships{adapter="plain",path="/chat"} 1\n')
    expect((await fetch(`${url}/admin/websockets`)).status).toBe(403)
    expect(busiest(app.get(WebSocketAnalytics, { strict: false }))).toMatch(
      /^ChatGateway\.join: 1, 99 % within [\d.]+ ms$/,
    )
    await client.close()
  })
})
