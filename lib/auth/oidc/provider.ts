import type { MaybePromise } from '../../common/index.js'

/** Who somebody is at a provider. */
export interface ExternalIdentity {
  /** The name of the provider. */
  readonly provider: string
  /** Identifies him there for good. An e-mail address does not. */
  readonly subject: string
  readonly email?: string
  /** Whether the provider vouches for the address: an account is never linked by one that it does not. */
  readonly emailVerified: boolean
  readonly name?: string
  /** All that the provider says. */
  readonly claims: Readonly<Record<string, unknown>>
}

/** What an identity is read from; the provider's name is added. */
export type IdentityParts = Omit<ExternalIdentity, 'provider' | 'claims'>

/** Gets something of the provider's API with the access token of the login. */
export type ProviderGet = (url: string) => Promise<unknown>

/** A provider at which users log in. The presets (`google`, `github` …) make one. */
export interface Provider {
  /** Unique; links of accounts are stored under it. */
  readonly name: string
  readonly clientId: string
  /** Undefined for a public client. A function, where it is made anew each time (Apple). */
  readonly clientSecret?: string | (() => MaybePromise<string>)
  /** How the secret is sent: in the body (default) or in the Authorization header. */
  readonly clientAuth?: 'post' | 'basic'
  /** Where the provider sends browsers back to, as it is registered there. */
  readonly redirectUri: string
  /** The issuer of an OpenID provider, whose document tells the rest. */
  readonly issuer?: string
  /** Of a provider that has OAuth only, in the place of `issuer`. */
  readonly endpoints?: { readonly issuer: string; readonly authorization: string; readonly token: string }
  /** Default `openid email profile`. */
  readonly scopes?: readonly string[]
  /** More parameters of the authorization request: `prompt`, `hd` … */
  readonly parameters?: Readonly<Record<string, string>>
  /** Reads who it is. By default from the claims of the ID token, whose `email_verified` counts. */
  readonly identify?: (
    claims: Readonly<Record<string, unknown>>,
    get: ProviderGet,
  ) => MaybePromise<IdentityParts>
}

/** What an application registers at a provider. */
export type ProviderClient = Pick<Provider, 'clientId' | 'clientSecret' | 'redirectUri'> &
  Partial<Pick<Provider, 'name' | 'scopes' | 'parameters'>>

/** Reads an identity from the standard claims. */
export function standardIdentity(claims: Readonly<Record<string, unknown>>): IdentityParts {
  const { sub, email, email_verified: verified, name } = claims
  return {
    subject: text(sub) ?? '',
    emailVerified: verified === true || verified === 'true',
    ...(text(email) !== undefined && { email: text(email)! }),
    ...(text(name) !== undefined && { name: text(name)! }),
  }
}

/** A text or a number as text. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
