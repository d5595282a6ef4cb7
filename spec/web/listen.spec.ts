import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Controller,
  createApp,
  Get,
  Module,
  Req,
  type Application,
  type CreateAppOptions,
  type HttpRequest,
} from 'corbel'
import request from 'supertest'
import { createCertificate } from '../support/certificates.js'
import { eventually } from '../support/eventually.js'
import { RawClient } from '../support/raw-http.js'
import { head } from '../server/start.js'
import { authority, client, localhost, shownName } from '../server/tls/identities.js'

@Controller()
class WhoController {
  @Get('who') who(@Req() { protocol, secure, ip, socket }: HttpRequest) {
    const { authorized, servername, alpnProtocol, authorizationError } = socket
    const client = socket.getPeerCertificate().subject?.['CN']
    const agreed = [socket.getProtocol(), servername, alpnProtocol, authorizationError]
    return { protocol, secure, ip, authorized, client, agreed }
  }
}

@Module({ controllers: [WhoController] })
class AppModule {}

const tls = { key: localhost.key, cert: localhost.cert }
const open: Application[] = []
let folder: string

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'corbel-app-'))))
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()))
  rmSync(folder, { recursive: true })
})

async function create(options: CreateAppOptions = {}): Promise<Application> {
  const app = await createApp(AppModule, { logger: false, shutdownSignals: false, ...options })
  open.push(app)
  return app
}

describe('an application', () => {
  it('speaks HTTPS with httpsOptions', async () => {
    const app = await create({ httpsOptions: tls })
    await app.listen(0, '127.0.0.1')
    const url = await app.getUrl()
    expect(url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
    const { body } = await request(url).get('/who').disableTLSCerts().expect(200)
    expect(body).toEqual({
      protocol: 'https',
      secure: true,
      ip: '127.0.0.1',
      authorized: false,
      agreed: ['TLSv1.3', null, null, null],
    })
  })

  it('tells handlers who the client is, by its certificate', async () => {
    const app = await create()
    await app.listen({
      host: '127.0.0.1',
      tls: { ...tls, clientCertificates: 'require', ca: authority.cert },
    })
    const { body } = await request(await app.getUrl())
      .get('/who')
      .disableTLSCerts()
      .key(client.key)
      .cert(client.cert)
      .expect(200)
    expect(body).toMatchObject({ authorized: true, client: 'ada' })
  })

  it('listens in several places', async () => {
    const path = join(folder, 'app.sock')
    const lines: unknown[] = []
    const logger = { log: (line: unknown) => lines.push(line), error: () => 0, warn: () => 0 }
    const app = await create({ logger })
    const server = await app.listen({
      listeners: [{ host: '127.0.0.1' }, { host: '127.0.0.1', tls }, { path }],
    })
    expect(server).toBe(app.getHttpServer())
    expect(await app.getUrl()).toMatch(/^http:\/\/127/)
    expect(lines.at(-1)).toMatch(
      /^Listening on http:\/\/127\S+, https:\/\/127\S+, http\+unix:\S+app\.sock \(1 routes\)$/,
    )
    await request(app.getHttpServer()).get('/who').expect(200)
    const unix = await RawClient.open({ path })
    const { body } = await unix.send(head('GET /who', 'Connection: close')).response()
    expect(JSON.parse(body)).toMatchObject({
      protocol: 'http',
      ip: '',
      authorized: false,
      agreed: [null, null, null, null],
    })
    unix.destroy()
  })

  it('listens on the path of a Unix socket', async () => {
    const path = join(folder, 'app.sock')
    const app = await create()
    await app.listen(path)
    expect(await app.getUrl()).toBe(`http+unix://${encodeURIComponent(path)}`)
  })

  it('reads certificates again when it is told to', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const write = (one: { key: string; cert: string }) => {
      writeFileSync(key, one.key)
      writeFileSync(cert, one.cert)
    }
    write(localhost)
    const app = await create({ httpsOptions: { key, cert } })
    await app.reloadTls() // nothing listens yet: nothing to do
    await app.listen(0, '127.0.0.1')
    write(createCertificate({ name: 'renewed' }))
    await app.reloadTls()
    const secure = await RawClient.openTls(Number(new URL(await app.getUrl()).port))
    expect(shownName(secure.socket)).toBe('renewed')
    secure.destroy()
  })

  it('warns of certificates that are out of date, and of handshakes that fail', async () => {
    const past = createCertificate({ name: 'past', validFrom: new Date(0), validTo: new Date(1_000_000) })
    const warnings: string[] = []
    const logger = { log: () => 0, error: () => 0, warn: (line: string) => warnings.push(line) }
    const app = await create({ logger, httpsOptions: past })
    await app.listen(0, '127.0.0.1')
    expect(warnings).toEqual([expect.stringContaining('has expired')])
    const plain = await RawClient.open(Number(new URL(await app.getUrl()).port))
    await plain.send(head('GET /')).gone()
    await eventually(() => expect(warnings).toHaveLength(2))
    expect(warnings[1]).toContain('plain HTTP')
  })

  it('does not start with certificates that cannot be used', async () => {
    const app = await create({ httpsOptions: { ...tls, key: client.key } })
    await expect(app.listen(0, '127.0.0.1')).rejects.toMatchObject({ code: 'CORBEL_TLS_CONFIGURATION' })
    await expect(app.getUrl()).rejects.toThrow(/does not listen/)
  })
})
