import { isClass, isPromise, type AbstractClass, type Class } from '../common/index.js'
import { ContextIdFactory, scopeOf, type ContextId } from './context-id.js'
import { Scope } from './decorators.js'
import { ClassExpected, ProviderScoped, ProviderUnbuilt } from './errors.js'
import { explainUnknown } from './explain.js'
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
  /** What `create` has linked, so that the second call only builds. */
  private readonly created = new WeakMap<Class, ProviderRecord>()

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
   * @throws {CorbelError} CORBEL_PROVIDER_UNKNOWN; CORBEL_PROVIDER_SCOPED if there is no single instance;
   *   CORBEL_PROVIDER_UNBUILT if a constructor asks for what cannot be built before it is done
   */
  get<T = unknown>(token: LookupToken<T>, options: EachLookup): T[]
  get<T = unknown>(token: LookupToken<T>, options?: LookupOptions): T
  get<T = unknown>(token: LookupToken<T>, options: LookupOptions = {}): T | T[] {
    const strict = options.strict ?? true
    if (options.each === true) return this.findAll(token, strict).map((record) => this.singleton<T>(record))
    return this.singleton<T>(this.find(token, strict))
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
   * @throws {CorbelError} CORBEL_CLASS_EXPECTED
   */
  async create<T = unknown>(type: Class<T>, contextId: ContextId = ContextIdFactory.create()): Promise<T> {
    if (!isClass(type)) throw new ClassExpected({ given: describeToken(type) })
    let record = this.created.get(type)
    if (record === undefined) this.created.set(type, (record = this.linkUnlisted(type)))
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

  /** A record that sees what this module sees, but that nobody sees. */
  private linkUnlisted(type: Class): ProviderRecord {
    const holder = new ModuleRecord(-1, this.module.type)
    holder.imports.push(...this.module.imports)
    for (const [token, record] of this.module.providers) holder.providers.set(token, record)
    const record = this.graph.addProvider(holder, type, 'injectable')
    const { problems } = linkGraph(this.graph, [record])
    if (problems.length > 0) throw problems[0]!
    return record
  }

  private singleton<T>(asked: ProviderRecord): T {
    const record = aliasTarget(asked)
    const token = describeToken(asked.token)
    if (!record.isStatic || record.isTransient) {
      const reason = record.isStatic ? 'transient' : `request-scoped, since ${record.scopeReason}`
      throw new ProviderScoped({ token, reason })
    }
    if (record.built) return record.instance as T
    // a constructor asks, before the turn of what it asks for has come
    const built = this.injector.resolve(record)
    if (!isPromise(built)) return built as T
    void built.then(undefined, () => undefined)
    throw new ProviderUnbuilt({ token })
  }

  private findAll(token: Token, strict: boolean): ProviderRecord[] {
    const modules = strict ? [this.module] : this.graph.modules
    const found = modules.map((module) => ownRecord(module, token)).filter((record) => record !== undefined)
    return found.length > 0 ? found : [this.find(token, strict)]
  }

  private find(token: Token, strict: boolean): ProviderRecord {
    const own = ownRecord(this.module, token)
    if (own !== undefined) return own
    const elsewhere = strict ? undefined : findAnywhere(token, this.graph)
    if (elsewhere !== undefined) return elsewhere
    throw explainUnknown(token, this.graph, strict ? this.module : undefined)
  }
}

function findAnywhere(token: Token, graph: ModuleGraph): ProviderRecord | undefined {
  for (const module of graph.modules) {
    const record = ownRecord(module, token)
    if (record !== undefined) return record
  }
  return graph.builtins.get(token)
}

function ownRecord(module: ModuleRecord, token: Token): ProviderRecord | undefined {
  return (
    module.providers.get(token) ?? module.controllers.get(token as Class) ?? module.injectables.get(token)
  )
}
