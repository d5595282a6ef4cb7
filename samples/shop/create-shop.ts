import { createApp, ValidationPipe, type Application, type CreateAppOptions } from 'corbel'
import { AppModule } from './app.module.js'
import type { ShopDatabase } from './database/database.js'

/** The application with its options, ready to listen. */
export async function createShop(
  database: ShopDatabase = {},
  options: CreateAppOptions = {},
): Promise<Application> {
  const app = await createApp(AppModule.with(database), options)
  app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }))
  return app
}
