import type { HttpContext } from '../../web/index.js'
import type { Handshake } from './member.js'

type Headers = Readonly<Record<string, string | string[] | undefined>>

/** How a client of this process has connected. What is secret in the query is left out of what is told. */
export class ClientHandshake implements Handshake {
  private kept: Headers | undefined
  /** Parameters of the query that nobody is told. */
  private hidden: readonly string[] = []

  /**
   * @param context of the request, for parameter decorators
   * @param params of the path, decoded
   */
  constructor(
    readonly context: HttpContext,
    readonly params: Readonly<Record<string, string>>,
  ) {}

  /** Names in lower case. `authorization` is what the gateway's option `auth` has found, where it has one. */
  get headers(): Headers {
    return this.kept ?? this.context.request.headers
  }

  get query(): Readonly<Record<string, unknown>> {
    const { query } = this.context.request
    if (this.hidden.length === 0) return query
    return Object.fromEntries(Object.entries(query).filter(([name]) => !isOneOf(this.hidden, name)))
  }

  get url(): string {
    return withoutParameters(this.context.request.url, this.hidden)
  }

  get address(): string {
    return this.context.request.ip
  }

  get secure(): boolean {
    return this.context.isSecure
  }

  /** What is told of it: not the request. */
  toJSON(): Handshake {
    const { headers, query, url, address, secure, params } = this
    return { headers, query, url, address, secure, params }
  }

  /** A parameter of the query that is a single text. */
  parameter(name: string): string | undefined {
    const value = this.context.request.query[name]
    return typeof value === 'string' ? value : undefined
  }

  /** Leaves a parameter out of whatever may come into a log. */
  hide(name: string): void {
    // one that is there more than once is no token, but may be a secret
    if (!Object.keys(this.context.request.query).some((known) => isOneOf([name], known))) return
    this.hidden = [...this.hidden, name]
    const { request } = this.context
    const url = withoutParameters(request.originalUrl, this.hidden)
    Object.assign(request, { url: withoutParameters(request.url, this.hidden), originalUrl: url })
  }

  /** Puts a token where strategies look for it: whatever way it came, it counts as `Authorization: Bearer`. */
  authorize(token: string | undefined): void {
    const authorization = token === undefined ? undefined : `Bearer ${token}`
    this.kept = { ...this.context.request.headers, authorization }
  }
}

function withoutParameters(url: string, names: readonly string[]): string {
  const mark = url.indexOf('?')
  if (mark === -1 || names.length === 0) return url
  const rest = url
    .slice(mark + 1)
    .split('&')
    .filter((pair) => !isOneOf(names, nameOf(pair)))
  return url.slice(0, mark) + (rest.length === 0 ? '' : `?${rest.join('&')}`)
}

/** Members of a parameter (`token[]`) are some, too. */
function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name.split('[', 1)[0]!)
}

function nameOf(pair: string): string {
  const name = pair.split('=', 1)[0]!.replaceAll('+', ' ')
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
