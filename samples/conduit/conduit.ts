import { createApp, type Application, type LoggerOption } from 'corbel'
import { AppModule } from './app.module.js'
import type { ConduitConfig } from './config/config.js'

/**
 * Builds the application; `listen` or `inject` comes next. The process and the specs both start here.
 *
 * @param config where the database is, and what else differs from place to place
 * @param logger where messages go; the console by default
 */
export async function createConduit(
  config: ConduitConfig,
  logger: LoggerOption = true,
): Promise<Application> {
  const app = await createApp(AppModule.with(config), { logger })
  // the front ends of the contract are served from elsewhere
  return app.setGlobalPrefix('api').enableCors()
}
