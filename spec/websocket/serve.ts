import { createApp, Module, type Application, type Class } from '../../lib/index.js'
import type { PlainAdapterOptions } from '../../lib/websocket/index.js'
import { PlainAdapter } from '../../lib/websocket/index.js'
import { TestClient } from './client.js'

/** An application of the spec, and what it has logged as errors. */
export interface Served {
  readonly app: Application
  readonly url: string
  readonly errors: unknown[]
}

/** Starts applications, connects clients, and ends all of them. */
export class Bench {
  private readonly apps: Application[] = []
  private readonly clients: TestClient[] = []

  async serve(
    providers: readonly unknown[],
    options: { readonly imports?: readonly unknown[]; readonly adapter?: PlainAdapterOptions } = {},
  ): Promise<Served> {
    class Root {}
    Module({ providers: providers as Class[], imports: (options.imports ?? []) as Class[] })(Root)
    const errors: unknown[] = []
    const quiet = (): void => undefined
    const logger = {
      log: quiet,
      warn: quiet,
      debug: quiet,
      error: (...values: unknown[]) => void errors.push(...values),
    }
    const app = await createApp(Root, { logger })
    this.apps.push(app)
    if (options.adapter !== undefined) app.useWebSocketAdapter(new PlainAdapter(options.adapter))
    await app.listen(0, '127.0.0.1')
    return { app, url: await app.getUrl(), errors }
  }

  async connect(url: string, options = {}, protocols: string[] = []): Promise<TestClient> {
    const client = await TestClient.open(url, options, protocols)
    this.clients.push(client)
    return client
  }

  async end(): Promise<void> {
    for (const { socket } of this.clients.splice(0)) socket.terminate()
    for (const app of this.apps.splice(0)) await app.close()
  }
}

/** A promise, and what settles it. */
export function signal<T = void>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((settle) => (resolve = settle))
  return { promise, resolve }
}
