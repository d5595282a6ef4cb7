import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'

/** What the board is registered with. */
export const CLIENT = { clientId: 'board', clientSecret: 'only between these two' }

/** A provider that runs. */
export interface DemoProvider {
  readonly issuer: string
  close(): Promise<void>
}

/**
 * Starts an OpenID provider that asks for a name and believes it. It stands for Google and the like, so that the sample needs
 * no account there.
 *
 * @param redirectUri where it sends browsers back to
 */
export async function startDemoProvider(redirectUri: string): Promise<DemoProvider> {
  let provider: Provider
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/interaction/') === true) void interact(provider, request, response)
    else provider.callback()(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    conformIdTokenClaims: false,
    cookies: { keys: ['for demonstrations'] },
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, name: id, email: `${id.toLowerCase()}@demo.example`, email_verified: true }),
    }),
  })
  return {
    issuer,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response)
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(PAGE)
    return
  }
  let body = ''
  for await (const chunk of request) body += String(chunk).slice(0, 1000)
  const accountId = /^[\w -]{1,40}$/.exec(new URLSearchParams(body).get('name') ?? '')?.[0] ?? 'Grace'
  const grant = new provider.Grant({ accountId, clientId: params['client_id'] })
  grant.addOIDCScope('openid email profile')
  const result = { login: { accountId }, consent: { grantId: await grant.save() } }
  await provider.interactionFinished(request, response, result)
}

const PAGE = `<!doctype html><meta charset="utf-8"><title>Demo provider</title>
<style>body{font:17px/1.5 system-ui;max-width:24rem;margin:15vh auto;padding:0 1rem}input,button{font:inherit;padding:.5rem .8rem;width:100%;box-sizing:border-box;margin:.4rem 0}</style>
<h1>Demo provider</h1><p>It believes whatever name you give.</p>
<form method="post"><label>Your name <input name="name" value="Grace" required pattern="[\\w \\-]{1,40}"></label><button>Continue to Board</button></form>`
