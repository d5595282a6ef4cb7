import { createApp, type Application, type CreateAppOptions } from 'corbel'
import { AppModule, type FilesOptions } from './app.module.js'

/** The application with its options, ready to listen. */
export function createFiles(files: FilesOptions = {}, options: CreateAppOptions = {}): Promise<Application> {
  return createApp(AppModule.with(files), {
    // everything that the page loads is a file of its own, from here
    securityHeaders: {
      contentSecurityPolicy: { defaultSrc: ["'self'"], baseUri: ["'none'"], formAction: ["'self'"] },
    },
    ...options,
  })
}
