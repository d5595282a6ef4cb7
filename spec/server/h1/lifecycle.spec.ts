import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UPGRADE, type UpgradedSocket } from '../../../lib/http/features.js'
import { createH1Server } from '../../../lib/server/index.js'
import { eventually } from '../../support/eventually.js'
import { parseResponse, type RawResponse } from '../../support/raw-http.js'
import { MemorySocket } from '../memory-socket.js'
import { deferred, echo, head, nextTurn, reply, start, TEXT } from '../start.js'

/** A time that no spec takes, on any machine. */
const NEVER = 600_000

describe('listening', () => {
  it('tells the port that was free', async () => {
    const server = createH1Server()
    const [address] = await server.listen({ host: '127.0.0.1', port: 0 })
    expect(address).toEqual({ host: '127.0.0.1', port: expect.any(Number), path: undefined, secure: false })
    expect(server.nodeServer.address()).toMatchObject({ port: address!.port })
    await server.close()
  })

  it('works on the path of a Unix socket', async () => {
    const path = join(tmpdir(), `corbel-${process.pid}-${Date.now()}.sock`)
    const server = createH1Server()
    expect(await server.listen({ path })).toEqual([{ host: '', port: 0, path, secure: false }])
    await server.close()
  })

  it('fails with a code where someone else listens', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => other.once('listening', resolve))
    const address = other.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const server = createH1Server()
    await expect(server.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'CORBEL_LISTEN_ADDRESS_IN_USE',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    })
    other.close()
    // not there: the port is anyone's now
    expect(await server.listen({ host: '127.0.0.1' })).toHaveLength(1)
    await server.close()
  })

  it('fails with a code where the system does not allow it, or knows no such address', async () => {
    const server = createH1Server()
    server.nodeServer.listen = () => {
      throw Object.assign(new Error('listen EACCES'), { code: 'EACCES' })
    }
    await expect(server.listen({ port: 80 })).rejects.toMatchObject({ code: 'CORBEL_LISTEN_DENIED' })
    await expect(createH1Server().listen({ host: '203.0.113.1' })).rejects.toMatchObject({
      code: 'CORBEL_LISTEN_FAILED',
    })
    await expect(createH1Server().listen({ port: 70_000 })).rejects.toMatchObject({
      code: 'CORBEL_LISTEN_OPTIONS',
    })
  })

  it('can be done on the server itself, as test clients do it', async () => {
    const { server } = await start(echo)
    expect(server.nodeServer.listening).toBe(true)
    expect(typeof server.nodeServer.address).toBe('function')
  })

  it('that fails on the server itself is not swallowed', async () => {
    const { port } = await start(echo)
    const { nodeServer } = createH1Server()
    const failure = new Promise((resolve) => nodeServer.once('error', resolve))
    nodeServer.listen(port, '127.0.0.1')
    expect(await failure).toMatchObject({ code: 'EADDRINUSE' })
    expect(() => createH1Server().nodeServer.emit('error', new Error('nobody else'))).toThrow('nobody else')
  })

  it('without a handler answers 503', async () => {
    const { server, converse } = await start(echo)
    Reflect.deleteProperty(server, 'handler')
    const bare = createH1Server()
    server.handle(bare.handler)
    expect(await converse(head('GET /', 'Connection: close'))).toMatchObject([{ status: 503 }])
  })

  it.each([
    ['maxHeadSize', 0],
    ['maxPipelined', -1],
    ['sweepInterval', 0],
    ['headersTimeout', 1.5],
    ['lingerTimeout', Number.NaN],
    ['requestTimeout', -1],
    ['minWriteRate', 0.5],
  ])('refuses the option %s: %d', (name, value) => {
    expect(() => createH1Server({ [name]: value })).toThrow(
      expect.objectContaining({ code: 'CORBEL_H1_LIMIT_INVALID' }),
    )
  })
})

describe('too many connections', () => {
  it('are answered 503, or cut off where there are far too many', async () => {
    const { open, peer } = await start(echo, { maxConnections: 1, lingerTimeout: NEVER })
    const first = await open()
    expect((await first.send(head('GET /1')).response()).status).toBe(200)
    const second = await open()
    expect(await second.allResponses()).toMatchObject([{ status: 503, headers: { connection: 'close' } }])
    const third = await open()
    await third.gone()
    expect(third.received).toBe('')
    const ends = [await peer(first), await peer(second)]
    expect((await first.send(head('GET /2')).response()).status).toBe(200)
    first.destroy()
    second.destroy()
    await eventually(() => expect(ends.map(({ closed }) => closed)).toEqual([true, true]))
    expect((await (await open()).send(head('GET /3')).response()).status).toBe(200)
  })
})

