import { Controller, createApp, CSP_NONCE, CspNonce, Get, Header, Module, SecurityHeaders } from 'corbel'

// #region routes
@Controller()
class PagesController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  home(@CspNonce() nonce: string): string {
    return `<script nonce="${nonce}">start()</script>`
  }

  @Get('widget')
  @SecurityHeaders({ frameOptions: false, resourcePolicy: 'cross-origin' }) // others may show it
  @Header('content-type', 'text/html; charset=utf-8')
  widget(): string {
    return '<p>widget</p>'
  }
}
// #endregion

@Module({ controllers: [PagesController] })
class AppModule {}

describe('docs/security-headers.md', () => {
  it('keeps pages safe', async () => {
    const logger = false
    // #region app
    const app = await createApp(AppModule, {
      logger,
      securityHeaders: {
        contentSecurityPolicy: {
          defaultSrc: ["'self'"],
          scriptSrc: ["'self'", CSP_NONCE],
          objectSrc: ["'none'"],
        },
        permissionsPolicy: { camera: [], geolocation: ['self'] },
        hsts: { maxAge: 63_072_000, includeSubDomains: true, preload: true },
      },
    })
    // #endregion
    const { body, headers } = await app.inject('/')
    const nonce = /nonce="(.+)"/.exec(body)![1]
    expect(headers['content-security-policy']).toBe(
      `default-src 'self'; script-src 'self' 'nonce-${nonce}'; object-src 'none'; frame-ancestors 'self'`,
    )
    expect(headers['permissions-policy']).toBe('camera=(), geolocation=(self)')
    expect((await app.inject('/widget')).headers['x-frame-options']).toBeUndefined()
    await app.close()
  })
})
