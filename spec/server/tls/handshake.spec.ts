import { TLS, type TlsInfo } from '../../../lib/http/index.js'
import type { TlsOptions } from '../../../lib/server/index.js'
import { eventually } from '../../support/eventually.js'
import { deferred, echo, head, reply, start, type Fixture } from '../start.js'
import { alpha, authority, client, localhost, other, shownName, stranger, wild } from './identities.js'

const own: TlsOptions = { key: localhost.key, cert: localhost.cert }

async function startTls(options: Partial<TlsOptions> = {}, more: Parameters<typeof start>[1] = {}) {
  const seen: TlsInfo[] = []
  const fixture = await start(
    (exchange) => {
      const tls = exchange.feature(TLS)
      if (tls !== undefined) seen.push(tls)
      return echo(exchange)
    },
    { ...more, tls: { ...own, ...options } },
  )
  return { ...fixture, seen }
}

describe('TLS', () => {
  it('is verified by a client that trusts the authority, and tells what was agreed on', async () => {
    const { openTls, seen, server } = await startTls()
    expect(server.addresses).toMatchObject([{ secure: true }])
    const secure = await openTls({
      ca: authority.cert,
      rejectUnauthorized: true,
      servername: 'localhost',
      ALPNProtocols: ['h2', 'http/1.1'],
    })
    expect((await secure.send(head('GET /a')).response()).body).toBe('GET /a')
    expect(secure.socket.alpnProtocol).toBe('http/1.1')
    expect(seen).toMatchObject([
      {
        protocol: 'TLSv1.3',
        cipher: 'TLS_AES_128_GCM_SHA256',
        serverName: 'localhost',
        applicationProtocol: 'http/1.1',
        resumed: false,
        authorized: false,
        authorizationError: undefined,
        peerCertificate: undefined,
      },
    ])
  })

  it('makes the scheme https and the connection encrypted', async () => {
    const { openTls } = await start(
      (exchange) => {
        const { scheme, connection } = exchange
        reply(exchange, `${scheme} ${connection.encrypted} ${connection.remoteAddress}`)
      },
      { tls: own },
    )
    const secure = await openTls()
    expect((await secure.send(head('GET /')).response()).body).toBe('https true 127.0.0.1')
  })

  it('refuses a client that speaks only other protocols', async () => {
    const { openTls, warnings } = await startTls()
    await expect(openTls({ ALPNProtocols: ['imap'] })).rejects.toThrow(/no application protocol/)
    expect(warnings).toMatchObject([{ code: 'CORBEL_TLS_HANDSHAKE' }])
  })

  it('is not spoken below TLS 1.2, and below 1.3 only if allowed', async () => {
    const { openTls, seen } = await startTls()
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const
    await expect(openTls(old)).rejects.toThrow()
    const before = await openTls({ maxVersion: 'TLSv1.2' })
    await before.send(head('GET /')).response()
    expect(seen).toMatchObject([{ protocol: 'TLSv1.2', cipher: expect.stringMatching(/^TLS_ECDHE_.*GCM/) }])
    const strict = await startTls({ minVersion: 'TLSv1.3' })
    await expect(strict.openTls({ maxVersion: 'TLSv1.2' })).rejects.toThrow(/version/)
  })

  it('resumes sessions, of both versions', async () => {
    const { openTls, seen } = await startTls()
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const session = deferred<Buffer>()
      const first = await openTls({ maxVersion })
      first.socket.once('session', session.resolve)
      await first.send(head('GET /')).response()
      const saved = maxVersion === 'TLSv1.2' ? first.socket.getSession()! : await session.promise
      const second = await openTls({ maxVersion, session: saved })
      await second.send(head('GET /')).response()
    }
    expect(seen.map(({ resumed }) => resumed)).toEqual([false, true, false, true])
  })

  it('pipelines, keeps the connection, and ends it in order', async () => {
    const { openTls } = await startTls()
    const secure = await openTls()
    secure.send(head('GET /1') + head('GET /2') + head('GET /3', 'Connection: close'))
    expect((await secure.allResponses()).map(({ body }) => body)).toEqual(['GET /1', 'GET /2', 'GET /3'])
  })
})