describe('draining', () => {
  it('closes idle connections at once, and listens no more', async () => {
    const { server, open } = await start(echo)
    const fresh = await open()
    const used = (await open()).send(head('GET /'))
    await used.response()
    await server.drain(NEVER)
    expect([await fresh.gone(), await used.gone()]).toEqual(['closed', 'closed'])
    await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('waits for answers in flight, which end their connections', async () => {
    const gate = deferred()
    const arrived = deferred()
    const { server, open } = await start(async (exchange) => {
      arrived.resolve()
      await gate.promise
      await echo(exchange)
    })
    const client = (await open()).send(head('GET /1') + head('GET /2'))
    await arrived.promise
    let drained = false
    const draining = server.drain(NEVER).then(() => (drained = true))
    await expect.poll(() => server.nodeServer.listening).toBe(false)
    for (let turn = 0; turn < 20; turn++) await nextTurn()
    expect(drained).toBe(false)
    gate.resolve()
    const responses = await client.allResponses()
    expect(responses).toMatchObject([
      { body: 'GET /1' },
      { body: 'GET /2', headers: { connection: 'close' } },
    ])
    client.end()
    await draining
  })

  it('lets a request that has begun to arrive come in', async () => {
    const { server, open, taken } = await start(echo)
    const client = (await open()).send('POST /x HTTP/1.1\r\nHost: a\r\n')
    await taken(client)
    const draining = server.drain(NEVER)
    await expect.poll(() => server.nodeServer.listening).toBe(false)
    client.send('Content-Length: 3\r\n\r\nabc')
    expect(await client.allResponses()).toMatchObject([
      { body: 'POST /x abc', headers: { connection: 'close' } },
    ])
    client.end()
    await draining
  })

  it('does not cut an answer that a slow client is still reading', async () => {
    const size = 20_000_000
    const { server, open, peer } = await start((exchange) => reply(exchange, 'x'.repeat(size)))
    const client = await open()
    client.socket.pause()
    client.send(head('GET /'))
    const { bytesWritten: none } = await peer(client)
    await expect.poll(async () => (await peer(client)).bytesWritten).toBeGreaterThan(none)
    const draining = server.drain(NEVER)
    client.socket.resume()
    await client.until(({ received }) => received.length > size)
    await client.gone()
    await draining
  })

  it('keeps idle connections for one more request where it is told to, and tells them in its answer', async () => {
    const { server, open } = await start(echo)
    const fresh = await open()
    const used = (await open()).send(head('GET /1'))
    await used.response()
    const draining = server.drain(NEVER, 60_000)
    await expect.poll(() => server.nodeServer.listening).toBe(false)
    for (const client of [fresh, used]) {
      const responses = await client.send(head('GET /2')).allResponses()
      expect(responses).toMatchObject([{ body: 'GET /2', headers: { connection: 'close' } }])
      client.end()
    }
    expect(await draining).toEqual({ cut: 0 })
  })

  it('closes them when nothing came, also those whose answer promised to keep them', async () => {
    const gate = deferred()
    const { server, open } = await start(async ({ sink }) => {
      sink.head(200, TEXT, 'stream')
      sink.write(Buffer.from('a'))
      await gate.promise
      sink.end('b')
    })
    const idle = await open()
    const streaming = (await open()).send(head('GET /'))
    await streaming.until(({ received }) => received.includes('a'))
    const draining = server.drain(NEVER, 20)
    await idle.gone()
    expect(streaming.fate).toBe(undefined)
    gate.resolve()
    await streaming.response()
    expect(await draining).toEqual({ cut: 0 })
    expect(await streaming.gone()).toBe('closed')
  })

  it('answers a request behind an answer that promised to keep the connection', async () => {
    const gate = deferred()
    const { server, open } = await start(async (exchange) => {
      if (exchange.target !== '/long') return reply(exchange, exchange.target)
      exchange.sink.head(200, TEXT, 'stream')
      exchange.sink.write(Buffer.from('a'))
      await gate.promise
      exchange.sink.end('b')
    })
    const client = (await open()).send(head('GET /long'))
    await client.until(({ received }) => received.includes('a'))
    const draining = server.drain(NEVER, 60_000)
    await expect.poll(() => server.nodeServer.listening).toBe(false)
    gate.resolve()
    await client.response()
    client.send(head('GET /next'))
    expect(await client.allResponses()).toMatchObject([{ body: '/next', headers: { connection: 'close' } }])
    client.end()
    await draining
  })

  it('answers all requests that were read, and says only in the last answer that it is the last', async () => {
    const gate = deferred()
    const options = { maxPipelined: 2 }
    const { server } = await start(async (exchange) => {
      if (exchange.target !== '/0') await gate.promise
      await echo(exchange)
    }, options)
    // all of them are there before the first answer, which no network promises
    const socket = new MemorySocket()
    server.accept(socket)
    const targets = Array.from({ length: 20 }, (_, i) => `/${i}`)
    socket.feed(targets.map((target) => head(`GET ${target}`)).join(''))
    await eventually(() => expect(socket.received).toContain('GET /0'))
    const finished = new Promise((resolve) => socket.once('finish', resolve))
    const draining = server.drain(NEVER)
    gate.resolve()
    await finished
    const responses: RawResponse[] = []
    for (let at = 0; at < socket.received.length;) {
      const { response, end } = parseResponse(socket.received, at, false, true)!
      responses.push(response)
      at = end
    }
    expect(responses.map(({ body }) => body)).toEqual(targets.map((target) => `GET ${target}`))
    const last = targets.length - 1
    expect(responses.map(({ headers }) => headers.connection)).toEqual(
      targets.map((_, i) => (i === last ? 'close' : undefined)),
    )
    socket.destroy()
    await draining
  })

  it('answers connections that the system has accepted and Node has not', async () => {
    const gate = deferred()
    const { server, port } = await start(async (exchange) => {
      await gate.promise
      await echo(exchange)
    })
    const sockets = Array.from({ length: 50 }, () => connect(port, '127.0.0.1').setEncoding('latin1'))
    // Node accepts one of them in a turn of the loop: most are only with the system by then
    const connected = Promise.all(sockets.map((socket) => once(socket, 'connect')))
    const answers = sockets.map(async (socket) => {
      socket.write(head('GET /'))
      let text = ''
      for await (const part of socket) text += part
      return text
    })
    await connected
    const draining = server.drain(NEVER, 60_000)
    await expect.poll(() => server.nodeServer.listening).toBe(false)
    gate.resolve()
    for (const text of await Promise.all(answers)) {
      expect(text).toMatch(/^HTTP\/1\.1 200 [^]*connection: close[^]*GET \/$/)
    }
    expect(await draining).toEqual({ cut: 0 })
  })

  it('counts what the deadline cuts off', async () => {
    const arrived = deferred()
    let count = 0
    const { server, open } = await start(() => {
      if (++count === 3) arrived.resolve()
      return new Promise(() => undefined)
    })
    const one = (await open()).send(head('GET /1') + head('GET /2'))
    const two = (await open()).send(head('POST /', 'Content-Length: 0'))
    await arrived.promise
    expect(await server.drain(10, NEVER)).toEqual({ cut: 3 })
    await Promise.all([one.gone(), two.gone()])
  })

  it('ends a connection whose answer promised to keep it', async () => {
    const gate = deferred()
    const { server, open } = await start(async ({ sink }) => {
      sink.head(200, TEXT, 'stream')
      sink.write(Buffer.from('a'))
      await gate.promise
      sink.end('b')
    })
    const client = (await open()).send(head('GET /'))
    await client.until(({ received }) => received.includes('a'))
    const draining = server.drain(NEVER)
    gate.resolve()
    expect(await client.allResponses()).toMatchObject([{ body: 'ab' }])
    client.end()
    await draining
  })

  it('cuts off what takes longer than the deadline', async () => {
    const reason = deferred<unknown>()
    const arrived = deferred()
    const { server, open } = await start(({ signal }) => {
      signal.addEventListener('abort', () => reason.resolve(signal.reason))
      arrived.resolve()
    })
    const client = (await open()).send(head('GET /'))
    await arrived.promise
    await server.drain(10)
    expect(await reason.promise).toMatchObject({ code: 'CORBEL_SERVER_STOPPED' })
    await client.gone()
  })

  it('is done at once where there is nothing to do, and after closing', async () => {
    const server = createH1Server()
    await server.drain(NEVER)
    await server.close()
    await server.listen({ host: '127.0.0.1' })
    await server.close()
    await server.drain(NEVER)
  })
})

describe('an upgrade (RFC 9110 §7.8)', () => {
  const request = head('GET /up', 'Connection: Upgrade', 'Upgrade: echo/1')

  it('hands over the socket with what came behind the request', async () => {
    const outcome = deferred<string>()
    let closed = false
    const { server, open } = await start((exchange) => {
      if (exchange.target !== '/up') return reply(exchange, exchange.target)
      exchange.sink.onClose(outcome.resolve)
      const upgrade = exchange.feature(UPGRADE)!
      const { socket, head: first } = upgrade.accept()
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${upgrade.protocol}\r\n\r\n`,
      )
      const echoBytes = (bytes: Uint8Array) => void socket.write(`<${Buffer.from(bytes).toString('latin1')}>`)
      echoBytes(first)
      socket.on('data', echoBytes)
      socket.on('end', () => socket.end())
      socket.on('close', () => (closed = true))
      expect(() => upgrade.accept()).toThrow(expect.objectContaining({ code: 'CORBEL_UPGRADE_UNAVAILABLE' }))
    })
    const client = (await open()).send(head('GET /before') + request + 'early')
    expect((await client.response()).body).toBe('/before')
    expect(await client.response()).toMatchObject({ status: 101, headers: { upgrade: 'echo/1' } })
    await client.until(({ received }) => received.endsWith('<early>'))
    client.send(head('GET /not-http'))
    await client.until(({ received }) => received.endsWith(`<${head('GET /not-http')}>`))
    expect(await outcome.promise).toBe('ended')
    await server.drain(NEVER)
    expect(closed).toBe(false)
    client.destroy()
    await expect.poll(() => closed).toBe(true)
  })

  it('can be accepted later, when nothing else of the connection is read meanwhile', async () => {
    const sockets: UpgradedSocket[] = []
    const { open } = await start(async (exchange) => {
      await new Promise((resolve) => setImmediate(resolve))
      const { socket, head: first } = exchange.feature(UPGRADE)!.accept()
      sockets.push(socket)
      socket.write(Buffer.from(first))
      socket.on('data', (bytes: Uint8Array) => void socket.write(bytes))
    })
    const client = (await open()).send(request + 'one')
    await client.until(({ received }) => received.endsWith('one'))
    client.send(' two')
    await client.until(({ received }) => received.endsWith('one two'))
    for (const socket of sockets) socket.destroy()
  })

  it('can be declined by answering', async () => {
    const { open } = await start((exchange) => reply(exchange, 'plain'))
    const client = (await open()).send(request + head('GET /'))
    expect((await client.response()).body).toBe('plain')
    expect((await client.response()).body).toBe('plain')
  })

  it('is not there for other requests, nor in HTTP/1.0, nor with a body', async () => {
    const { open } = await start((exchange) => reply(exchange, typeof exchange.feature(UPGRADE)))
    for (const bytes of [
      head('GET /'),
      head('GET /', 'Upgrade: x'),
      head('POST /', 'Connection: upgrade', 'Upgrade: x', 'Content-Length: 1') + 'x',
      'GET / HTTP/1.0\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n',
    ]) {
      expect((await (await open()).send(bytes).response()).body).toBe('undefined')
    }
  })

  it('cannot be accepted after an answer, or when the client has gone', async () => {
    const codes: unknown[] = []
    const arrived = deferred()
    const { open } = await start(async (exchange) => {
      const upgrade = exchange.feature(UPGRADE)!
      if (exchange.headers.has('x-late')) {
        const gone = new Promise((resolve) => exchange.sink.onClose(resolve))
        arrived.resolve()
        await gone
      } else reply(exchange, 'no')
      try {
        upgrade.accept()
      } catch (error) {
        codes.push(error)
      }
    })
    await (await open()).send(request).response()
    const client = (await open()).send(request.replace('\r\n\r\n', '\r\nX-Late: 1\r\n\r\n'))
    await arrived.promise
    client.reset()
    const code = 'CORBEL_UPGRADE_UNAVAILABLE'
    await expect.poll(() => codes).toMatchObject([{ code }, { code }])
  })
})
