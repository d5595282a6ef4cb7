import { Injectable, UnauthorizedException, UnprocessableEntityException } from 'corbel'
import { Attempts, JwtService, PasswordHasher } from 'corbel/auth'
import { InjectRepository, Transactional } from 'corbel/database/typeorm'
import { Not, type Repository } from 'typeorm'
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
    private readonly attempts: Attempts,
  ) {}

  find(id: number): Promise<User | null> {
    return this.users.findOneBy({ id })
  }

  findByName(username: string): Promise<User | null> {
    return this.users.findOneBy({ username })
  }

  async register({ username, email, password }: NewUser): Promise<User> {
    const passwordHash = await this.passwords.hash(password)
    return this.store({ username, email, passwordHash, bio: '', image: '' })
  }

  async login({ email, password }: Credentials): Promise<User> {
    const guessed = `login:${email.normalize('NFKC').trim().toLowerCase()}`
    await this.attempts.begin(guessed)
    const user = await this.users.findOneBy({ email })
    // takes as long for an unknown address as for a wrong password
    const isRight = await this.passwords.verify(password, user?.passwordHash)
    if (user === null || !isRight) throw new UnauthorizedException('email or password is wrong')
    await this.attempts.succeed(guessed)
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
    return this.store(changes, user)
  }

  /** The account as its owner sees it, with a fresh token. */
  async view({ id, email, username, bio, image }: User): Promise<UserView> {
    const token = await this.tokens.sign({}, { subject: String(id) })
    return { email, token, username, bio, image }
  }

  /** Only this is a transaction: hashing a password takes long, and would keep others waiting. */
  @Transactional()
  private async store(changes: Partial<User>, user: Partial<User> = {}): Promise<User> {
    await this.assertFree(changes, user.id)
    return this.users.save(Object.assign(user, changes))
  }

  private async assertFree(
    wanted: { readonly username?: string; readonly email?: string },
    except = 0,
  ): Promise<void> {
    const messages: string[] = []
    for (const [field, value] of Object.entries(given({ email: wanted.email, username: wanted.username }))) {
      const isTaken = await this.users.existsBy({ [field]: value, id: Not(except) })
      if (isTaken) messages.push(`${field} has already been taken`)
    }
    if (messages.length > 0) throw new UnprocessableEntityException(messages)
  }
}
