import { Inject, Injectable, Logger } from 'corbel'
import { InjectRepository } from 'corbel/database/typeorm'
import { randomBytes } from 'node:crypto'
import type { Repository } from 'typeorm'
import { CONDUIT_CONFIG, type ConduitConfig } from '../config/config.js'
import { Setting } from './setting.entity.js'

/** What the application remembers about its database. */
@Injectable()
export class SettingsService {
  private readonly logger = new Logger('Settings')

  constructor(
    @InjectRepository(Setting) private readonly settings: Repository<Setting>,
    @Inject(CONDUIT_CONFIG) private readonly config: ConduitConfig,
  ) {}

  async get(name: string): Promise<string | undefined> {
    return (await this.settings.findOneBy({ name }))?.value
  }

  async set(name: string, value: string): Promise<void> {
    await this.settings.upsert({ name, value }, ['name'])
  }

  /** The secret that signs tokens. It outlives a restart, so that nobody has to log in again. */
  async tokenSecret(): Promise<string> {
    if (this.config.jwtSecret !== undefined) return this.config.jwtSecret
    const known = await this.get('jwt-secret')
    if (known !== undefined) return known
    const made = randomBytes(32).toString('base64url')
    await this.set('jwt-secret', made)
    this.logger.warn(
      'Made a secret for tokens and stored it in the database. In production set CONDUIT_JWT_SECRET.',
    )
    return made
  }
}
