import { CallStorage, defineError, type TypedKey } from '../common/index.js'
import type { ArgumentsHost } from '../pipeline/index.js'

/** The request's context was asked for outside a request. */
export const RequestContextMissing = defineError<Record<never, never>>(
  'CORBEL_REQUEST_CONTEXT_MISSING',
  'There is no request here. Ask RequestContext.active first, or call run() around work that no request has begun.',
)

interface Store {
  readonly host: ArgumentsHost | undefined
  values: Map<unknown, unknown> | undefined
}

/**
 * What belongs to the call that is going on, wherever the code is: singletons reach it without being request-scoped.
 * Inject it; as long as nothing injects it (and `requestContext: true` is not set), requests do not pay for it.
 *
 * @example
 * @Injectable()
 * class Audit {
 *   constructor(private readonly context: RequestContext) {}
 *   note(what: string) { return `${this.context.get('user')} ${what}` }
 * }
 */
export class RequestContext {
  private readonly storage = new CallStorage<Store>()

  /** True while a request (or `run`) is going on. */
  get active(): boolean {
    return this.storage.get() !== undefined
  }

  /** The call: `host.switchToHttp().getRequest()`; undefined in a `run` without one. */
  get host(): ArgumentsHost | undefined {
    return this.store().host
  }

  /** A value that was set in this call. */
  get<T = unknown>(key: TypedKey<T> | string | symbol): T | undefined {
    return this.store().values?.get(key) as T | undefined
  }

  /** Keeps a value until the call ends. */
  set<T = unknown>(key: TypedKey<T> | string | symbol, value: T): this {
    const store = this.store()
    store.values ??= new Map()
    store.values.set(key, value)
    return this
  }

  /**
   * Runs a function in a context of its own.
   *
   * @param action everything that it does, also later, is in the context
   * @param host the call, where there is one
   */
  run<T>(action: () => T, host?: ArgumentsHost): T {
    return this.storage.run({ host, values: undefined }, action)
  }

  private store(): Store {
    const store = this.storage.get()
    if (store === undefined) throw new RequestContextMissing({})
    return store
  }
}