describe('bytes that are not TLS', () => {
  it('on the port of TLS close the connection, and are told once', async () => {
    const { open, openTls, warnings } = await startTls()
    for (let i = 0; i < 3; i++) {
      const plain = await open()
      await plain.send(head('GET /')).gone()
      expect(plain.received).not.toContain('HTTP/1.1 200')
    }
    expect(warnings).toMatchObject([
      { code: 'CORBEL_TLS_HANDSHAKE', message: expect.stringContaining('https://') },
    ])
    expect((await (await openTls()).send(head('GET /')).response()).status).toBe(200)
  })

  it('that are a handshake, on a port without TLS, are answered 400', async () => {
    const { converse } = await start(echo)
    const hello = await clientHello()
    expect(await converse(hello)).toMatchObject([{ status: 400 }])
  })
})

describe('a handshake', () => {
  it('has to come to its end in time', async () => {
    const { open, warnings } = await startTls({ handshakeTimeout: 30 })
    const silent = await open()
    await silent.gone()
    expect(warnings).toMatchObject([
      { code: 'CORBEL_TLS_HANDSHAKE', message: expect.stringContaining('in time') },
    ])
  })

  it('that the client breaks off is nobody else’s business', async () => {
    const { open, openTls, errors } = await startTls()
    const hello = await clientHello()
    for (const end of ['reset', 'destroy', 'end'] as const) {
      const one = await open()
      one.send(hello.subarray(0, 40))[end]()
      await one.gone()
    }
    expect((await (await openTls()).send(head('GET /')).response()).status).toBe(200)
    expect(errors).toEqual([])
  })

  it('counts as a connection: there is a bound', async () => {
    const { open, openTls, peer } = await startTls({ handshakeTimeout: 600_000 }, { maxConnections: 1 })
    const first = await open()
    const second = await open()
    const third = await open()
    await third.gone()
    const ends = [await peer(first), await peer(second)]
    first.destroy()
    second.destroy()
    await eventually(() => expect(ends.map(({ closed }) => closed)).toEqual([true, true]))
    expect((await (await openTls()).send(head('GET /')).response()).status).toBe(200)
  })

  it('is cut off when the server closes', async () => {
    const { open, server } = await startTls()
    const silent = await open()
    const connected = await open() // so that the first one was accepted, too
    await server.drain(1000)
    await Promise.all([silent.gone(), connected.gone()])
  })
})

describe('server names', () => {
  const certificateOf = (one: typeof alpha) => ({ key: one.key, cert: one.cert })
  const nameFor = async ({ openTls }: Pick<Fixture, 'openTls'>, servername?: string) =>
    shownName((await openTls(servername === undefined ? {} : { servername })).socket)

  it('choose the certificate, exactly or by one label; others see the listener’s own', async () => {
    const fixture = await startTls({
      sni: { 'A.example': certificateOf(alpha), '*.b.example': certificateOf(wild) },
    })
    expect(await nameFor(fixture, 'a.EXAMPLE')).toBe('a.example')
    expect(await nameFor(fixture, 'x.b.example')).toBe('*.b.example')
    expect(await nameFor(fixture, 'b.example')).toBe('localhost')
    expect(await nameFor(fixture, 'y.x.b.example')).toBe('localhost')
    expect(await nameFor(fixture, 'c.example')).toBe('localhost')
    expect(await nameFor(fixture)).toBe('localhost')
  })

  it('can be looked up by a function, whose object is read once', async () => {
    const cert = jest.fn(() => alpha.cert)
    const certificate = {
      key: alpha.key,
      get cert() {
        return cert()
      },
    }
    const fixture = await startTls({
      sni: async (name) => (name === 'a.example' ? certificate : undefined),
    })
    expect(await nameFor(fixture, 'a.example')).toBe('a.example')
    const reads = cert.mock.calls.length
    expect(await nameFor(fixture, 'a.example')).toBe('a.example')
    expect(cert).toHaveBeenCalledTimes(reads)
    expect(await nameFor(fixture, 'c.example')).toBe('localhost')
  })

  it('whose lookup fails end the handshake, and the error is told', async () => {
    const fixture = await startTls({ sni: () => ({ key: alpha.key }) })
    await expect(nameFor(fixture, 'a.example')).rejects.toThrow()
    expect(fixture.warnings).toMatchObject([{ code: 'CORBEL_TLS_CONFIGURATION' }, {}])
    expect(await nameFor(fixture)).toBe('localhost')
  })

  it('work by Node’s callback', async () => {
    const { createSecureContext } = await import('node:tls')
    const fixture = await startTls({
      SNICallback: (name, done) =>
        done(null, name === 'a.example' ? createSecureContext(certificateOf(alpha)) : undefined),
    })
    expect(await nameFor(fixture, 'a.example')).toBe('a.example')
    expect(await nameFor(fixture, 'c.example')).toBe('localhost')
  })
})

