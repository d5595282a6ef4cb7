import { loadJose } from '../jose.js'
import { standardIdentity, text, type Provider, type ProviderClient } from './provider.js'

/** Google. */
export function google(client: ProviderClient): Provider {
  return { name: 'google', issuer: 'https://accounts.google.com', ...client }
}

/**
 * Microsoft Entra ID and personal accounts. Its addresses are not vouched for: the administrator of any directory can set
 * them.
 *
 * @param client with `tenant`: a directory; `common` (default), `organizations` or `consumers` for many
 */
export function microsoft({
  tenant = 'common',
  ...client
}: ProviderClient & { readonly tenant?: string }): Provider {
  return {
    name: 'microsoft',
    issuer: `https://login.microsoftonline.com/${encodeURIComponent(tenant)}/v2.0`,
    // sub differs between applications of one owner, and is unique within the directory's issuer alone
    identify: (claims) => ({
      ...standardIdentity(claims),
      subject: `${text(claims['tid']) ?? ''}.${text(claims['sub']) ?? ''}`,
      emailVerified: false,
    }),
    ...client,
  }
}

/** What Apple gives for signing in. */
export interface AppleKey {
  readonly teamId: string
  readonly keyId: string
  /** PEM of the `.p8` file. */
  readonly privateKey: string
}

/**
 * Apple. It posts its answer from its own site: use `browserBinding(…, { crossSite: true })`.
 *
 * @param client with the key that makes client secrets
 */
export function apple({
  key,
  ...client
}: Omit<ProviderClient, 'clientSecret'> & { readonly key: AppleKey }): Provider {
  return {
    name: 'apple',
    issuer: 'https://appleid.apple.com',
    scopes: ['openid', 'email', 'name'],
    ...client,
    clientSecret: () => appleSecret(client.clientId, key),
    parameters: { response_mode: 'form_post', ...client.parameters },
  }
}

/** A client secret of five minutes: a JWT signed with ES256. */
async function appleSecret(clientId: string, { teamId, keyId, privateKey }: AppleKey): Promise<string> {
  const { importPKCS8, SignJWT } = await loadJose(undefined, 'apple()')
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setIssuedAt(now)
    .setExpirationTime(now + 300)
    .setAudience('https://appleid.apple.com')
    .setSubject(clientId)
    .sign(await importPKCS8(privateKey, 'ES256'))
}

/** GitHub, which has OAuth only: the identity comes from its API, the address is the primary one if it is verified. */
export function github(client: ProviderClient): Provider {
  return {
    name: 'github',
    endpoints: {
      issuer: 'https://github.com/login/oauth',
      authorization: 'https://github.com/login/oauth/authorize',
      token: 'https://github.com/login/oauth/access_token',
    },
    scopes: ['read:user', 'user:email'],
    identify: async (_claims, get) => {
      const user = (await get('https://api.github.com/user')) as Record<string, unknown>
      const all = await get('https://api.github.com/user/emails')
      const list = Array.isArray(all)
        ? (all as { email?: string; primary?: boolean; verified?: boolean }[])
        : []
      const own = list.find(({ primary, verified }) => primary === true && verified === true)?.email
      const name = text(user['name']) ?? text(user['login'])
      return {
        subject: text(user['id']) ?? '',
        emailVerified: own !== undefined,
        ...(own !== undefined && { email: own }),
        ...(name !== undefined && { name }),
      }
    },
    ...client,
  }
}

/** Facebook. Its addresses are not vouched for. */
export function facebook(client: ProviderClient): Provider {
  const graph = 'https://graph.facebook.com/v23.0'
  return {
    name: 'facebook',
    endpoints: {
      issuer: 'https://www.facebook.com',
      authorization: 'https://www.facebook.com/v23.0/dialog/oauth',
      token: `${graph}/oauth/access_token`,
    },
    scopes: ['email', 'public_profile'],
    identify: async (_claims, get) => {
      const user = (await get(`${graph}/me?fields=id,name,email`)) as Record<string, unknown>
      return { ...standardIdentity({ ...user, sub: user['id'] }), emailVerified: false }
    },
    ...client,
  }
}

/** Discord. */
export function discord(client: ProviderClient): Provider {
  return {
    name: 'discord',
    endpoints: {
      issuer: 'https://discord.com',
      authorization: 'https://discord.com/oauth2/authorize',
      token: 'https://discord.com/api/oauth2/token',
    },
    scopes: ['identify', 'email'],
    identify: async (_claims, get) => {
      const user = (await get('https://discord.com/api/users/@me')) as Record<string, unknown>
      const { id, email, verified, global_name: name, username } = user
      return standardIdentity({ sub: id, email, email_verified: verified, name: name ?? username })
    },
    ...client,
  }
}
