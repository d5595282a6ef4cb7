import { UPGRADE, type UpgradedSocket } from '../../../lib/http/index.js'
import type { TlsOptions } from '../../../lib/server/index.js'
import { heldTime } from '../../support/held-time.js'
import { readSlowly } from '../slow-reader.js'
import { deferred, echo, head, reply, start, TEXT } from '../start.js'
import { localhost } from './identities.js'

const time = heldTime()
const own: TlsOptions = { key: localhost.key, cert: localhost.cert }

describe('a client that reads slowly over TLS', () => {
  it('is cut off if it takes nothing', async () => {
    const outcome = deferred<string>()
    const large = Buffer.alloc(32 << 20, 'x')
    const { openTls } = await start(
      ({ sink }) => {
        sink.onClose(outcome.resolve)
        sink.head(200, TEXT, 'stream')
        sink.write(large)
        void sink.drained().catch(() => undefined)
      },
      { tls: own, writeTimeout: 60 },
    )
    const secure = await openTls()
    secure.socket.pause()
    secure.send(head('GET /'))
    expect(await time.passUntil(outcome.promise)).toBe('aborted')
    expect(time.now).toBeGreaterThanOrEqual(60)
  })

  it('is served to the end if it takes something, even of one large write', async () => {
    const size = 40_000_000
    const { openTls, peer } = await start((exchange) => reply(exchange, 'x'.repeat(size)), {
      tls: own,
      writeTimeout: 50,
      lingerTimeout: 600_000,
    })
    const secure = await openTls()
    secure.socket.pause()
    secure.send(head('GET /', 'Connection: close'))
    await readSlowly(time, secure, await peer(secure), 45)
    expect(secure.received.length).toBeGreaterThan(size)
    expect(time.now).toBeGreaterThan(100)
  })

  it('and half of the connection closed, still gets its answer', async () => {
    const { openTls } = await start(
      async (exchange) => {
        await new Promise((resolve) => setImmediate(resolve))
        await echo(exchange)
      },
      { tls: own },
    )
    const secure = await openTls()
    expect(await secure.send(head('GET /')).end().allResponses()).toMatchObject([{ body: 'GET /' }])
  })
})

describe('over TLS', () => {
  it('a stream in HTTP/1.0 that breaks off is reset, since closing would mean its end', async () => {
    const received = deferred()
    const { openTls } = await start(
      async ({ sink }) => {
        sink.head(200, TEXT, 'stream')
        sink.write(Buffer.from('part'))
        await received.promise
        sink.abort(new Error('broken'))
      },
      { tls: own },
    )
    const secure = (await openTls()).send('GET / HTTP/1.0\r\n\r\n')
    received.resolve(void (await secure.until(({ received }) => received.endsWith('part'))))
    expect(await secure.gone()).toBe('ECONNRESET')
  })

  it('an upgrade hands the TLS socket over, with the bytes that came already', async () => {
    const { openTls } = await start(
      (exchange) => {
        const { socket, head: first } = exchange.feature(UPGRADE)!.accept()
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo/1\r\n\r\n')
        socket.write(first)
        socket.on('data', (data: Buffer) => (socket as UpgradedSocket).write(data))
        socket.on('end', () => socket.end())
      },
      { tls: own },
    )
    const secure = await openTls()
    secure.send(head('GET /', 'Connection: Upgrade', 'Upgrade: echo/1') + 'first')
    expect((await secure.response()).status).toBe(101)
    await secure.until(({ received }) => received.endsWith('first'))
    secure.send('second').end()
    expect(await secure.serverEnd()).toBe('firstsecond')
  })

  it('a server that closes cuts off what is in flight', async () => {
    const arrived = deferred()
    const { openTls, server } = await start(
      () => {
        arrived.resolve()
        return new Promise(() => undefined)
      },
      { tls: own },
    )
    const secure = (await openTls()).send(head('GET /'))
    await arrived.promise
    await server.close()
    await secure.gone()
    expect(secure.received).toBe('')
  })
})
