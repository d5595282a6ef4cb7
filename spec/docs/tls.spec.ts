import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type CanActivate,
  Controller,
  createApp,
  type ExecutionContext,
  Get,
  type HttpRequest,
  Injectable,
  Module,
  Req,
  TLS,
  UseGuards,
} from 'corbel'
import { head } from '../server/start.js'
import { alpha, authority, client, localhost, shownName, stranger, wild } from '../server/tls/identities.js'
import { RawClient } from '../support/raw-http.js'

// #region client
@Injectable()
class KnownClient implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<HttpRequest>()
    return request.exchange.feature(TLS)?.authorized === true
  }
}

@Controller('reports')
class ReportsController {
  @Get()
  @UseGuards(KnownClient)
  list(@Req() request: HttpRequest) {
    return { for: request.exchange.feature(TLS)?.peerCertificate?.subject['CN'] }
  }
}
// #endregion

@Module({ controllers: [ReportsController] })
class AppModule {}

describe('docs/tls.md', () => {
  const before = process.cwd()
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'corbel-docs-'))
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
    mkdirSync(join(folder, 'tls'))
    for (const [name, one] of Object.entries({ tls: localhost, shop: alpha, tenants: wild })) {
      write(`tls/${name}.key`, one.key)
      write(`tls/${name}.crt`, one.cert)
    }
    write('tls/clients-ca.crt', authority.cert)
    process.chdir(folder)
  })
  afterEach(() => {
    process.chdir(before)
    rmSync(folder, { recursive: true })
  })

  it('shows certificates for the whole application', async () => {
    const port = 0
    // #region https
    const app = await createApp(AppModule, {
      httpsOptions: { key: 'tls/tls.key', cert: 'tls/tls.crt' },
    })
    await app.listen(port)
    // #endregion
    expect(await app.getUrl()).toMatch(/^https:/)
    await app.close()
  })

  it('shows listeners', async () => {
    const [http, https] = [0, 0]
    const app = await createApp(AppModule, { logger: false, shutdownSignals: false })
    // #region listeners
    await app.listen({
      listeners: [
        { port: http },
        { port: https, tls: { key: 'tls/tls.key', cert: 'tls/tls.crt', watch: true } },
        { path: 'app.sock', mode: 0o660 },
      ],
    })
    // #endregion
    expect(await app.getUrl()).toMatch(/^http:/)
    await app.close()
  })

  it('shows server names and client certificates', async () => {
    const app = await createApp(AppModule, { logger: false, shutdownSignals: false })
    await app.listen({
      host: '127.0.0.1',
      // #region names
      tls: {
        key: 'tls/tls.key',
        cert: 'tls/tls.crt',
        sni: {
          'a.example': { key: 'tls/shop.key', cert: 'tls/shop.crt' },
          '*.b.example': { key: 'tls/tenants.key', cert: 'tls/tenants.crt' },
        },
        clientCertificates: 'request',
        ca: 'tls/clients-ca.crt',
      },
      // #endregion
    })
    const port = Number(new URL(await app.getUrl()).port)
    const ask = async (identity: object) => {
      const secure = await RawClient.openTls(port, { servername: 'x.b.example', ...identity })
      expect(shownName(secure.socket)).toBe('*.b.example')
      const { status, body } = await secure.send(head('GET /reports', 'Connection: close')).response()
      secure.destroy()
      return [status, status === 200 ? body : '']
    }
    expect(await ask({ key: client.key, cert: client.cert })).toEqual([200, '{"for":"ada"}'])
    expect(await ask({ key: stranger.key, cert: stranger.cert })).toEqual([403, ''])
    expect(await ask({})).toEqual([403, ''])
    await app.close()
  })

  it('shows reloading', async () => {
    const app = await createApp(AppModule, { logger: false, shutdownSignals: false })
    await app.listen({ port: 0, tls: { key: 'tls/tls.key', cert: 'tls/tls.crt' } })
    const reload = jest.spyOn(app, 'reloadTls')
    // #region reload
    process.on('SIGUSR2', () => void app.reloadTls().catch((error: Error) => console.error(error.message)))
    // #endregion
    process.emit('SIGUSR2')
    process.removeAllListeners('SIGUSR2')
    expect(await reload.mock.results[0]!.value).toBeUndefined()
    await app.close()
  })

  it('shows the PROXY protocol', async () => {
    const app = await createApp(AppModule, { logger: false, shutdownSignals: false })
    const port = 0
    // #region proxy
    await app.listen({ port, proxyProtocol: { from: ['10.0.0.0/8', '127.0.0.1', '::1'] } })
    // #endregion
    expect(await app.getUrl()).toMatch(/^http:/)
    await app.close()
  })
})
