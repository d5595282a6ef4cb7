import { Module } from 'corbel'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { CONDUIT_CONFIG, type ConduitConfig } from '../config/config.js'
import { CreateConduit1700000000000 } from './migrations/1700000000000-create-conduit.js'

/** The embedded database. Its tables are made by migrations: add one for each change of an entity. */
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [CONDUIT_CONFIG],
      useFactory: ({ database }: ConduitConfig) => ({
        database,
        migrations: [CreateConduit1700000000000],
        migrationsRun: true,
      }),
    }),
  ],
})
export class DatabaseModule {}
