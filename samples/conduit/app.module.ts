import { APP_FILTER, APP_PIPE, Module, OpenApiModule, type DynamicModule } from 'corbel'
import { ArticlesModule } from './articles/articles.module.js'
import { CommentsModule } from './comments/comments.module.js'
import { ContractErrorFilter } from './common/contract-error.filter.js'
import { createValidationPipe } from './common/validation.js'
import type { ConduitConfig } from './config/config.js'
import { ConfigModule } from './config/config.module.js'
import { DatabaseModule } from './database/database.module.js'
import { ProfilesModule } from './profiles/profiles.module.js'
import { SeedModule } from './seed/seed.module.js'
import { TagsModule } from './tags/tags.module.js'
import { UsersModule } from './users/users.module.js'

/** The whole application: one module for each part of the contract. */
@Module({
  imports: [
    DatabaseModule,
    UsersModule,
    ProfilesModule,
    TagsModule,
    ArticlesModule,
    CommentsModule,
    SeedModule,
    OpenApiModule.forRoot({
      title: 'Conduit',
      version: '1.1.0',
      description: 'The RealWorld API.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
      servers: [{ url: '/' }],
    }),
  ],
  providers: [
    { provide: APP_PIPE, useFactory: createValidationPipe },
    { provide: APP_FILTER, useClass: ContractErrorFilter },
  ],
})
export class AppModule {
  static with(config: ConduitConfig): DynamicModule {
    return { module: AppModule, imports: [ConfigModule.with(config)] }
  }
}
