import { once } from 'node:events'
import { connect } from 'node:http2'
import { WebSocketGateway } from 'corbel/websocket'
import type { ServerOptions, Socket } from 'socket.io'
import { close, frame, OP } from '../websocket/frames.js'
import type { Peer } from '../websocket/peer.js'
import { open, overHttp1, overHttp2, type Wire } from '../websocket/wires.js'
import { startAttached, startGateways, type Subject } from './application.js'
import { eventually } from '../../support/eventually.js'

const CALM = { pingInterval: 25_000, pingTimeout: 20_000 }
const PATH = '/socket.io/?EIO=4&transport=websocket'

let subject: Subject | undefined
const wires: Wire[] = []
afterEach(async () => {
  for (const wire of wires.splice(0)) wire.close()
  await subject?.close()
  subject = undefined
})

const portOf = ({ url }: Subject): number => Number(new URL(url).port)
const used = (wire: Wire): Wire => {
  wires.push(wire)
  return wire
}

/** The texts of so many frames. */
async function texts(peer: Peer, count: number): Promise<string[]> {
  await peer.heard(count)
  return peer.frames.splice(0, count).map(({ payload }) => payload.toString())
}

describe.each([
  ['HTTP/1.1 over TLS', () => overHttp1(true)],
  ['HTTP/2', () => overHttp2(false)],
  ['HTTP/2 over TLS', () => overHttp2(true)],
])('socket.io over %s (RFC 8441)', (_, make) => {
  const begin = async (options: Partial<ServerOptions> = {}, fields = {}): Promise<Peer> => {
    const wire = used(make())
    subject = await startGateways({ ...CALM, ...options }, undefined, wire.tls)
    return open(wire, portOf(subject), fields, PATH)
  }

  it('connects by WebSocket, and answers', async () => {
    const peer = await begin()
    expect((await texts(peer, 1))[0]).toMatch(/^0\{"sid":/)
    peer.write(frame(OP.TEXT, '40{"token":"abc"}'))
    expect(await texts(peer, 2)).toEqual([expect.stringMatching(/^40\{"sid":/), '42["auth",{"token":"abc"}]'])
    peer.write(frame(OP.TEXT, '4217["message-with-ack",1,"κόσμε"]'))
    expect(await texts(peer, 1)).toEqual(['4317[1,"κόσμε"]'])
    peer.write(close(1000))
    await peer.end()
    expect(peer.frames).toMatchObject([{ opcode: OP.CLOSE }])
    peer.leave()
  })

  it('carries much, in both directions', async () => {
    const peer = await begin({ maxHttpBufferSize: 1e7 })
    peer.write(frame(OP.TEXT, '40'))
    await texts(peer, 3)
    const long = 'x'.repeat(3_000_000)
    for (let count = 0; count < 3; count++)
      peer.write(frame(OP.TEXT, `42${count}["message-with-ack","${long}",${count}]`))
    expect((await texts(peer, 3)).map((text) => [text.length, text.slice(0, 4), text.slice(-3)])).toEqual(
      [0, 1, 2].map((count) => [long.length + 9, `43${count}[`, `,${count}]`]),
    )
    peer.leave()
  })

  it('compresses, if asked to', async () => {
    const peer = await begin(
      { perMessageDeflate: { threshold: 1 } },
      { 'sec-websocket-extensions': 'permessage-deflate' },
    )
    expect(peer.headers.get('sec-websocket-extensions')).toMatch(/^permessage-deflate/)
    await peer.heard(1)
    expect(peer.frames[0]!.rsv).toBe(0x40)
    peer.leave()
  })

  it('ends with the connection of its client', async () => {
    const wire = used(make())
    const left: string[] = []
    @WebSocketGateway()
    class Visited {
      handleDisconnect(_: Socket, reason: string): void {
        left.push(reason)
      }
    }
    subject = await startGateways(CALM, [Visited], wire.tls)
    const peer = await open(wire, portOf(subject), {}, PATH)
    peer.write(frame(OP.TEXT, '40'))
    await texts(peer, 2)
    peer.wire.destroy()
    await eventually(() => expect(left).toEqual([expect.stringMatching(/^transport (close|error)$/)]))
  })

  it('refuses what it refuses over HTTP/1.1', async () => {
    const wire = used(make())
    subject = await startGateways(CALM, undefined, wire.tls)
    const refused = await wire.shake(portOf(subject), {}, '/socket.io/?EIO=4&transport=websocket&sid=abc')
    expect(refused.status).toBe(400)
    refused.wire.destroy()
    const other = await wire.shake(portOf(subject), { 'sec-websocket-version': '7' }, PATH)
    expect(other.status).toBe(400)
    other.wire.destroy()
  })
})

describe('what is attached to the server', () => {
  it('gets WebSockets over HTTP/2 as those over HTTP/1.1', async () => {
    subject = await startAttached(CALM)
    const wire = used(overHttp2(false))
    const peer = await open(wire, portOf(subject), {}, '/engine.io/?EIO=4&transport=websocket')
    expect((await texts(peer, 1))[0]).toMatch(/^0\{"sid":/)
    peer.write(frame(OP.TEXT, '4hello'))
    peer.write(frame(OP.BINARY, Uint8Array.of(1, 2)))
    expect(await texts(peer, 2)).toEqual(['4hello', '\x01\x02'])
    peer.leave()
  })
})

describe('polling over HTTP/2', () => {
  it('gets what WebSockets get, while others poll on the same connection', async () => {
    subject = await startGateways(CALM)
    const session = connect(subject.url)
    const ask = async (query: string, body?: string): Promise<string> => {
      const stream = session.request({
        ':path': `/socket.io/?EIO=4&transport=polling${query}`,
        ':method': body === undefined ? 'GET' : 'POST',
      })
      stream.end(body)
      stream.setEncoding('utf8')
      let text = ''
      stream.on('data', (part: string) => (text += part))
      await once(stream, 'end')
      return text
    }
    const sids = await Promise.all(
      [1, 2].map(async () => (JSON.parse((await ask('')).slice(1)) as { sid: string }).sid),
    )
    expect(await Promise.all(sids.map((sid) => ask(`&sid=${sid}`, '40')))).toEqual(['ok', 'ok'])
    for (const sid of sids) expect(await ask(`&sid=${sid}`)).toMatch(/^40\{"sid":.*42\["auth",\{\}\]$/)
    const waiting = sids.map((sid) => ask(`&sid=${sid}`))
    await Promise.all(sids.map((sid, at) => ask(`&sid=${sid}`, `421["message-with-ack",${at},"a"]`)))
    expect(await Promise.all(waiting)).toEqual(['431[0,"a"]', '431[1,"a"]'])
    session.close()
  })
})
