import { createConnection } from 'node:net'
import type { ProxyProtocolOptions } from '../../../lib/server/index.js'
import { TrustedPeers } from '../../../lib/server/proxy/index.js'
import { head, reply, start } from '../start.js'
import { localhost, shownName } from '../tls/identities.js'
import { INET, INET6, version2 } from './headers.js'

const V1 = 'PROXY TCP4 192.0.2.1 192.0.2.2 4660 443\r\n'
const SEEN4 = '192.0.2.1 4660 192.0.2.2 443'

const ends: Parameters<typeof start>[0] = (exchange) => {
  const { remoteAddress, remotePort, localAddress, localPort } = exchange.connection
  reply(exchange, [remoteAddress, remotePort, localAddress, localPort].join(' '))
}

const serve = (options: Partial<ProxyProtocolOptions> = {}, more: Parameters<typeof start>[1] = {}) =>
  start(ends, more, { proxyProtocol: { from: ['127.0.0.1'], headerTimeout: 600_000, ...options } })

describe('behind a proxy', () => {
  it.each([
    ['1', Buffer.from(V1), SEEN4],
    ['2', version2(INET), SEEN4],
    ['2 over IPv6', version2(INET6, { familyAndTransport: 0x21 }), '2001:db8::1:0:0:a 4660 ::1 443'],
  ])('a header of version %s tells the ends of the connection', async (_, header, seen) => {
    const { open } = await serve()
    const client = await open()
    client.send(Buffer.concat([header, Buffer.from(head('GET /'))]))
    expect((await client.response()).body).toBe(seen)
    expect((await client.send(head('GET /')).response()).body).toBe(seen)
  })

  it.each([V1, version2(INET)])(
    'a header may be split anywhere, and from the request: %j',
    async (header) => {
      const { open } = await serve()
      const bytes = Buffer.concat([Buffer.from(header as string), Buffer.from(head('GET /'))])
      await Promise.all(
        Array.from({ length: bytes.length - 1 }, async (_, i) => {
          const client = await open()
          client.send(bytes.subarray(0, i + 1))
          await new Promise((resolve) => setImmediate(resolve))
          client.send(bytes.subarray(i + 1))
          expect((await client.response()).body).toBe(SEEN4)
          client.destroy()
        }),
      )
    },
  )

  it('what it does not know, or says about itself, leaves the ends of the socket', async () => {
    const { open, port } = await serve()
    for (const header of [Buffer.from('PROXY UNKNOWN\r\n'), version2(INET, { versionAndCommand: 0x20 })]) {
      const client = await open()
      client.send(header).send(head('GET /'))
      const { localPort } = client.socket
      expect((await client.response()).body).toBe(`127.0.0.1 ${localPort} 127.0.0.1 ${port}`)
    }
  })

  it('the client of a Unix socket has no address', async () => {
    const { open } = await serve()
    const client = await open()
    client.send(version2(Buffer.alloc(216), { familyAndTransport: 0x31 })).send(head('GET /'))
    expect((await client.response()).body).toBe(' 0  0')
  })

  it.each(['0', '1'])('requests behind it come whole, accelerated: %s', async (accelerated) => {
    const given = process.env['CORBEL_HTTP_ACCELERATE']
    process.env['CORBEL_HTTP_ACCELERATE'] = accelerated
    const { open } = await start(
      async (exchange) => {
        const body = await exchange.body.bytes(1 << 20)
        reply(exchange, `${exchange.connection.remoteAddress} ${body.length}`)
      },
      {},
      { proxyProtocol: { from: ['127.0.0.1'] } },
    )
    if (given === undefined) delete process.env['CORBEL_HTTP_ACCELERATE']
    else process.env['CORBEL_HTTP_ACCELERATE'] = given
    const client = await open()
    client.send(V1 + head('POST /', 'Content-Length: 300000') + 'x'.repeat(100_000))
    client.send('x'.repeat(200_000))
    expect((await client.response()).body).toBe('192.0.2.1 300000')
    client.send(head('POST /', 'Content-Length: 3') + 'abc')
    expect((await client.response()).body).toBe('192.0.2.1 3')
  })

  it('TLS comes after the header, in the same piece or later', async () => {
    const { port } = await serve({}, { tls: { key: localhost.key, cert: localhost.cert } })
    const { connect } = await import('node:tls')
    for (const header of [V1, version2(INET)]) {
      const raw = createConnection({ port, host: '127.0.0.1' })
      raw.cork()
      raw.write(header)
      const secure = connect({ socket: raw, rejectUnauthorized: false })
      raw.uncork()
      await new Promise<void>((resolve, reject) =>
        secure.once('secureConnect', resolve).once('error', reject),
      )
      expect(shownName(secure)).toBe('localhost')
      secure.write(head('GET /', 'Connection: close'))
      let received = ''
      for await (const chunk of secure) received += String(chunk)
      expect(received).toContain(SEEN4)
      raw.destroy()
    }
  })

  it('TLS follows wherever the header is cut from it', async () => {
    const { port } = await serve({}, { tls: { key: localhost.key, cert: localhost.cert } })
    const { connect } = await import('node:tls')
    const { Duplex } = await import('node:stream')
    for (const cut of [1, V1.length - 1, V1.length, V1.length + 1, V1.length + 60]) {
      const raw = createConnection({ port, host: '127.0.0.1', noDelay: true })
      let first: Buffer | undefined = Buffer.from(V1)
      const wire = new Duplex({
        read() {},
        write(chunk: Buffer, _encoding, done) {
          if (first === undefined) {
            raw.write(chunk, done)
            return
          }
          const all = Buffer.concat([first, chunk])
          first = undefined
          raw.write(all.subarray(0, cut))
          setImmediate(() => raw.write(all.subarray(cut), done))
        },
        final: (done) => void raw.end(done),
      })
      raw.on('data', (chunk) => wire.push(chunk)).on('end', () => wire.push(null))
      const secure = connect({ socket: wire, rejectUnauthorized: false })
      secure.write(head('GET /', 'Connection: close'))
      let received = ''
      for await (const chunk of secure) received += String(chunk)
      expect(received, `cut at ${cut}`).toContain(SEEN4)
      raw.destroy()
    }
  })
})

