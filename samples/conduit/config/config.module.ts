import { Module, type DynamicModule } from 'corbel'
import { CONDUIT_CONFIG, type ConduitConfig } from './config.js'

/** Makes the configuration visible everywhere. */
@Module({})
export class ConfigModule {
  static with(config: ConduitConfig): DynamicModule {
    return {
      module: ConfigModule,
      global: true,
      providers: [{ provide: CONDUIT_CONFIG, useValue: config }],
      exports: [CONDUIT_CONFIG],
    }
  }
}
