import { Injectable, UnauthorizedException, UnprocessableEntityException } from 'corbel'
import { JwtService, PasswordHasher } from 'corbel/auth'
import { InjectRepository } from 'corbel/database/typeorm'
import { Not, type EntityManager, type Repository } from 'typeorm'
import { given } from '../common/validation.js'
import type { Credentials, NewUser, UserChanges, UserView } from './user.dto.js'
import { User } from './user.entity.js'

/** Accounts: registration, login, changes. */
@Injectable()
export class UsersService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly passwords: PasswordHasher,
    private readonly tokens: JwtService,
  ) {}

  find(id: number): Promise<User | null> {
    return this.users.findOneBy({ id })
  }

  findByName(username: string): Promise<User | null> {
    return this.users.findOneBy({ username })
  }

  async register({ username, email, password }: NewUser): Promise<User> {
    const passwordHash = await this.passwords.hash(password)
    return this.users.manager.transaction(async (manager) => {
      await this.assertFree(manager, { username, email })
      return manager.save(User, { username, email, passwordHash, bio: '', image: '' })
    })
  }

  async login({ email, password }: Credentials): Promise<User> {
    const user = await this.users.findOneBy({ email })
    // takes as long for an unknown address as for a wrong password
    const isRight = await this.passwords.verify(password, user?.passwordHash)
    if (user === null || !isRight) throw new UnauthorizedException('email or password is wrong')
    return user
  }

  async update(user: User, { password, bio, image, ...names }: UserChanges): Promise<User> {
    const changes = given({
      ...names,
      bio: bio === null ? '' : bio,
      image: image === null ? '' : image,
      passwordHash: password === undefined ? undefined : await this.passwords.hash(password),
    })
    if (Object.keys(changes).length === 0) {
      throw new UnprocessableEntityException(
        'user must have at least one of email, username, password, bio, image',
      )
    }
    return this.users.manager.transaction(async (manager) => {
      await this.assertFree(manager, changes, user.id)
      return manager.save(User, Object.assign(user, changes))
    })
  }

  /** The account as its owner sees it, with a fresh token. */
  async view({ id, email, username, bio, image }: User): Promise<UserView> {
    const token = await this.tokens.sign({}, { subject: String(id) })
    return { email, token, username, bio, image }
  }

  private async assertFree(
    manager: EntityManager,
    wanted: { readonly username?: string; readonly email?: string },
    except = 0,
  ): Promise<void> {
    const messages: string[] = []
    for (const [field, value] of Object.entries(given({ email: wanted.email, username: wanted.username }))) {
      const isTaken = await manager.existsBy(User, { [field]: value, id: Not(except) })
      if (isTaken) messages.push(`${field} has already been taken`)
    }
    if (messages.length > 0) throw new UnprocessableEntityException(messages)
  }
}