describe('a connection is closed', () => {
  it.each([
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    'PROXY TCP4 nonsense\r\n',
    version2(INET, { versionAndCommand: 0x11 }),
  ])('unless it begins with a header: %j', async (bytes) => {
    const { open, warnings } = await serve()
    for (let i = 0; i < 2; i++) {
      const client = await open()
      client.send(Buffer.concat([Buffer.from(bytes as string), Buffer.from(head('GET /'))]))
      await client.gone()
      expect(client.received).toBe('')
    }
    // told once, counted after that
    expect(warnings).toMatchObject([{ code: 'CORBEL_PROXY_HEADER' }])
  })

  it('if the header does not come in time', async () => {
    const { open, warnings } = await serve({ headerTimeout: 20 })
    const client = await open()
    await client.send('PROXY ').gone()
    expect(warnings).toMatchObject([{ message: expect.stringContaining('in time') }])
  })

  it('if it comes from elsewhere, whatever it says', async () => {
    const { open, warnings } = await serve({ from: ['192.0.2.0/24', 'unix'] })
    const client = await open()
    await client.send(V1 + head('GET /')).gone()
    expect(client.received).toBe('')
    expect(warnings).toMatchObject([{ message: expect.stringContaining('127.0.0.1 is not in') }])
  })

  it('without a word if the proxy only looks whether the port is open', async () => {
    const { open, warnings } = await serve()
    expect(await (await open()).end().gone()).toBe('closed')
    const cut = await open()
    await cut.send('PROXY TCP4').end().gone()
    expect(warnings).toMatchObject([{ message: expect.stringContaining('cut off') }])
  })

  it('when the server stops', async () => {
    const { open, server } = await serve()
    const waiting = await open()
    waiting.send('PROXY ')
    await open()
    await server.drain(600_000)
    await waiting.gone()
  })
})

describe('where no header is required', () => {
  it('proxies may leave it out', async () => {
    const { open } = await serve({ required: false })
    const plain = await open()
    expect((await plain.send(head('GET /')).response()).body).toMatch(/^127\.0\.0\.1 /)
    const proxied = await open()
    expect((await proxied.send(V1 + head('GET /')).response()).body).toBe(SEEN4)
  })

  it('the header of anyone else is not believed', async () => {
    const { open, converse } = await serve({ required: false, from: ['192.0.2.1'] })
    expect((await (await open()).send(head('GET /')).response()).body).toMatch(/^127\.0\.0\.1 /)
    expect(await converse(V1 + head('GET /'))).toMatchObject([{ status: 400 }])
  })
})

describe('trusted peers', () => {
  const peers = (...entries: string[]) => {
    const trusted = new TrustedPeers()
    for (const entry of entries) expect(trusted.add(entry)).toBe(true)
    return trusted
  }

  it('are addresses and ranges, in the form of either family', () => {
    const trusted = peers('127.0.0.1', '10.0.0.0/8', 'fd00::/8', '::1')
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '10.255.0.1', 'fd12::1', '::1', 'fd12::1%eth0'])
      expect(trusted.has(address), address).toBe(true)
    for (const address of ['127.0.0.2', '11.0.0.1', 'fe80::1', '::2', '', undefined, 'nonsense'])
      expect(trusted.has(address), address).toBe(false)
  })

  it('may come by Unix sockets', () => {
    expect(peers('unix').has(undefined)).toBe(true)
    expect(peers('unix').has('127.0.0.1')).toBe(false)
  })

  it.each(['', 'localhost', '10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0/8', '1.2.3.4/8/8', 'fe80::1%lo'])(
    'are not %j',
    (entry) => expect(new TrustedPeers().add(entry)).toBe(false),
  )
})
