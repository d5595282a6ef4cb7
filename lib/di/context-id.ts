import type { ProviderRecord } from './records.js'

/** Identifies one request-scoped tree. Any object can be one; trees are kept as long as it is reachable. */
export interface ContextId {
  readonly id: number
}

/** Where a request keeps the id of its tree. */
export const REQUEST_CONTEXT_ID = Symbol('corbel:context-id')

let lastId = 0

/** What a strategy is told about the tree that it chooses a parent for. */
export interface HostComponentInfo {
  /** True for trees of providers that are all durable: they may be shared by several requests. */
  readonly isTreeDurable: boolean
}

/** Chooses the tree of a provider: the request's own, or one that lives longer. */
export type ContextIdResolver = (info: HostComponentInfo) => ContextId

/**
 * Lets durable providers be shared by requests: by tenant, by language, by whatever a request tells.
 *
 * @example
 * const tenants = new Map<string, ContextId>()
 * ContextIdFactory.apply({
 *   attach(contextId, request: HttpRequest) {
 *     const tenant = request.get('x-tenant') ?? ''
 *     if (!tenants.has(tenant)) tenants.set(tenant, ContextIdFactory.create())
 *     return { resolve: (info) => (info.isTreeDurable ? tenants.get(tenant)! : contextId), payload: { tenant } }
 *   },
 * })
 */
export interface ContextIdStrategy {
  /**
   * @param contextId of the request
   * @param request the request
   * @returns chooses the tree; `payload` is what `REQUEST` means in the durable one
   */
  attach(
    contextId: ContextId,
    request: never,
  ): ContextIdResolver | { readonly resolve: ContextIdResolver; readonly payload?: unknown } | undefined
}

let strategy: ContextIdStrategy | undefined

/** The instances of one request, and what `REQUEST` means in it. Itself a context id. */
export class ResolutionScope implements ContextId {
  readonly id = ++lastId
  /** Finished instances, or promises of those that are being made. Made when the first one is kept. */
  instances: Map<ProviderRecord, unknown> | undefined
  /** What `REQUEST` injects. */
  request: unknown
  /** The tree of durable providers, where a strategy gives one. */
  readonly durable: ResolutionScope | undefined

  /**
   * @param request the value of `REQUEST`
   * @param isRequest true for the tree of a request, which a strategy may attach to a durable one
   */
  constructor(request?: unknown, isRequest = false) {
    this.request = request
    this.durable = isRequest && strategy !== undefined ? attach(strategy, this, request) : undefined
  }
}

function attach(
  chosen: ContextIdStrategy,
  scope: ResolutionScope,
  request: unknown,
): ResolutionScope | undefined {
  const attached = chosen.attach(scope, request as never)
  if (attached === undefined) return undefined
  const resolve = typeof attached === 'function' ? attached : attached.resolve
  const parent = scopeOf(resolve({ isTreeDurable: true }))
  if (parent === scope) return undefined
  // the first request of a tree says what REQUEST is in it
  if (typeof attached === 'object' && parent.request === undefined) parent.request = attached.payload
  return parent
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

interface HasContextId {
  [REQUEST_CONTEXT_ID]?: ContextId
}

/** Makes and finds context ids. */
export const ContextIdFactory = {
  /** Sets the strategy of the process; undefined takes it away. */
  apply(chosen: ContextIdStrategy | undefined): void {
    strategy = chosen
  },

  /** A new tree, shared by everything that is resolved with the returned id. */
  create(): ContextId {
    return new ResolutionScope()
  },

  /**
   * The tree of a request: the one that its handler runs in, or a new one that further calls find again.
   *
   * @param request the request object, or what holds it (for GraphQL: its context)
   * @param properties those of `request` that may hold the request that has the tree. Default: `req` and `raw`
   */
  getByRequest(request: object, properties: readonly string[] = ['req', 'raw']): ContextId {
    const holder = request as HasContextId & Record<string, HasContextId | undefined>
    if (holder[REQUEST_CONTEXT_ID] !== undefined) return holder[REQUEST_CONTEXT_ID]
    for (const property of properties) {
      const known = holder[property]?.[REQUEST_CONTEXT_ID]
      if (known !== undefined) return known
    }
    const scope = new ResolutionScope(request, true)
    holder[REQUEST_CONTEXT_ID] = scope
    return scope
  },
}