describe('client certificates', () => {
  const shown = { key: client.key, cert: client.cert }
  const strange = { key: stranger.key, cert: stranger.cert }

  it('can be asked for, and what came of it told', async () => {
    const { openTls, seen } = await startTls({ clientCertificates: 'request', ca: authority.cert })
    for (const identity of [shown, strange, {}]) {
      await (await openTls(identity)).send(head('GET /')).response()
    }
    expect(seen).toMatchObject([
      { authorized: true, authorizationError: undefined, peerCertificate: { subject: { CN: 'ada' } } },
      {
        authorized: false,
        authorizationError: expect.any(String),
        peerCertificate: { subject: { CN: 'mallory' } },
      },
      { authorized: false, authorizationError: expect.any(String), peerCertificate: undefined },
    ])
  })

  it.each([{ clientCertificates: 'require' } as const, { requestCert: true }])(
    'can be required: %j',
    async (options) => {
      const { openTls, seen } = await startTls({ ...options, ca: [authority.cert] })
      expect((await (await openTls(shown)).send(head('GET /')).response()).status).toBe(200)
      for (const identity of [strange, {}]) {
        // with TLS 1.3 the client learns of it only after its own side of the handshake
        const received = await openTls(identity).then(
          async (one) => {
            await one.send(head('GET /')).gone()
            return one.received
          },
          () => '',
        )
        expect(received).toBe('')
      }
      expect(seen).toMatchObject([{ authorized: true }])
    },
  )

  it('are verified by the authorities of the name, else by those of the listener, never by those of the system', async () => {
    const { openTls, seen } = await startTls({
      clientCertificates: 'request',
      ca: authority.cert,
      sni: {
        'a.example': { key: alpha.key, cert: alpha.cert },
        'b.example': { key: wild.key, cert: wild.cert, ca: other.cert },
      },
    })
    for (const servername of ['a.example', 'b.example']) {
      for (const identity of [shown, strange]) {
        await (await openTls({ servername, ...identity })).send(head('GET /')).response()
      }
    }
    expect(seen.map(({ authorized }) => authorized)).toEqual([true, false, false, true])
  })

  it('verified for one name do not let a resumed session in at another', async () => {
    const { openTls, seen } = await startTls({
      clientCertificates: 'request',
      ca: authority.cert,
      sni: { 'b.example': { key: wild.key, cert: wild.cert, ca: other.cert } },
    })
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      let session: Buffer | undefined
      const first = await openTls({ servername: 'a.example', ...shown, maxVersion })
      first.socket.on('session', (saved: Buffer) => (session = saved))
      await first.send(head('GET /', 'Connection: close')).allResponses()
      session ??= first.socket.getSession()
      await (
        await openTls({ servername: 'b.example', ...shown, maxVersion, session })
      )
        .send(head('GET /'))
        .response()
    }
    expect(seen.map(({ resumed, authorized }) => [resumed, authorized])).toEqual([
      [false, true],
      [false, false],
      [false, true],
      [false, false],
    ])
  })
})

/** What a TLS client sends first. */
async function clientHello(): Promise<Buffer> {
  const { createServer } = await import('node:net')
  const { connect: connectTls } = await import('node:tls')
  const received = deferred<Buffer>()
  const listener = createServer((socket) => socket.once('data', received.resolve))
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as { port: number }
  const probe = connectTls({ port, host: '127.0.0.1', servername: 'localhost' }).on('error', () => undefined)
  const bytes = await received.promise
  probe.destroy()
  listener.close()
  return bytes
}
