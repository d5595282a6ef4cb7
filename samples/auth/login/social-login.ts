import { Inject, Injectable, NotFoundException } from 'corbel'
import { AccountLinks, MemoryAccountLinkStore, type ProviderLogin } from 'corbel/auth/oidc'
import { Accounts } from '../accounts/accounts.js'

/** Providers at which users log in, and which of their identities belong to which account. */
@Injectable()
export class SocialLogin {
  readonly links: AccountLinks
  private readonly logins = new Map<string, ProviderLogin>()
  private readonly closing: (() => Promise<void>)[] = []

  constructor(@Inject(Accounts) accounts: Accounts) {
    this.links = new AccountLinks({
      links: new MemoryAccountLinkStore(),
      // nobody has shown here that an address is his: who has an account logs in to it, and links it himself
      findByEmail: (email) => {
        const account = accounts.findByLogin(email)
        return account && { id: account.id, emailVerified: false }
      },
      create: ({ email, name, subject, provider }) =>
        accounts.add({ email: email ?? `${subject}@${provider}.invalid`, name: name ?? 'Somebody' }).id,
    })
  }

  use(login: ProviderLogin, close: () => Promise<void>): void {
    this.logins.set(login.name, login)
    this.closing.push(close)
  }

  get names(): readonly string[] {
    return [...this.logins.keys()]
  }

  get(name: string): ProviderLogin {
    const login = this.logins.get(name)
    if (login === undefined) throw new NotFoundException('There is no such provider.')
    return login
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.closing.map((close) => close()))
  }
}
