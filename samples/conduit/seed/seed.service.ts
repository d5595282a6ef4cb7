import { Inject, Injectable, Logger, type OnApplicationBootstrap } from 'corbel'
import { Transactional } from 'corbel/database/typeorm'
import { ArticlesService } from '../articles/articles.service.js'
import { FavoritesService } from '../articles/favorites.service.js'
import { CommentsService } from '../comments/comments.service.js'
import { CONDUIT_CONFIG, type ConduitConfig } from '../config/config.js'
import { ProfilesService } from '../profiles/profiles.service.js'
import { SettingsService } from '../settings/settings.service.js'
import type { User } from '../users/user.entity.js'
import { UsersService } from '../users/users.service.js'
import { DEMO_ARTICLES, DEMO_PASSWORD, DEMO_USERS } from './demo-data.js'

/** Gives a new database some demo data, once, before the application listens. */
@Injectable()
export class SeedService implements OnApplicationBootstrap {
  private readonly logger = new Logger('Seed')

  constructor(
    @Inject(CONDUIT_CONFIG) private readonly config: ConduitConfig,
    private readonly settings: SettingsService,
    private readonly users: UsersService,
    private readonly profiles: ProfilesService,
    private readonly articles: ArticlesService,
    private readonly favorites: FavoritesService,
    private readonly comments: CommentsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.seed || (await this.settings.get('seeded')) !== undefined) return
    await this.seed()
    this.logger.log(
      `Added demo data: log in as ${DEMO_USERS.maren.email} with the password "${DEMO_PASSWORD}"`,
    )
  }

  /** All or nothing: a start that is interrupted begins anew the next time. */
  @Transactional()
  private async seed(): Promise<void> {
    await this.settings.set('seeded', new Date().toISOString())
    const accounts = [this.register(DEMO_USERS.maren), this.register(DEMO_USERS.tomasz)] as const
    const [maren, tomasz] = await Promise.all(accounts)
    await this.profiles.follow(maren.username, tomasz)
    for (const { author, tagList, ...article } of DEMO_ARTICLES) {
      const [writer, reader] = author === 'maren' ? [maren, tomasz] : [tomasz, maren]
      const { id, slug } = await this.articles.create({ ...article, tagList: [...tagList] }, writer)
      await this.favorites.add(id, reader)
      await this.comments.create(slug, { body: 'Well said.' }, reader)
    }
  }

  private async register({ bio, ...account }: (typeof DEMO_USERS)[keyof typeof DEMO_USERS]): Promise<User> {
    return this.users.update(await this.users.register({ ...account, password: DEMO_PASSWORD }), { bio })
  }
}
