import {
  Controller,
  createApp,
  CSP_NONCE,
  CspNonce,
  type CreateAppOptions,
  Get,
  Header,
  type HttpResponse,
  Module,
  NotFoundException,
  Res,
  SecurityHeaders,
  type SecurityHeadersOptions,
  type WebResponse,
} from 'corbel'
import { createCertificate } from '../support/certificates.js'
import { fetchOver, overProtocols } from '../support/protocols.js'
import { RawClient } from '../support/raw-http.js'

const NAMES = [
  'x-content-type-options',
  'strict-transport-security',
  'x-frame-options',
  'referrer-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'cross-origin-embedder-policy',
  'x-dns-prefetch-control',
  'permissions-policy',
  'content-security-policy',
  'content-security-policy-report-only',
]
const PAGE = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'strict-origin-when-cross-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-dns-prefetch-control': 'off',
  'content-security-policy': "base-uri 'self'; object-src 'none'; frame-ancestors 'self'",
}

@Controller()
class Pages {
  @Get('json') json() {
    return { a: 1 }
  }
  @Get('text') text() {
    return 'text'
  }
  @Get('nothing') nothing() {}
  @Get('missing') missing() {
    throw new NotFoundException()
  }
  @Get('declared') @Header('content-type', 'text/html') declared() {
    return '<p>'
  }
  @Get('by-hand') byHand(@Res() response: HttpResponse) {
    response.type('html').send('<p>')
  }
  @Get('passed') passed(@Res({ passthrough: true }) response: HttpResponse) {
    response.type('html')
    return '<p>'
  }
  @Get('streamed') streamed(@Res() response: HttpResponse) {
    response.type('html').write('<p>')
    response.end('more')
  }
  @Get('fetched') fetched() {
    return new Response('<p>', { headers: { 'content-type': 'text/html' } })
  }
  @Get('own') own(@Res() response: HttpResponse) {
    response.setHeader('X-Frame-Options', 'DENY').setHeader('content-security-policy', "default-src 'none'")
    response.type('html').send('<p>')
  }
  @Get('nonce') @Header('content-type', 'text/html') nonce(@CspNonce() nonce: string) {
    return `<script nonce="${nonce}"></script>`
  }
  @Get('response-nonce') responseNonce(@Res() response: WebResponse) {
    response.type('html').send(`${response.nonce} ${response.nonce}`)
  }
  @Get('widget')
  @SecurityHeaders({ frameOptions: false, resourcePolicy: 'cross-origin' })
  @Header('content-type', 'text/html')
  widget() {
    return '<p>'
  }
  @Get('bare') @SecurityHeaders(false) bare() {
    return { a: 1 }
  }
}
@SecurityHeaders({ frameOptions: 'DENY' })
@Controller('admin')
class Admin {
  @Get() @Header('content-type', 'text/html') page() {
    return '<p>'
  }
  @Get('json') json() {
    return {}
  }
}
@Module({ controllers: [Pages, Admin] })
class AppModule {}

async function security(
  path: string,
  securityHeaders?: CreateAppOptions['securityHeaders'],
  options: CreateAppOptions = {},
  headers: Record<string, string> = {},
) {
  const app = await createApp(AppModule, {
    logger: false,
    shutdownSignals: false,
    ...(securityHeaders !== undefined && { securityHeaders }),
    ...options,
  })
  await app.listen(0, '127.0.0.1')
  const answer = await fetchOver((await app.getUrl()) + path, { headers })
  const body = await answer.text()
  await app.close()
  return {
    body,
    headers: Object.fromEntries([...answer.headers].filter(([name]) => NAMES.includes(name))),
  }
}

