import { Inject, Injectable } from 'corbel'
import { JWT_OPTIONS, JwtGuard, JwtService, type JwtModuleOptions, type JwtPayload } from 'corbel/auth'
import type { User } from './user.entity.js'
import { UsersService } from './users.service.js'

/** Makes the owner of the token the current user; a token whose account is gone is refused. */
@Injectable()
export class UserGuard extends JwtGuard {
  constructor(
    tokens: JwtService,
    @Inject(JWT_OPTIONS) options: JwtModuleOptions,
    private readonly users: UsersService,
  ) {
    super(tokens, options)
  }

  protected override principal({ sub }: JwtPayload): Promise<User | null> {
    return this.users.find(Number(sub))
  }
}
