import { createApp, Module, type Application, type Class } from 'corbel'
import { MessageBody, PlainAdapter, SubscribeMessage, WebSocketGateway } from 'corbel/websocket'
import { localhost } from '../../server/tls/identities.js'
import { close, frame, OP } from './frames.js'
import type { Peer } from './peer.js'
import { createWires, open, overHttp1, type Wire } from './wires.js'

@WebSocketGateway({ path: '/echo' })
class Echo {
  @SubscribeMessage('echo') echo(@MessageBody() data: unknown) {
    return data
  }
}

@WebSocketGateway({ namespace: /^\/rooms\/\w+$/ })
class Pattern {}

let app: Application | undefined
afterEach(async () => {
  await app?.close()
  app = undefined
})

async function start(
  tls = false,
  adapter = new PlainAdapter(),
  providers: Class[] = [Echo],
): Promise<number> {
  @Module({ providers })
  class Root {}
  const https = tls && { httpsOptions: { key: localhost.key, cert: localhost.cert } }
  app = await createApp(Root, { logger: false, shutdownSignals: false, ...https })
  app.useWebSocketAdapter(adapter)
  await app.listen(0, '127.0.0.1')
  return Number(new URL(await app.getUrl()).port)
}

const message = (data: string): string => JSON.stringify({ event: 'echo', id: 1, data })

describe.each(createWires().map((wire) => [wire.name, wire] as const))(
  'a gateway over %s',
  (_, wire: Wire) => {
    afterAll(() => wire.close())
    const meet = async (): Promise<Peer> => open(wire, await start(wire.tls), {}, '/echo')

    it('answers what it is sent, up to 16 MiB, in one frame or in many', async () => {
      const peer = await meet()
      const envelope = message('').length
      for (const size of [0, 1, 125, 65_536, 16 * 1024 * 1024 - envelope]) {
        const text = message('x'.repeat(size))
        peer.write(frame(OP.TEXT, text.slice(0, 20), { final: false }))
        peer.write(frame(OP.CONTINUED, text.slice(20)))
        await peer.heard(1)
        const [answer] = peer.frames.splice(0)
        expect(JSON.parse(answer!.payload.toString())).toEqual({ id: 1, data: 'x'.repeat(size) })
      }
      peer.write(frame(OP.TEXT, 'x'.repeat(16 * 1024 * 1024 + 1)))
      await peer.end()
      expect(peer.frames[0]!.payload.readUInt16BE(0)).toBe(1009)
      peer.leave()
    })

    it('tells its clients 1001 when the application closes, and waits for no more than their answer', async () => {
      const peer = await meet()
      const closed = app!.close()
      await peer.heard(1)
      expect(peer.frames[0]).toMatchObject({ opcode: OP.CLOSE, payload: Buffer.from([0x03, 0xe9]) })
      peer.write(close(1001))
      await peer.end()
      peer.leave()
      await closed
      app = undefined
    })
  },
)

describe('a gateway', () => {
  it('has the limits that its adapter is given', async () => {
    const port = await start(false, new PlainAdapter({ limits: { maxMessageSize: 100 } }))
    const peer = await open(overHttp1(false), port, {}, '/echo')
    peer.write(frame(OP.TEXT, message('x'.repeat(100))))
    await peer.end()
    expect(peer.frames[0]!.payload.readUInt16BE(0)).toBe(1009)
    peer.leave()
  })

  it('has no pattern as its namespace, which plain WebSockets do not know', async () => {
    await expect(start(false, new PlainAdapter(), [Pattern])).rejects.toMatchObject({
      code: 'CORBEL_WS_NAMESPACE_PATTERN',
      message: expect.stringContaining('/^\\/rooms\\/\\w+$/') as unknown,
    })
    app = undefined
  })
})