overProtocols('security headers', () => {
  it.each(['/json', '/text', '/nothing', '/missing', '/nowhere', '/admin/json'])(
    'are one, of 33 bytes, on %s',
    async (path) => {
      expect((await security(path)).headers).toEqual({ 'x-content-type-options': 'nosniff' })
    },
  )

  it('are the same bytes on every JSON answer, and no more than that', async () => {
    const bytes = async (securityHeaders: boolean) => {
      const app = await createApp(AppModule, { logger: false, shutdownSignals: false, securityHeaders })
      await app.listen(0, '127.0.0.1')
      const client = await RawClient.open(Number(new URL(await app.getUrl()).port))
      client.send('GET /json HTTP/1.1\r\nhost: a\r\n\r\n')
      await client.response()
      client.destroy()
      await app.close()
      return client.received.length
    }
    expect((await bytes(true)) - (await bytes(false))).toBe('x-content-type-options: nosniff\r\n'.length)
  })

  it.each(['/declared', '/by-hand', '/passed', '/streamed', '/fetched'])(
    'are all on HTML: %s',
    async (path) => {
      expect((await security(path)).headers).toEqual(PAGE)
    },
  )

  it('give way to those that a handler sets', async () => {
    expect((await security('/own')).headers).toEqual({
      ...PAGE,
      'x-frame-options': 'DENY',
      'content-security-policy': "default-src 'none'",
    })
  })

  it('can be turned off, for all and for a route, and changed for a route or a controller', async () => {
    expect((await security('/declared', false)).headers).toEqual({})
    expect((await security('/bare')).headers).toEqual({})
    const framed = Object.fromEntries(Object.entries(PAGE).filter(([name]) => name !== 'x-frame-options'))
    expect((await security('/widget')).headers).toEqual({
      ...framed,
      'cross-origin-resource-policy': 'cross-origin',
      'content-security-policy': "base-uri 'self'; object-src 'none'",
    })
    expect((await security('/admin')).headers).toMatchObject({
      'x-frame-options': 'DENY',
      'content-security-policy': "base-uri 'self'; object-src 'none'; frame-ancestors 'none'",
    })
    // what a route says stands also where the application has none
    expect((await security('/admin', false)).headers).toMatchObject({ 'x-frame-options': 'DENY' })
  })

  it.each<[string, SecurityHeadersOptions, Record<string, string | undefined>]>([
    [
      'features',
      { permissionsPolicy: { camera: [], geolocation: ['self', 'https://a.example'], fullScreen: ['*'] } },
      { 'permissions-policy': 'camera=(), geolocation=(self "https://a.example"), full-screen=*' },
    ],
    ['isolation', { embedderPolicy: 'require-corp' }, { 'cross-origin-embedder-policy': 'require-corp' }],
    ['no referrer', { referrerPolicy: 'no-referrer' }, { 'referrer-policy': 'no-referrer' }],
    [
      'nothing',
      {
        nosniff: false,
        frameOptions: false,
        referrerPolicy: false,
        openerPolicy: false,
        resourcePolicy: false,
        dnsPrefetch: false,
        contentSecurityPolicy: false,
      },
      {
        'x-content-type-options': undefined,
        'x-frame-options': undefined,
        'content-security-policy': undefined,
      },
    ],
    [
      'a policy',
      {
        contentSecurityPolicy: {
          defaultSrc: ["'self'"],
          'img-src': "'self' data:",
          upgradeInsecureRequests: true,
          sandbox: false,
        },
      },
      {
        'content-security-policy':
          "default-src 'self'; img-src 'self' data:; upgrade-insecure-requests; frame-ancestors 'self'",
      },
    ],
    [
      'a policy on probation',
      {
        contentSecurityPolicy: { defaultSrc: ["'self'"], frameAncestors: ['https://a.example'] },
        reportOnly: true,
      },
      {
        'content-security-policy-report-only': "default-src 'self'; frame-ancestors https://a.example",
        'content-security-policy': undefined,
      },
    ],
  ])('take options: %s', async (_name, options, expected) => {
    const { headers } = await security('/declared', options)
    for (const [name, value] of Object.entries(expected)) expect(headers[name]).toBe(value)
  })

  it.each<[SecurityHeadersOptions, string]>([
    [{ contentSecurityPolicy: { scriptSrc: ['self'] } }, 'contentSecurityPolicy.scriptSrc'],
    [{ contentSecurityPolicy: { scriptSrc: ["'self'; script-src *"] } }, 'contentSecurityPolicy.scriptSrc'],
    [{ contentSecurityPolicy: { scriptSrc: 3 as never } }, 'contentSecurityPolicy.scriptSrc'],
    [{ contentSecurityPolicy: { 'script src': [] } }, 'contentSecurityPolicy.script src'],
    [{ hsts: { maxAge: -1 } }, 'hsts'],
    [{ hsts: { preload: true } }, 'hsts'],
    [{ referrerPolicy: 'a\r\nb: c' }, 'referrer-policy'],
  ])('are checked at boot: %j', async (options, option) => {
    await expect(security('/json', options)).rejects.toMatchObject({
      code: 'CORBEL_SECURITY_HEADERS',
      details: { option },
    })
  })

  it('are checked at boot on routes, too', async () => {
    @Controller()
    class Wrong {
      @Get() @SecurityHeaders({ contentSecurityPolicy: { scriptSrc: ['none'] } }) page() {}
    }
    @Module({ controllers: [Wrong] })
    class WrongModule {}
    await expect(createApp(WrongModule, { logger: false })).rejects.toThrow('CORBEL_SECURITY_HEADERS')
  })
})

