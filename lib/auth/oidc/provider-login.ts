import type { Configuration } from 'openid-client'
import type { Cache } from '../../core/index.js'
import { CorbelError } from '../../common/index.js'
import { AuthOptionsInvalid } from '../errors.js'
import { localPath } from '../local-path.js'
import { OneTimeTokens } from '../one-time/one-time-tokens.js'
import { checkUrl, outboundFetch, type OutboundFetch, type OutboundOptions } from '../outbound.js'
import { ProviderFailed, ProviderRefused } from './errors.js'
import { loadOpenIdClient, type OpenIdClient } from './openid-client.js'
import { standardIdentity, type ExternalIdentity, type Provider } from './provider.js'

/** The options of `ProviderLogin`. */
export interface ProviderLoginOptions {
  /** Where several processes see logins that have begun. In memory by default. */
  readonly cache?: Cache
  /** What requests to the provider may reach. */
  readonly outbound?: OutboundOptions
  /** Where to go where nothing (or something elsewhere) is asked for. Default `/`. */
  readonly home?: string
}

/** A login that has succeeded. */
export interface ProviderAnswer {
  readonly identity: ExternalIdentity
  /** Where the user wanted to go: a path of this application. */
  readonly returnTo: string
  /** For the provider's API. Keep it only where you need it. */
  readonly accessToken: string
  readonly refreshToken?: string
}

interface Begun {
  readonly verifier: string
  readonly nonce: string
  readonly returnTo: string
}

/**
 * Login at an OpenID or OAuth provider: authorization code with PKCE, a state that is good once and in one browser, and a
 * nonce in the ID token.
 *
 * @see RFC 9700, OpenID Connect Core 1.0
 */
export class ProviderLogin {
  private readonly tokens: OneTimeTokens
  private readonly fetch: OutboundFetch
  private readonly home: string
  private ready: Promise<Configuration> | undefined

  /**
   * @param provider `google({ clientId, clientSecret, redirectUri })`, or one of your own
   * @param options see `ProviderLoginOptions`
   * @throws {CorbelError} CORBEL_AUTH_OPTIONS_INVALID, CORBEL_AUTH_URL_REFUSED
   */
  constructor(
    private readonly provider: Provider,
    private readonly options: ProviderLoginOptions = {},
  ) {
    const { issuer, endpoints } = provider
    const allowPrivate = options.outbound?.allowPrivate
    if ((issuer === undefined) === (endpoints === undefined))
      throw new AuthOptionsInvalid({ reason: `${provider.name} needs an issuer or endpoints, not both.` })
    if (endpoints !== undefined && provider.identify === undefined)
      throw new AuthOptionsInvalid({ reason: `${provider.name} has no ID token: it needs identify.` })
    for (const url of [issuer, endpoints?.authorization, endpoints?.token])
      if (url !== undefined) checkUrl(url, allowPrivate)
    const home = localPath(options.home ?? '/')
    if (home === undefined) throw new AuthOptionsInvalid({ reason: 'home is no path of this application.' })
    this.home = home
    this.tokens = new OneTimeTokens(options.cache)
    this.fetch = outboundFetch(options.outbound)
  }

  /** The provider's name. */
  get name(): string {
    return this.provider.name
  }

  /**
   * Begins a login.
   *
   * @param binding `browserBinding` of the request
   * @param returnTo where the user wants to go afterwards; only paths of this application count
   * @returns where to send the browser
   * @throws {CorbelError} CORBEL_AUTH_PROVIDER_FAILED (502)
   */
  async begin(binding: string, returnTo?: unknown): Promise<URL> {
    const client = await loadOpenIdClient()
    const config = await this.configured(client)
    const { issuer, redirectUri, scopes = ['openid', 'email', 'profile'], parameters } = this.provider
    const verifier = client.randomPKCECodeVerifier()
    const nonce = client.randomNonce()
    const begun: Begun = { verifier, nonce, returnTo: localPath(returnTo) ?? this.home }
    const state = await this.tokens.issue(this.purpose, begun, { binding, lifetime: '15m' })
    return client.buildAuthorizationUrl(config, {
      ...parameters,
      redirect_uri: redirectUri,
      scope: scopes.join(' '),
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      ...(issuer !== undefined && { nonce }),
    })
  }

