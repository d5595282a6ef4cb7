import { createApp, type Application, type CreateAppOptions } from 'corbel'
import { ProviderLogin } from 'corbel/auth/oidc'
import { AppModule } from './app.module.js'
import { SocialLogin } from './login/social-login.js'
import { CLIENT, startDemoProvider } from './provider/demo-provider.js'

/** The application with its options, ready to listen. */
export function createBoard(options: CreateAppOptions = {}): Promise<Application> {
  return createApp(AppModule, {
    securityHeaders: {
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    ...options,
  })
}

/**
 * Lets users log in at a provider that runs beside the application, and takes everybody's word for who he is. In the place of
 * `demo` there would be `google({ … })` or `github({ … })`.
 *
 * @param app that listens
 * @param origin of its pages
 * @returns where the provider is
 */
export async function useDemoProvider(app: Application, origin: string): Promise<string> {
  const redirectUri = `${origin}/login/demo/callback`
  const provider = await startDemoProvider(redirectUri)
  const demo = { name: 'demo', issuer: provider.issuer, redirectUri, ...CLIENT }
  app
    .get(SocialLogin)
    .use(new ProviderLogin(demo, { outbound: { allowPrivate: true, timeout: 30_000 } }), () =>
      provider.close(),
    )
  return provider.issuer
}
