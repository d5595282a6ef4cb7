import { createRouteTable } from '../router/index.js'
import type { MiddlewareEntry, MiddlewareFunction } from './middleware.js'

/** Where functions and settings go that an adapter is given: the application. */
export interface DirectTarget {
  use(first: string | MiddlewareEntry, ...rest: readonly MiddlewareEntry[]): unknown
  set(name: string, value: unknown): unknown
  /** The value of a setting. */
  setting(name: string): unknown
}

/** Routes beside the controllers, middleware and settings, in the words that Express has for them. */
export class DirectRoutes {
  /** What middleware keeps for all requests. */
  readonly locals: Record<string, unknown> = {}

  /** @param target gives the application; undefined where there is none */
  constructor(private readonly target: () => DirectTarget | undefined) {}

  /** As `app.use`. */
  use(first: string | MiddlewareEntry, ...rest: readonly MiddlewareEntry[]): this {
    this.application().use(first, ...rest)
    return this
  }

  /** As `app.set`. */
  set(name: string, value: unknown): this {
    this.application().set(name, value)
    return this
  }

  /** As `app.enable`. */
  enable(name: string): this {
    return this.set(name, true)
  }

  /** As `app.disable`. */
  disable(name: string): this {
    return this.set(name, false)
  }

  /** True if a setting is on. */
  enabled(name: string): boolean {
    return Boolean(this.application().setting(name))
  }

  /** True if a setting is off. */
  disabled(name: string): boolean {
    return !this.enabled(name)
  }

  /** The value of a setting. */
  get(name: string): unknown
  /**
   * Answers GET and HEAD on a path, before the controllers and without guards, pipes and global prefix. So do the methods
   * of the other names.
   *
   * @param path a pattern as in `@Get`; its parameters are in `request.params`
   * @param handlers called in turn as each calls `next`
   */
  get(path: string, ...handlers: readonly [MiddlewareFunction, ...MiddlewareFunction[]]): this
  get(path: string, ...handlers: readonly MiddlewareFunction[]): unknown {
    if (handlers.length === 0) return this.application().setting(path)
    return this.route('GET', path, handlers)
  }

  head(path: string, ...handlers: readonly MiddlewareFunction[]): this {
    return this.route('HEAD', path, handlers)
  }

  post(path: string, ...handlers: readonly MiddlewareFunction[]): this {
    return this.route('POST', path, handlers)
  }

  put(path: string, ...handlers: readonly MiddlewareFunction[]): this {
    return this.route('PUT', path, handlers)
  }

  patch(path: string, ...handlers: readonly MiddlewareFunction[]): this {
    return this.route('PATCH', path, handlers)
  }

  delete(path: string, ...handlers: readonly MiddlewareFunction[]): this {
    return this.route('DELETE', path, handlers)
  }

  options(path: string, ...handlers: readonly MiddlewareFunction[]): this {
    return this.route('OPTIONS', path, handlers)
  }

  all(path: string, ...handlers: readonly MiddlewareFunction[]): this {
    return this.route('*', path, handlers)
  }

  private route(method: string, path: string, handlers: readonly MiddlewareFunction[]): this {
    const name = `${method} ${path}`
    const table = createRouteTable([{ method, pattern: path, origin: 'the HTTP adapter', value: true }])
    for (const handler of handlers) {
      const step: MiddlewareFunction = (request, response, next) => {
        const match = table.match(request.method, request.path)
        if (match.route === undefined) return next()
        request.params = match.params
        return handler(request, response, next)
      }
      this.use(Object.defineProperty(step, 'name', { value: name }))
    }
    return this
  }

  private application(): DirectTarget {
    const target = this.target()
    if (target === undefined)
      throw new TypeError(
        'There is no server to add this to: createContext() makes an application without HTTP.',
      )
    return target
  }
}
