import type { Served } from '../web/serve.js'

/** A browser, as far as cookies are concerned: keeps the latest value of each, whatever its attributes. */
export class Visitor {
  readonly cookies = new Map<string, string>()
  /** The `Set-Cookie` lines of the last answer. */
  set: readonly string[] = []

  constructor(private readonly served: Pick<Served, 'fetch'>) {}

  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = new Headers(init.headers)
    if (cookie !== '') headers.set('cookie', cookie)
    const answer = await this.served.fetch(path, { ...init, headers })
    this.set = answer.headers.getSetCookie()
    for (const line of this.set) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      if (value === '') this.cookies.delete(name!)
      else this.cookies.set(name!, value!)
    }
    return answer
  }

  async get(path: string): Promise<unknown> {
    const text = await (await this.fetch(path)).text()
    try {
      return JSON.parse(text) as unknown
    } catch {
      return text
    }
  }

  /** Another browser with the same cookies: a thief's, or a second tab. */
  copy(): Visitor {
    const other = new Visitor(this.served)
    for (const [name, value] of this.cookies) other.cookies.set(name, value)
    return other
  }
}