  /**
   * Finishes a login.
   *
   * @param answer the query, or the posted form, with which the provider has sent the browser back
   * @param binding `bindingOf` the request
   * @throws {CorbelError} CORBEL_AUTH_ONE_TIME_INVALID for a login that this browser has not begun,
   *   CORBEL_AUTH_PROVIDER_REFUSED (both 401), CORBEL_AUTH_PROVIDER_FAILED (502)
   */
  async finish(
    answer: Readonly<Record<string, unknown>>,
    binding: string | undefined,
  ): Promise<ProviderAnswer> {
    const state = answer['state']
    const begun = await this.tokens.take<Begun>(this.purpose, state, binding)
    const client = await loadOpenIdClient()
    try {
      return await this.exchange(client, answer, String(state), begun)
    } catch (error) {
      throw this.explain(client, error)
    }
  }

  private async exchange(
    client: OpenIdClient,
    answer: Readonly<Record<string, unknown>>,
    state: string,
    { verifier, nonce, returnTo }: Begun,
  ): Promise<ProviderAnswer> {
    const config = await this.configured(client)
    // never the URL of the request: its host is what the client says
    const url = new URL(this.provider.redirectUri)
    for (const [name, value] of Object.entries(answer))
      if (typeof value === 'string') url.searchParams.append(name, value)
    const isOpenId = this.provider.issuer !== undefined
    const tokens = await client.authorizationCodeGrant(config, url, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      idTokenExpected: isOpenId,
      ...(isOpenId && { expectedNonce: nonce }),
    })
    const claims: Readonly<Record<string, unknown>> = tokens.claims() ?? {}
    const get = async (from: string): Promise<unknown> => {
      const target = checkUrl(from, this.options.outbound?.allowPrivate)
      const response = await client.fetchProtectedResource(config, tokens.access_token, target, 'GET')
      return response.json()
    }
    const { identify = standardIdentity } = this.provider
    const parts = await identify(claims, get)
    if (parts.subject === '')
      throw new ProviderRefused({ provider: this.name, reason: 'it names no subject' })
    return {
      identity: { provider: this.name, claims, ...parts },
      returnTo,
      accessToken: tokens.access_token,
      ...(tokens.refresh_token !== undefined && { refreshToken: tokens.refresh_token }),
    }
  }

  private get purpose(): string {
    return `login at ${this.name}`
  }

  private async configured(client: OpenIdClient): Promise<Configuration> {
    this.ready ??= this.discover(client).catch((error: unknown) => {
      // asked again by the next login
      this.ready = undefined
      throw error instanceof CorbelError
        ? error
        : new ProviderFailed({ provider: this.name }, { cause: error })
    })
    const config = await this.ready
    const { clientSecret } = this.provider
    if (typeof clientSecret !== 'function') return config
    return this.configuration(client, config.serverMetadata(), await clientSecret())
  }

  private async discover(client: OpenIdClient): Promise<Configuration> {
    const { issuer, endpoints, clientId, clientSecret } = this.provider
    const secret = typeof clientSecret === 'string' ? clientSecret : undefined
    if (endpoints !== undefined) {
      const { authorization, token } = endpoints
      const server = {
        issuer: endpoints.issuer,
        authorization_endpoint: authorization,
        token_endpoint: token,
      }
      return this.configuration(client, server, secret)
    }
    const found = await client.discovery(new URL(issuer!), clientId, undefined, client.None(), {
      [client.customFetch]: this.fetch,
      execute: this.options.outbound?.allowPrivate === true ? [client.allowInsecureRequests] : [],
    })
    return this.configuration(client, found.serverMetadata(), secret)
  }

  private configuration(
    client: OpenIdClient,
    server: ConstructorParameters<OpenIdClient['Configuration']>[0],
    secret: string | undefined,
  ): Configuration {
    const { clientId, clientAuth = 'post' } = this.provider
    const authenticate = clientAuth === 'post' ? client.ClientSecretPost : client.ClientSecretBasic
    const auth = secret === undefined ? client.None() : authenticate(secret)
    const config = new client.Configuration(server, clientId, undefined, auth)
    config[client.customFetch] = this.fetch
    if (this.options.outbound?.allowPrivate === true) client.allowInsecureRequests(config)
    return config
  }

  private explain(client: OpenIdClient, error: unknown): unknown {
    if (error instanceof CorbelError) return error
    const details = { provider: this.name, reason: error instanceof Error ? error.message : 'unknown' }
    const isRefusal =
      error instanceof client.AuthorizationResponseError ||
      error instanceof client.ResponseBodyError ||
      (error instanceof client.ClientError && error.code !== 'OAUTH_TIMEOUT')
    return isRefusal
      ? new ProviderRefused(details, { cause: error })
      : new ProviderFailed(details, { cause: error })
  }
}
