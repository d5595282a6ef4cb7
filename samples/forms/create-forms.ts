import { createApp, type Application, type CreateAppOptions } from 'corbel'
import { AppModule } from './app.module.js'
import { translate } from './common/messages.js'

/** The application with its options, ready to listen. */
export function createForms(options: CreateAppOptions = {}): Promise<Application> {
  return createApp(AppModule, { validation: { translate }, ...options })
}
