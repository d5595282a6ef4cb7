import { Listeners } from '../../../lib/server/listener/index.js'
import type { Arrival, ConnectionProtocol } from '../../../lib/server/index.js'
import { RawClient } from '../../support/raw-http.js'
import { localhost } from '../tls/identities.js'

/** A protocol that says its name and what it was told, and ends. */
const named = (alpn: string, arrivals: (Arrival | undefined)[]): ConnectionProtocol => ({
  alpn,
  accept(socket, arrival) {
    arrivals.push(arrival)
    socket.on('error', () => undefined)
    socket.end(alpn)
    socket.resume()
  },
})

describe('listeners', () => {
  it('give a connection to the protocol that ALPN agrees on, else to the last one', async () => {
    const arrivals: (Arrival | undefined)[] = []
    const listeners = new Listeners({
      protocols: [named('first', arrivals), named('second', arrivals)],
      tls: undefined,
      hasRoom: () => true,
      report: (error) => expect(error).toBeUndefined(),
      warn: (warning) => expect(warning).toBeUndefined(),
    })
    const tls = { key: localhost.key, cert: localhost.cert }
    const proxyProtocol = { from: ['127.0.0.1'] }
    const [plain, secure, proxied] = await listeners.listen({
      listeners: [{ host: '127.0.0.1' }, { host: '127.0.0.1', tls }, { host: '127.0.0.1', proxyProtocol }],
    })
    const said = async (client: RawClient) => {
      const text = await client.serverEnd()
      client.destroy()
      return text
    }
    expect(await said(await RawClient.open(plain!.port))).toBe('second')
    expect(await said(await RawClient.openTls(secure!.port))).toBe('second')
    for (const [offered, agreed] of [
      [['second', 'first'], 'first'],
      [['second'], 'second'],
    ] as const) {
      const client = await RawClient.openTls(secure!.port, { ALPNProtocols: [...offered] })
      expect(await said(client)).toBe(agreed)
    }
    const client = await RawClient.open(proxied!.port)
    client.send('PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nrest')
    expect(await said(client)).toBe('second')
    expect(arrivals.at(-1)).toMatchObject({
      ends: { remoteAddress: '192.0.2.1' },
      head: Buffer.from('rest'),
    })
    listeners.stop()
  })
})
