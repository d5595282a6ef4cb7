import { createApp, Module, type Application, type ModuleMetadata } from 'corbel'

/** An application that listens, and a client for it. */
export interface Served {
  readonly app: Application
  readonly url: string
  /** A request over TCP; redirects are not followed. */
  send(path: string, init?: RequestInit): Promise<Answer>
  close(): Promise<void>
}

/** What has come back. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body read as JSON; undefined if it is not. */
  readonly body: unknown
  /** `name=value` of each cookie that was set. */
  readonly cookies: readonly string[]
}

/** Starts an application of these modules, controllers and providers on a free port. */
export async function serve(metadata: ModuleMetadata, options: object = {}): Promise<Served> {
  @Module(metadata)
  class AppModule {}
  const app = await createApp(AppModule, { logger: false, ...options })
  await app.listen(0, '127.0.0.1')
  const url = (await app.getUrl()).replace(/\/$/, '')
  const send = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const response = await fetch(url + path, { redirect: 'manual', ...init })
    const text = await response.text()
    const cookies = response.headers.getSetCookie().map((line) => line.split(';', 1)[0]!)
    return { status: response.status, headers: response.headers, text, body: parsed(text), cookies }
  }
  return { app, url, send, close: () => app.close() }
}

/** A request with a body in JSON. */
export function json(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  }
}

/** A request with an Authorization header. */
export function withAuthorization(value: string): RequestInit {
  return { headers: { authorization: value } }
}

/** `Basic …` of a name and a password. */
export function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
