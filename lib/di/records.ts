import type { Class } from '../common/index.js'
import type { ModuleContainer } from './container.js'
import { Scope } from './decorators.js'
import type { Token } from './tokens.js'

/** What a record is in its module; hooks and introspection go by it. */
export type ProviderRole = 'module' | 'provider' | 'injectable' | 'controller'

/** How an instance comes to be. */
export type ProviderSource =
  | { readonly kind: 'class'; readonly useClass: Class }
  | { readonly kind: 'value'; readonly useValue: unknown }
  // eslint-disable-next-line typescript/no-explicit-any -- a factory takes what its `inject` names
  | { readonly kind: 'factory'; readonly useFactory: (...args: any[]) => unknown }
  | { readonly kind: 'alias' }
  | { readonly kind: 'request' }
  | { readonly kind: 'inquirer' }

/** One thing that a record needs, and after linking, who provides it. */
export interface Dependency {
  /** Constructor or factory argument index, or the property's name. */
  readonly place: number | PropertyKey
  readonly token: Token | undefined
  readonly optional: boolean
  /** True for `forwardRef`: the edge may close a cycle. */
  readonly forward: boolean
  target: ProviderRecord | undefined
}

/** One provider of one module. */
export class ProviderRecord {
  arguments: readonly Dependency[] = []
  properties: readonly Dependency[] = []
  /** False if an instance lives only for a request: because it says so, or because something below it does. */
  isStatic = true
  /** Why it is not static: the path to the request-scoped provider. */
  scopeReason: string | undefined
  /** True if it is not static, but may be shared by the requests of one durable tree. */
  isDurable = false
  /** True if the record is part of a cycle, so that an unfinished object may have to be handed out. */
  circular = false
  /** True once `instance` is set. */
  built = false
  /** The singleton. */
  instance: unknown
  /** Derived from the class, where something runs around its methods: instances are of it. */
  advised: Class | undefined
  /** Transient instances that were made at boot, for their hooks. */
  readonly transients: unknown[] = []

  constructor(
    readonly token: Token,
    readonly module: ModuleRecord,
    readonly role: ProviderRole,
    readonly source: ProviderSource,
    readonly scope: Scope = Scope.DEFAULT,
    readonly durable = false,
  ) {}

  get isTransient(): boolean {
    return this.scope === Scope.TRANSIENT
  }

  /** The class of its instances, where it is known before there is one. */
  get metatype(): Class | undefined {
    return this.source.kind === 'class' ? this.source.useClass : undefined
  }

  /** Arguments and properties. */
  get dependencies(): readonly Dependency[] {
    return this.properties.length === 0 ? this.arguments : [...this.arguments, ...this.properties]
  }
}

/** One module of the graph: its lists as records, and what it sees. */
export class ModuleRecord {
  readonly imports: ModuleRecord[] = []
  /** By token; the last provider of a token wins. Begins with the module class itself. */
  readonly providers = new Map<Token, ProviderRecord>()
  readonly controllers = new Map<Class, ProviderRecord>()
  /** Enhancers and middleware that only this module's classes use. */
  readonly injectables = new Map<Token, ProviderRecord>()
  /** Exported tokens of its own, and exported modules. */
  readonly exportedTokens = new Set<Token>()
  readonly exportedModules = new Set<ModuleRecord>()
  isGlobal = false
  /** True if an object made it, by `forRoot` or the like, so that there may be others of its class. */
  isDynamic = false
  /** Steps from the root; deeper modules are initialised first. */
  distance = 0
  container: ModuleContainer

  /**
   * @param id unique in the graph, in order of discovery
   * @param type the module class
   */
  constructor(
    readonly id: number,
    readonly type: Class,
  ) {}

  get name(): string {
    return this.type.name
  }

  /** The record of the module class itself. */
  get self(): ProviderRecord {
    return this.providers.get(this.type)!
  }

  /** Every record: module class, providers, injectables, controllers. */
  *records(): IterableIterator<ProviderRecord> {
    yield* this.providers.values()
    yield* this.injectables.values()
    yield* this.controllers.values()
  }
}

/** The modules in the order in which they are initialised: those that others need come first. */
export function initialisationOrder(modules: readonly ModuleRecord[]): ModuleRecord[] {
  return [...modules].sort((a, b) => b.distance - a.distance)
}

/**
 * The record behind a chain of `useExisting`.
 *
 * @param record linked
 * @returns the record itself if it is no alias
 */
export function aliasTarget(record: ProviderRecord): ProviderRecord {
  let target = record
  while (target.source.kind === 'alias' && target.arguments[0]?.target !== undefined) {
    target = target.arguments[0].target
  }
  return target
}
