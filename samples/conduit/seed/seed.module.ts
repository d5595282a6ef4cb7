import { Module } from 'corbel'
import { ArticlesModule } from '../articles/articles.module.js'
import { CommentsModule } from '../comments/comments.module.js'
import { ProfilesModule } from '../profiles/profiles.module.js'
import { SettingsModule } from '../settings/settings.module.js'
import { UsersModule } from '../users/users.module.js'
import { SeedService } from './seed.service.js'

@Module({
  imports: [SettingsModule, UsersModule, ProfilesModule, ArticlesModule, CommentsModule],
  providers: [SeedService],
})
export class SeedModule {}
