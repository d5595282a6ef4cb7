import { createApp, type Application, type CreateAppOptions, type ModuleImport } from 'corbel'
import { fetchOver } from '../support/protocols.js'

/** An application on a port of its own. */
export interface Served {
  readonly app: Application
  readonly url: string
  /** Fetches a path by the protocol of the test (see `overProtocols`); redirects are not followed. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Fetches a path and reads the body as text. */
  text(path: string, init?: RequestInit): Promise<string>
  /** Fetches a path and parses the body. */
  json(path: string, init?: RequestInit): Promise<any>
  /** Sends a value as JSON with POST. */
  post(path: string, body: unknown): Promise<Response>
}

const running: Application[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()))
})

/**
 * Listens on a free port until the end of the test.
 *
 * @param root the root module
 * @param options of `createApp`; the logger is silent unless there is one
 * @param configure called before the routes are compiled
 */
export async function serve(
  root: ModuleImport,
  options: CreateAppOptions = {},
  configure?: (app: Application) => unknown,
): Promise<Served> {
  const app = await createApp(root, { logger: false, shutdownSignals: false, ...options })
  running.push(app)
  await configure?.(app)
  await app.listen(0, '127.0.0.1')
  const url = await app.getUrl()
  const send = (path: string, init: RequestInit = {}) =>
    fetchOver(url + path, { redirect: 'manual', ...init })
  return {
    app,
    url,
    fetch: send,
    text: async (path, init) => (await send(path, init)).text(),
    json: async (path, init) => (await send(path, init)).json(),
    post: (path, body) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
  }
}
