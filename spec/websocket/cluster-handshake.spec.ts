import { createApp, Module } from 'corbel'
import { WebSocketGateway, WebSocketServer, type Server } from 'corbel/websocket'
import { describeMember } from '../../lib/websocket/plain/cluster/remote-socket.js'
import { eventually } from '../support/eventually.js'
import { TestClient } from './client.js'

@WebSocketGateway({ path: '/chat', auth: { from: ['query'], optional: true } })
class Chat {
  @WebSocketServer() server!: Server
}

@Module({ providers: [Chat] })
class Root {}

describe('what other processes learn of a client', () => {
  it('is how it has connected, without credentials, and without the request itself', async () => {
    const app = await createApp(Root, { logger: false })
    await app.listen(0, '127.0.0.1')
    const headers = { cookie: 'session=secret', 'x-device': 'phone' }
    const client = await TestClient.open(`${await app.getUrl()}/chat?name=Ada&token=secret`, { headers })
    const { server } = app.get(Chat)
    await eventually(() => expect(server.clients.size).toBe(1))
    const [member] = server.clients
    const report = vi.fn()
    const text = describeMember(member!, report)
    expect(report).not.toHaveBeenCalled()
    expect(text).not.toContain('secret')
    expect(JSON.parse(text)).toMatchObject({ id: member!.id, rooms: [], data: {} })
    const { handshake } = JSON.parse(text) as { handshake: object }
    expect(handshake).toEqual({
      headers: expect.objectContaining({ 'x-device': 'phone' }),
      query: { name: 'Ada' },
      params: {},
      url: '/chat?name=Ada',
      address: '127.0.0.1',
      secure: false,
    })
    await client.close()
    await app.close()
  })
})
