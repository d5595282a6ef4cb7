import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createH1Server, type TlsOptions } from '../../../lib/server/index.js'
import { createCertificate } from '../../support/certificates.js'
import { RawClient } from '../../support/raw-http.js'
import { echo, head, start } from '../start.js'
import { alpha, authority, localhost, shownName } from './identities.js'
import { PKCS12 } from './pkcs12.js'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'corbel-tls-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const own = { key: localhost.key, cert: localhost.cert }
const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** What listening with these options fails with; nothing may stay open. */
async function failure(tls: TlsOptions): Promise<{ code: string; message: string }> {
  const server = createH1Server()
  const error: unknown = await server.listen({ host: '127.0.0.1', tls }).catch((reason: unknown) => reason)
  expect(server.addresses).toEqual([])
  return error as { code: string; message: string }
}

describe('keys and certificates', () => {
  it.each([
    ['text', () => own],
    ['bytes', () => ({ key: Buffer.from(own.key), cert: Buffer.from(own.cert) })],
    ['paths', () => ({ key: file('key.pem', own.key), cert: file('cert.pem', own.cert) })],
    ['URLs', () => ({ key: pathToFileURL(file('k', own.key)), cert: [pathToFileURL(file('c', own.cert))] })],
  ])('are given as %s', async (_, options) => {
    const { openTls } = await start(echo, { tls: options() })
    const secure = await openTls({ ca: authority.cert, servername: 'localhost', rejectUnauthorized: true })
    expect((await secure.send(head('GET /')).response()).status).toBe(200)
  })

  it('are opened by a passphrase', async () => {
    const { privateKey } = localhost
    const key = privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
      .toString()
    const { openTls } = await start(echo, { tls: { key, cert: own.cert, passphrase: 'secret' } })
    expect(shownName((await openTls()).socket)).toBe('localhost')
    expect(await failure({ key, cert: own.cert })).toMatchObject({
      code: 'CORBEL_TLS_CONFIGURATION',
      message: expect.stringContaining('give its passphrase'),
    })
    expect(await failure({ key, cert: own.cert, passphrase: 'wrong' })).toMatchObject({
      message: expect.stringContaining('the passphrase does not open the key'),
    })
  })

  it('may come in one PKCS#12 file', async () => {
    const pfx = join(folder, 'both.p12')
    writeFileSync(pfx, PKCS12)
    const { openTls } = await start(echo, { tls: { pfx, passphrase: 'secret' } })
    expect(shownName((await openTls()).socket)).toBe('pkcs12')
    expect(await failure({ pfx, passphrase: 'wrong' })).toMatchObject({
      message: expect.stringContaining('the passphrase does not open the key'),
    })
  })

  it('may be of several kinds', async () => {
    const { openTls } = await start(echo, { tls: { key: [own.key], cert: [own.cert] } })
    expect(shownName((await openTls()).socket)).toBe('localhost')
  })

  it.each<[string, TlsOptions, string, RegExp]>([
    ['nothing', {}, 'CORBEL_TLS_CONFIGURATION', /the listener: key and cert are missing; give both, or pfx/],
    ['no key', { cert: own.cert }, 'CORBEL_TLS_CONFIGURATION', /key is missing/],
    ['no certificate', { key: own.key }, 'CORBEL_TLS_CONFIGURATION', /cert is missing/],
    [
      'a file that is not there',
      { ...own, key: '/no/such.pem' },
      'CORBEL_TLS_FILE',
      /key .*\/no\/such.pem.*ENOENT/,
    ],
    [
      'another key',
      { ...own, key: alpha.key },
      'CORBEL_TLS_CONFIGURATION',
      /the key is not that of the certificate/,
    ],
    [
      'a key of another kind',
      {
        ...own,
        key: generateKeyPairSync('rsa', { modulusLength: 2048 })
          .privateKey.export({ type: 'pkcs8', format: 'pem' })
          .toString(),
      },
      'CORBEL_TLS_CONFIGURATION',
      /the key is not (that of|of the kind)/,
    ],
    ['no PEM', { ...own, cert: Buffer.from('nonsense') }, 'CORBEL_TLS_CONFIGURATION', /not PEM/],
    [
      'client certificates without authorities',
      { ...own, clientCertificates: 'require' },
      'CORBEL_TLS_CONFIGURATION',
      /ca is missing/,
    ],
    ['a name that is none', { ...own, sni: { 'a b': own } }, 'CORBEL_TLS_CONFIGURATION', /sni\['a b'\]/],
    [
      'a broken certificate for a name',
      { ...own, sni: { 'a.example': { ...own, key: alpha.key } } },
      'CORBEL_TLS_CONFIGURATION',
      /sni\['a.example'\]/,
    ],
    ['unknown ciphers', { ...own, ciphers: 'NO_SUCH' }, 'CORBEL_TLS_CONFIGURATION', /cipher/i],
    ...(
      [
        ['handshakeTimeout', 0],
        ['sessionTimeout', 1.5],
        ['ticketKeys', Buffer.alloc(47)],
        ['clientCertificates', 'maybe'],
        ['minVersion', 'TLSv1'],
        ['maxVersion', '1.3'],
      ] as const
    ).map(
      ([name, value]) =>
        [`a wrong ${name}`, { ...own, [name]: value }, 'CORBEL_TLS_CONFIGURATION', new RegExp(name)] as [
          string,
          TlsOptions,
          string,
          RegExp,
        ],
    ),
    [
      'a minVersion above maxVersion',
      { ...own, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' },
      'CORBEL_TLS_CONFIGURATION',
      /above/,
    ],
  ])('of which there is %s are refused when listening', async (_, options, code, message) => {
    expect(await failure(options)).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('that are out of date work, with a warning', async () => {
    const past = createCertificate({ name: 'past', validFrom: new Date(0), validTo: new Date(86_400_000) })
    const future = createCertificate({ name: 'future', validFrom: new Date(Date.now() + 86_400_000) })
    const { openTls, warnings } = await start(echo, {
      tls: { key: past.key, cert: past.cert, sni: { 'f.example': { key: future.key, cert: future.cert } } },
    })
    expect(warnings).toMatchObject([
      {
        code: 'CORBEL_TLS_CERTIFICATE_OUTDATED',
        message: expect.stringMatching(/CN=past\) has expired on Jan/),
      },
      {
        code: 'CORBEL_TLS_CERTIFICATE_OUTDATED',
        message: expect.stringMatching(/CN=future\) is valid only from/),
      },
    ])
    expect(shownName((await openTls()).socket)).toBe('past')
  })
})

describe('reloading', () => {
  const renewed = createCertificate({ name: 'renewed' })

  it('takes new certificates for new connections; those that are open go on', async () => {
    const tls = { key: file('key.pem', own.key), cert: file('cert.pem', own.cert) }
    const { server, openTls } = await start(echo, { tls })
    const before = await openTls()
    file('key.pem', renewed.key)
    file('cert.pem', renewed.cert)
    await server.reloadTls()
    expect(shownName((await openTls()).socket)).toBe('renewed')
    expect((await before.send(head('GET /')).response()).status).toBe(200)
    expect(shownName(before.socket)).toBe('localhost')
  })

  it('takes those for server names, too', async () => {
    const cert = file('cert.pem', alpha.cert)
    const key = file('key.pem', alpha.key)
    const { server, openTls } = await start(echo, { tls: { ...own, sni: { 'a.example': { key, cert } } } })
    expect(shownName((await openTls({ servername: 'a.example' })).socket)).toBe('a.example')
    file('key.pem', renewed.key)
    file('cert.pem', renewed.cert)
    await server.reloadTls()
    expect(shownName((await openTls({ servername: 'a.example' })).socket)).toBe('renewed')
    expect(shownName((await openTls({ servername: 'b.example' })).socket)).toBe('localhost')
  })

  it('keeps what it has if the new ones cannot be used', async () => {
    const tls = { key: file('key.pem', own.key), cert: file('cert.pem', own.cert) }
    const { server, openTls } = await start(echo, { tls })
    file('key.pem', renewed.key)
    await expect(server.reloadTls()).rejects.toMatchObject({ code: 'CORBEL_TLS_CONFIGURATION' })
    expect(shownName((await openTls()).socket)).toBe('localhost')
    file('cert.pem', renewed.cert)
    await server.reloadTls()
    expect(shownName((await openTls()).socket)).toBe('renewed')
  })

  it('happens by itself where files are watched; a broken one is told and changes nothing', async () => {
    const tls = { key: file('key.pem', own.key), cert: file('cert.pem', own.cert), watch: true }
    const { openTls, warnings } = await start(echo, { tls })
    file('key.pem', renewed.key)
    await expect.poll(() => warnings[0]).toMatchObject({ code: 'CORBEL_TLS_CONFIGURATION' })
    expect(shownName((await openTls()).socket)).toBe('localhost')
    file('cert.pem', renewed.cert)
    await expect.poll(async () => shownName((await openTls()).socket)).toBe('renewed')
  })

  it('is nothing to a server without TLS', async () => {
    const { server } = await start(echo)
    expect(await server.reloadTls()).toBeUndefined()
  })
})

describe('a server that is made with certificates', () => {
  it('speaks TLS also where it is made to listen directly', async () => {
    const direct = createH1Server({ tls: own })
    direct.handle(echo)
    await new Promise<void>((resolve) => direct.nodeServer.listen(0, '127.0.0.1', resolve))
    const [address] = direct.addresses
    expect(address).toMatchObject({ host: '127.0.0.1', secure: true })
    const secure = await RawClient.openTls(address!.port)
    expect((await secure.send(head('GET /')).response()).status).toBe(200)
    secure.destroy()
    await direct.close()
  })

  it('tells there, too, what is wrong with them', async () => {
    const warnings: Error[] = []
    const direct = createH1Server({
      tls: { ...own, key: alpha.key },
      onWarning: (warning) => warnings.push(warning),
    })
    await new Promise<void>((resolve) => direct.nodeServer.listen(0, '127.0.0.1', resolve))
    const client = await RawClient.open(direct.addresses[0]!.port)
    await client.gone()
    expect(warnings).toMatchObject([{ code: 'CORBEL_TLS_CONFIGURATION' }])
    await direct.close()
  })

  it('can do without on some listeners', async () => {
    const { server, open } = await start(echo, { tls: own }, { tls: false })
    expect(server.addresses).toMatchObject([{ secure: false }])
    expect((await (await open()).send(head('GET /')).response()).status).toBe(200)
  })
})
