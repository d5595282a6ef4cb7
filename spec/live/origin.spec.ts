import type { ConnectionInfo, HttpRequest, TlsInfo } from '../../lib/index.js'
import { TLS } from '../../lib/http/index.js'
import { LiveExchange } from '../../lib/live/live-exchange.js'
import { originOf } from '../../lib/live/origin.js'

const TLS_INFO: TlsInfo = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  serverName: 'a.example',
  applicationProtocol: 'h2',
  resumed: false,
  authorized: true,
  authorizationError: undefined,
  peerCertificate: { fingerprint256: 'AB:CD' } as TlsInfo['peerCertificate'],
}

const CONNECTION: ConnectionInfo = {
  remoteAddress: '192.0.2.1',
  remotePort: 50_000,
  localAddress: '192.0.2.2',
  localPort: 443,
  encrypted: true,
  tls: TLS_INFO,
}

function origin(connection: Partial<ConnectionInfo> = {}, more: object = {}) {
  const headers = { lines: () => [['cookie', 'a=1']] }
  const exchange = {
    scheme: 'https',
    authority: 'a.example',
    headers,
    connection: { ...CONNECTION, ...connection },
    ...more,
  }
  return originOf({ exchange, ip: '192.0.2.1' } as unknown as HttpRequest)
}

describe('who asks for a live query', () => {
  it('is the same by another connection, or by a session of TLS that is taken up again', () => {
    const { identity } = origin()
    expect(origin({ remotePort: 50_001 }).identity).toBe(identity)
    expect(origin({ tls: { ...TLS_INFO, resumed: true } }).identity).toBe(identity)
  })

  it.each<[string, Partial<ConnectionInfo>, object?]>([
    ['address', { remoteAddress: '192.0.2.3' }],
    ['port of the server', { localPort: 8443 }],
    ['address of the server', { localAddress: '127.0.0.1' }],
    ['name of the server in the handshake', { tls: { ...TLS_INFO, serverName: 'b.example' } }],
    ['version of TLS', { tls: { ...TLS_INFO, protocol: 'TLSv1.2' } }],
    ['certificate', { tls: { ...TLS_INFO, peerCertificate: undefined } }],
    ['trust in the certificate', { tls: { ...TLS_INFO, authorized: false } }],
    ['transport without TLS', { tls: undefined }],
    ['host', {}, { authority: 'b.example' }],
    ['header', {}, { headers: { lines: () => [['cookie', 'a=2']] } }],
  ])('is somebody else by another %s', (_, connection, more) => {
    expect(origin(connection, more).identity).not.toBe(origin().identity)
  })

  it('is asked for by guards in each run', () => {
    const exchange = new LiveExchange('/', origin(), undefined, 100, false)
    expect(exchange.feature(TLS)).toBe(TLS_INFO)
    expect(exchange.connection).toMatchObject({ remoteAddress: '192.0.2.1', localPort: 443 })
  })
})
