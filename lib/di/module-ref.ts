import type { AbstractClass, Class } from '../common/index.js'
import { ContextIdFactory, scopeOf, type ContextId } from './context-id.js'
import { Scope } from './decorators.js'
import { ProviderScoped, ProviderUnknown } from './errors.js'
import type { Injector } from './injector.js'
import { linkGraph } from './link.js'
import type { ModuleGraph } from './module-graph.js'
import { aliasTarget, ModuleRecord, type ProviderRecord } from './records.js'
import { describeToken, type Token } from './tokens.js'

/** Where a lookup may look. */
export interface LookupOptions {
  /** True: only this module's own providers; false: every module. */
  readonly strict?: boolean
  /** True: the instances of all modules that provide the token, as an array. */
  readonly each?: boolean
}

/** Options that ask for all instances of a token. */
export type EachLookup = LookupOptions & { readonly each: true }

type LookupToken<T> = Token<T> | Class<T> | AbstractClass<T>

/** The container as a module's classes see it. Inject it to look providers up at run time. */
export class ModuleRef {
  constructor(
    private readonly graph: ModuleGraph,
    private readonly injector: Injector,
    private readonly module: ModuleRecord,
  ) {}

  /**
   * A singleton.
   *
   * @param token what to look up
   * @param options `strict` (default true) looks only in this module; `each` gives all of them
   * @throws {CorbelError} CORBEL_PROVIDER_UNKNOWN; CORBEL_PROVIDER_SCOPED if there is no single instance
   */
  get<T = unknown>(token: LookupToken<T>, options: EachLookup): T[]
  get<T = unknown>(token: LookupToken<T>, options?: LookupOptions): T
  get<T = unknown>(token: LookupToken<T>, options: LookupOptions = {}): T | T[] {
    const strict = options.strict ?? true
    if (options.each === true) return this.findAll(token, strict).map((record) => singletonOf<T>(record))
    return singletonOf<T>(this.find(token, strict))
  }

  /**
   * An instance of a request-scoped or transient provider.
   *
   * @param token what to look up
   * @param contextId the tree that it belongs to; a new one each time if left out
   * @param options `strict` (default true) looks only in this module; `each` gives all of them
   */
  resolve<T = unknown>(
    token: LookupToken<T>,
    contextId: ContextId | undefined,
    options: EachLookup,
  ): Promise<T[]>
  resolve<T = unknown>(token: LookupToken<T>, contextId?: ContextId, options?: LookupOptions): Promise<T>
  async resolve<T = unknown>(
    token: LookupToken<T>,
    contextId: ContextId = ContextIdFactory.create(),
    options: LookupOptions = {},
  ): Promise<T | T[]> {
    const strict = options.strict ?? true
    const scope = scopeOf(contextId)
    if (options.each !== true) return (await this.injector.resolve(this.find(token, strict), scope)) as T
    const found = this.findAll(token, strict).map((record) => this.injector.resolve(record, scope))
    return (await Promise.all(found)) as T[]
  }

  /**
   * Builds a class that no module lists, with dependencies from this module.
   *
   * @param type the class
   * @param contextId the tree of its request-scoped dependencies
   */
  async create<T = unknown>(type: Class<T>, contextId: ContextId = ContextIdFactory.create()): Promise<T> {
    const holder = new ModuleRecord(-1, this.module.type)
    holder.imports.push(...this.module.imports)
    for (const [token, record] of this.module.providers) holder.providers.set(token, record)
    const record = this.graph.addProvider(holder, type, 'injectable')
    const { problems } = linkGraph(this.graph, [record])
    if (problems.length > 0) throw problems[0]!
    return (await this.injector.create(record, scopeOf(contextId))) as T
  }

  /**
   * Says what `REQUEST` means in a tree that was not made by a request.
   *
   * @param request the value to inject
   * @param contextId the tree
   */
  registerRequestByContextId<T = unknown>(request: T, contextId: ContextId): void {
    scopeOf(contextId).request = request
  }

  /** The scope that a provider has, also where it has it from what it depends on. */
  introspect(token: Token): { readonly scope: Scope } {
    const { isTransient, isStatic } = aliasTarget(this.find(token, false))
    return { scope: isTransient ? Scope.TRANSIENT : isStatic ? Scope.DEFAULT : Scope.REQUEST }
  }

  private findAll(token: Token, strict: boolean): ProviderRecord[] {
    const modules = strict ? [this.module] : this.graph.modules
    const found = modules.map((module) => ownRecord(module, token)).filter((record) => record !== undefined)
    return found.length > 0 ? found : [this.find(token, strict)]
  }

  private find(token: Token, strict: boolean): ProviderRecord {
    const own = ownRecord(this.module, token)
    if (own !== undefined) return own
    if (!strict) {
      for (const module of this.graph.modules) {
        const record = ownRecord(module, token)
        if (record !== undefined) return record
      }
      const builtin = this.graph.builtins.get(token)
      if (builtin !== undefined) return builtin
    }
    const where = strict ? this.module.name : 'this application'
    throw new ProviderUnknown({ token: describeToken(token), where })
  }
}

function ownRecord(module: ModuleRecord, token: Token): ProviderRecord | undefined {
  return (
    module.providers.get(token) ?? module.controllers.get(token as Class) ?? module.injectables.get(token)
  )
}

function singletonOf<T>(record: ProviderRecord): T {
  const { isStatic, isTransient, instance } = aliasTarget(record)
  if (!isStatic || isTransient) throw new ProviderScoped({ token: describeToken(record.token) })
  return instance as T
}