overProtocols('the nonce', () => {
  const policy = {
    contentSecurityPolicy: { scriptSrc: ["'self'", CSP_NONCE], styleSrc: [CSP_NONCE] },
    frameOptions: false,
  } as const

  it.each(['/nonce', '/response-nonce'])('is in the policy of %s, another one each time', async (path) => {
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const { headers, body } = await security(path, policy)
        const nonce = /[\w+/]{22}==/.exec(body)![0]
        expect(headers['content-security-policy']).toBe(
          `script-src 'self' 'nonce-${nonce}'; style-src 'nonce-${nonce}'`,
        )
        return nonce
      }),
    )
    expect(nonces[0]).not.toBe(nonces[1])
  })

  it('is not in policies of pages that have not asked for it, and on no JSON', async () => {
    expect((await security('/declared', policy)).headers['content-security-policy']).toBe(
      "script-src 'self'; style-src 'none'",
    )
    expect((await security('/json', policy)).headers).not.toHaveProperty('content-security-policy')
  })
})

describe('Strict-Transport-Security', () => {
  const hsts = 'strict-transport-security'

  it('is sent over TLS only', async () => {
    const { key, cert } = createCertificate({ name: 'localhost', hosts: ['localhost'] })
    const app = await createApp(AppModule, {
      logger: false,
      shutdownSignals: false,
      httpsOptions: { key, cert },
    })
    await app.listen(0, '127.0.0.1')
    for (const path of ['/json', '/declared', '/missing', '/by-hand']) {
      const client = await RawClient.openTls(Number(new URL(await app.getUrl()).port))
      client.send(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
      const { headers } = await client.response()
      expect([path, headers[hsts], headers['x-content-type-options']]).toEqual([
        path,
        'max-age=31536000',
        'nosniff',
      ])
      client.destroy()
    }
    await app.close()
    expect((await security('/json')).headers).not.toHaveProperty(hsts)
  })

  it('is sent where a trusted proxy speaks TLS, and nobody else says so', async () => {
    const by = { 'x-forwarded-proto': 'https' }
    const options = { hsts: { maxAge: 63_072_000, includeSubDomains: true, preload: true } }
    const trusted = await security('/json', options, { trustProxy: true }, by)
    expect(trusted.headers[hsts]).toBe('max-age=63072000; includeSubDomains; preload')
    expect((await security('/json', options, {}, by)).headers).not.toHaveProperty(hsts)
    expect((await security('/json', { hsts: false }, { trustProxy: true }, by)).headers).not.toHaveProperty(
      hsts,
    )
  })
})
