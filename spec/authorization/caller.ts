import { AuthModule, AuthStrategy, type CredentialSource, type Principal } from 'corbel/auth'
import type { DynamicModule } from 'corbel'

/** Takes the caller's word for it: `X-Caller: ada;roles=editor+author;permissions=articles:read`. */
export class CallerStrategy extends AuthStrategy {
  readonly name = 'caller'
  protected readonly scheme = 'Caller'

  authenticate(source: CredentialSource): Principal | undefined {
    const value = source.header('x-caller')
    if (value === undefined) return undefined
    const [id, ...rest] = value.split(';')
    const more = new URLSearchParams(rest.join('&').replaceAll('+', '%2B'))
    const list = (name: string): string[] => more.get(name)?.split('+').filter(Boolean) ?? []
    return {
      id: id!,
      strategy: this.name,
      claims: {},
      roles: list('roles'),
      permissions: list('permissions'),
    }
  }

  describe() {
    return { type: 'apiKey', in: 'header', name: 'x-caller' }
  }
}

/** Anybody may call, and says who he is. */
export function callers(): DynamicModule {
  return AuthModule.forRoot({ strategies: [new CallerStrategy()] })
}

/** A request of somebody. */
export function as(caller: string, method = 'GET'): RequestInit {
  return { method, headers: { 'x-caller': caller } }
}
