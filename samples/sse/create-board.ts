import { createApp, type Application, type CreateAppOptions } from 'corbel'
import { AppModule } from './app.module.js'

/** The application with its options, ready to listen. */
export function createBoard(options: CreateAppOptions = {}): Promise<Application> {
  return createApp(AppModule, { compression: true, sse: { heartbeat: '15s', retry: '1s' }, ...options })
}
