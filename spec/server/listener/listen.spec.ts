import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import {
  createServer,
  type AddressInfo,
  type ListenOptions as NodeListenOptions,
  type Server,
} from 'node:net'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createH1Server, urlOf, type H1Options, type ListenOptions } from '../../../lib/server/index.js'
import { FailureLog } from '../../../lib/server/listener/failure-log.js'
import { RawClient } from '../../support/raw-http.js'
import { deferred, head, reply, start } from '../start.js'
import { localhost } from '../tls/identities.js'

const tls = { key: localhost.key, cert: localhost.cert }
const where: Parameters<typeof start>[0] = (exchange) => {
  const { scheme, connection } = exchange
  reply(exchange, `${scheme} ${connection.remoteAddress}`)
}

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'corbel-'))))
afterEach(() => rmSync(folder, { recursive: true }))

async function listening(where: NodeListenOptions): Promise<Server> {
  const server = createServer()
  server.listen(where)
  await once(server, 'listening')
  return server
}

async function answer(client: RawClient): Promise<string> {
  const { body } = await client.send(head('GET /', 'Connection: close')).response()
  client.destroy()
  return body
}

describe('several listeners', () => {
  it('serve the same application, open and close together', async () => {
    const path = join(folder, 'server.sock')
    const listeners = [{ host: '127.0.0.1', port: 0 }, { host: '127.0.0.1', tls }, { path }]
    const server = createH1Server()
    server.handle(where)
    const [plain, secure, unix] = await server.listen({ listeners })
    expect(server.addresses).toEqual([plain, secure, unix])
    expect([plain, secure, unix].map((one) => one!.secure)).toEqual([false, true, false])
    expect(server.nodeServer.address()).toMatchObject({ port: plain!.port })
    expect(await answer(await RawClient.open(plain!.port))).toBe('http 127.0.0.1')
    expect(await answer(await RawClient.openTls(secure!.port))).toBe('https 127.0.0.1')
    expect(await answer(await RawClient.open({ path }))).toBe('http ')
    await server.close()
    expect(server.addresses).toEqual([])
    for (const port of [plain!.port, secure!.port])
      await expect(RawClient.open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    expect(existsSync(path)).toBe(false)
  })

  it('drain together', async () => {
    const path = join(folder, 'server.sock')
    const release = deferred()
    const server = createH1Server({ tls })
    let inFlight = 0
    server.handle(async (exchange) => {
      inFlight++
      await release.promise
      reply(exchange, 'done')
    })
    const [secure] = await server.listen({ listeners: [{ host: '127.0.0.1' }, { path, tls: false }] })
    const clients = [await RawClient.openTls(secure!.port), await RawClient.open({ path })]
    for (const client of clients) client.send(head('GET /'))
    await expect.poll(() => inFlight).toBe(2)
    const drained = server.drain(600_000)
    release.resolve()
    for (const client of clients) {
      expect(await client.response()).toMatchObject({ body: 'done', headers: { connection: 'close' } })
      client.end()
    }
    await drained
  })

  it('do not listen at all if one of them cannot', async () => {
    const other = await listening({ port: 0, host: '127.0.0.1' })
    const { port } = other.address() as AddressInfo
    const path = join(folder, 'server.sock')
    const server = createH1Server()
    const listeners = [{ path }, { host: '127.0.0.1' }, { host: '127.0.0.1', port }]
    await expect(server.listen({ listeners })).rejects.toMatchObject({ code: 'CORBEL_LISTEN_ADDRESS_IN_USE' })
    expect(server.addresses).toEqual([])
    expect(server.nodeServer.listening).toBe(false)
    expect(existsSync(path)).toBe(false)
    other.close()
    // on another port: that one is anyone's now
    const others = [...listeners.slice(0, 2), { host: '127.0.0.1' }]
    expect(await server.listen({ listeners: others })).toHaveLength(3)
    await server.close()
  })

  it('may be opened anew after closing, and not twice', async () => {
    const server = createH1Server()
    server.handle(where)
    const [first] = await server.listen({ listeners: [{ host: '127.0.0.1' }] })
    await expect(server.listen({ host: '127.0.0.1' })).rejects.toMatchObject({ code: 'CORBEL_LISTEN_FAILED' })
    expect(server.addresses).toEqual([first])
    expect(await answer(await RawClient.open(first!.port))).toBe('http 127.0.0.1')
    await server.drain(600_000)
    const [second] = await server.listen({ host: '127.0.0.1', tls })
    expect(await answer(await RawClient.openTls(second!.port))).toBe('https 127.0.0.1')
    await server.close()
  })
})

describe('localhost', () => {
  it('is both loopback addresses, on the same port', async () => {
    const server = createH1Server()
    server.handle(where)
    const addresses = await server.listen({ host: 'LocalHost' })
    const [{ port } = { port: 0 }] = addresses
    expect(addresses.map(({ host }) => host)).toEqual(['127.0.0.1', '::1'])
    expect(addresses.map((address) => address.port)).toEqual([port, port])
    expect(server.nodeServer.address()).toMatchObject({ address: '127.0.0.1', port })
    expect(await answer(await RawClient.open({ host: '127.0.0.1', port }))).toBe('http 127.0.0.1')
    expect(await answer(await RawClient.open({ host: '::1', port }))).toBe('http ::1')
    await server.close()
    await expect(RawClient.open({ host: '::1', port })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it.each(['127.0.0.1', '::1'])('is in use if %s is', async (host) => {
    const other = await listening({ port: 0, host })
    const { port } = other.address() as AddressInfo
    const server = createH1Server()
    await expect(server.listen({ host: 'localhost', port })).rejects.toMatchObject({
      code: 'CORBEL_LISTEN_ADDRESS_IN_USE',
    })
    expect(server.addresses).toEqual([])
    other.close()
    expect(await server.listen({ host: 'localhost' })).toHaveLength(2)
    await server.close()
  })

  it('takes another free port if the first one is free in one family only', async () => {
    const server = createH1Server()
    const listen = server.nodeServer.listen.bind(server.nodeServer)
    let attempts = 0
    server.nodeServer.listen = ((options: object) => {
      if (++attempts > 2) return listen(options)
      setImmediate(() =>
        server.nodeServer.emit('error', Object.assign(new Error('in use'), { code: 'EADDRINUSE' })),
      )
      return server.nodeServer
    }) as Server['listen']
    expect(await server.listen({ host: 'localhost' })).toHaveLength(2)
    // more if the next one is taken in the other family, too
    expect(attempts).toBeGreaterThanOrEqual(3)
    await server.close()
  })
})

describe('a Unix socket', () => {
  const listen = async (options: ListenOptions, more: H1Options = {}) => {
    const server = createH1Server(more)
    server.handle(where)
    await server.listen(options)
    return server
  }

  it('has the permissions that it is given, and is removed at the end', async () => {
    const path = join(folder, 'server.sock')
    const server = await listen({ path, mode: 0o600 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    await server.close()
    expect(existsSync(path)).toBe(false)
  })

  it('speaks TLS, too', async () => {
    const path = join(folder, 'server.sock')
    const server = await listen({ path }, { tls })
    const client = await RawClient.openTls(0, { path })
    expect(await answer(client)).toBe('https ')
    await server.close()
  })

  it('takes the place of one whose process is gone', async () => {
    const path = join(folder, 'server.sock')
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`
    await once(spawn(process.execPath, ['-e', script]), 'exit')
    expect(existsSync(path)).toBe(true)
    const server = await listen({ path })
    expect(await answer(await RawClient.open({ path }))).toBe('http ')
    await server.close()
  })

  it('does not take the place of one that is in use, nor of anything else', async () => {
    const path = join(folder, 'server.sock')
    const other = await listening({ path })
    await expect(listen({ path })).rejects.toMatchObject({
      code: 'CORBEL_LISTEN_ADDRESS_IN_USE',
      message: expect.stringContaining(path),
    })
    expect(existsSync(path)).toBe(true)
    other.close()
    const file = join(folder, 'file')
    writeFileSync(file, 'precious')
    await expect(listen({ path: file })).rejects.toMatchObject({ code: 'CORBEL_LISTEN_ADDRESS_IN_USE' })
    expect(statSync(file).size).toBe(8)
  })

  it('needs a folder', async () => {
    const path = join(folder, 'none', 'server.sock')
    await expect(listen({ path })).rejects.toMatchObject({ code: expect.stringMatching(/^CORBEL_LISTEN_/) })
  })
})

describe('options that contradict each other or say nothing', () => {
  const proxy = (options: object): ListenOptions => ({ proxyProtocol: { from: ['::1'], ...options } })

  it.each<[string, ListenOptions]>([
    ['path and port', { path: '/x', port: 1 }],
    ['path and fd', { path: '/x', fd: 3 }],
    ['host for a path', { path: '/x', host: 'localhost' }],
    ['host for a descriptor', { fd: 3, host: 'localhost' }],
    ['mode for a port', { port: 0, mode: 0o600 }],
    ['a mode that is none', { path: '/x', mode: 0o1777 }],
    ['an empty path', { path: '' }],
    ['a path that Node would cut off', { path: `/${'x'.repeat(120)}` }],
    ['a port that is none', { port: 65_536 }],
    ['half a port', { port: 0.5 }],
    ['a port that is no number', { port: Number.NaN }],
    ['a descriptor that is none', { fd: -1 }],
    ['no backlog', { backlog: 0 }],
    ['no listeners', { listeners: [] }],
    ['listeners and a port', { port: 1, listeners: [{}] }],
    ['no proxies', proxy({ from: [] })],
    ['a proxy that is no address', proxy({ from: ['proxy.example'] })],
    ['no time for a header', proxy({ headerTimeout: 0 })],
    ['a wrong listener among others', { listeners: [{ host: '127.0.0.1' }, { port: -1 }] }],
  ])('are refused: %s', async (_, options) => {
    const server = createH1Server()
    await expect(server.listen(options)).rejects.toMatchObject({ code: 'CORBEL_LISTEN_OPTIONS' })
    expect(server.addresses).toEqual([])
  })
})

describe('the URL of an address', () => {
  it.each([
    [{ host: '127.0.0.1', port: 80, path: undefined, secure: false }, 'http://127.0.0.1:80'],
    [{ host: '::', port: 443, path: undefined, secure: true }, 'https://[::1]:443'],
    [{ host: '0.0.0.0', port: 80, path: undefined, secure: false }, 'http://127.0.0.1:80'],
    [{ host: '::1', port: 80, path: undefined, secure: false }, 'http://[::1]:80'],
    [{ host: '', port: 0, path: '/run/app.sock', secure: false }, 'http+unix://%2Frun%2Fapp.sock'],
  ])('of %j is %s', (address, url) => expect(urlOf(address)).toBe(url))
})

describe('failures that clients cause', () => {
  it('are told at first, then counted for a minute, by kind', () => {
    let now = 0
    const told: unknown[] = []
    const log = new FailureLog(
      (error, untold) => told.push([error.message, untold]),
      () => now,
    )
    for (const message of ['a', 'b', 'c']) log.add(new Error(message))
    log.add(new TypeError('other'))
    now = 60_000
    log.add(new Error('d'))
    log.add(new Error('e'))
    expect(told).toEqual([
      ['a', 0],
      ['other', 0],
      ['d', 2],
    ])
  })
})
