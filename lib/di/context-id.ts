import type { ProviderRecord } from './records.js'

/** Identifies one request-scoped tree. Any object can be one; trees are kept as long as it is reachable. */
export interface ContextId {
  readonly id: number
}

/** Where a request keeps the id of its tree. */
export const REQUEST_CONTEXT_ID = Symbol('corbel:context-id')

let lastId = 0

/** The instances of one request, and what `REQUEST` means in it. Itself a context id. */
export class ResolutionScope implements ContextId {
  readonly id = ++lastId
  /** Finished instances, or promises of those that are being made. Made when the first one is kept. */
  instances: Map<ProviderRecord, unknown> | undefined
  /** What `REQUEST` injects. */
  request: unknown

  /** @param request the value of `REQUEST` */
  constructor(request?: unknown) {
    this.request = request
  }
}

const scopes = new WeakMap<object, ResolutionScope>()

/**
 * The scope behind a context id.
 *
 * @param contextId a scope itself, or any object that stands for one
 */
export function scopeOf(contextId: ContextId): ResolutionScope {
  if (contextId instanceof ResolutionScope) return contextId
  let scope = scopes.get(contextId)
  if (scope === undefined) scopes.set(contextId, (scope = new ResolutionScope()))
  return scope
}

/** Makes and finds context ids. */
export const ContextIdFactory = {
  /** A new tree, shared by everything that is resolved with the returned id. */
  create(): ContextId {
    return new ResolutionScope()
  },

  /**
   * The tree of a request: the one that its handler runs in, or a new one that further calls find again.
   *
   * @param request the request object (for GraphQL: its context, whose `req` is looked at too)
   */
  getByRequest(request: object): ContextId {
    const holder = request as { [REQUEST_CONTEXT_ID]?: ContextId; req?: { [REQUEST_CONTEXT_ID]?: ContextId } }
    const known = holder[REQUEST_CONTEXT_ID] ?? holder.req?.[REQUEST_CONTEXT_ID]
    if (known !== undefined) return known
    const scope = new ResolutionScope(request)
    Object.defineProperty(request, REQUEST_CONTEXT_ID, { value: scope, configurable: true })
    return scope
  },
}
