import type { WebSocketConnection } from '../../../lib/server/index.js'
import { startEcho, type Echo } from './echo.js'
import { close, closing, frame, OP } from './frames.js'
import type { Peer } from './peer.js'
import { createWires, open, type Wire } from './wires.js'
import { eventually } from '../../support/eventually.js'

describe.each(createWires().map((wire) => [wire.name, wire] as const))(
  'a server over %s',
  (_, wire: Wire) => {
    let echo: Echo
    beforeEach(async () => void (echo = await startEcho(wire.tls)))
    afterEach(async () => {
      expect(echo.errors).toEqual([])
      wire.close()
      await echo.close()
    })

    const meet = async (): Promise<readonly [Peer, WebSocketConnection]> => {
      const peer = await open(wire, echo.port)
      return [peer, [...echo.engine.sockets][0]!]
    }
    const ended = (code: number, reason: string): Promise<void> =>
      eventually(() => expect(echo.closes).toEqual([[code, reason]]))

    it('closes, and waits for the answer of the client (RFC 6455 §7.1.2, §7.3)', async () => {
      const [peer, socket] = await meet()
      socket.close(4001, 'enough')
      await peer.heard(1)
      expect(peer.frames[0]!.payload).toEqual(closing(4001, 'enough'))
      // what the client had sent meanwhile is not answered any more
      peer.write(Buffer.concat([frame(OP.TEXT, 'late'), frame(OP.PING, 'late'), close(4001)]))
      await peer.end()
      expect(peer.frames).toHaveLength(1)
      peer.leave()
      await ended(4001, '')
    })

    it('cuts a client off that does not answer a close frame', async () => {
      const [peer, socket] = await meet()
      socket.close()
      await peer.heard(1)
      socket.sweep(echo.engine.clock.now + echo.engine.limits.closeTimeout)
      await peer.end()
      await ended(1006, '')
    })

    it.each([
      ['a code and a reason', close(3000, 'bye'), 3000, 'bye'],
      ['nothing', close(), 1005, ''],
      ['what breaks the protocol', frame(3), 1002, 'an opcode is unknown'],
    ])('tells how the connection has ended: with %s (§7.1.5)', async (_name, bytes, code, reason) => {
      const [peer] = await meet()
      peer.write(bytes)
      await peer.end()
      peer.leave()
      await ended(code, reason)
    })

    it('tells how the connection has ended: without a close frame', async () => {
      const [peer] = await meet()
      peer.leave()
      await ended(1006, '')
    })
  },
)
