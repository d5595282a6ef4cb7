import { createApp, type Application, type CreateAppOptions } from 'corbel'
import { PlainAdapter } from 'corbel/websocket'
import { AppModule, type ChatOptions } from './app.module.js'

/**
 * The application with its options, ready to listen.
 *
 * @param chat on one process, or on several
 * @param options of the application
 */
export async function createChat(
  chat: ChatOptions = {},
  options: CreateAppOptions = {},
): Promise<Application> {
  const app = await createApp(AppModule.with(chat), {
    // everything that the page loads is a file of its own, from here, and it connects to nobody else
    securityHeaders: {
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    ...options,
  })
  // a message is a line of text: nobody needs megabytes
  const limits = { maxMessageSize: 16 * 1024 }
  // with Redis, several processes are one: rooms, messages, who is there
  return app.useWebSocketAdapter(new PlainAdapter({ limits, cluster: chat.redisUrl !== undefined }))
}
