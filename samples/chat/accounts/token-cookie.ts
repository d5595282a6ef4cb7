import {
  AuthStrategy,
  principalOfClaims,
  type CredentialSource,
  type JwtService,
  type Principal,
} from 'corbel/auth'

/** The cookie that carries the token: scripts of the page, and what somebody might put into it, cannot read it. */
export const COOKIE = 'chat'

/** JSON Web Tokens in a cookie, which browsers send with requests and with WebSockets alike. */
export class TokenCookie extends AuthStrategy {
  readonly name = 'token'
  protected readonly scheme = 'Cookie'

  constructor(private readonly tokens: JwtService) {
    super()
  }

  async authenticate(source: CredentialSource): Promise<Principal | undefined> {
    const token = source.cookie(COOKIE)
    if (token === undefined || token === '') return undefined
    const found = principalOfClaims(await this.tokens.verify(token))
    return found && { ...found, strategy: this.name }
  }

  describe(): { readonly type: 'apiKey'; readonly in: 'cookie'; readonly name: string } {
    return { type: 'apiKey', in: 'cookie', name: COOKIE }
  }
}
