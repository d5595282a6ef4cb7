import { isClass, type Class } from '../common/index.js'
import { problemsOf, readClass } from '../metadata/index.js'
import { ModuleContainer } from './container.js'
import { Global, listProblem, Module, Scope } from './decorators.js'
import {
  describeEntry,
  entryFailed,
  invalidImport,
  providerProblem,
  undefinedExport,
} from './entry-problems.js'
import { DecoratorMisplaced, ExportUnknown, ModuleEntryInvalid } from './errors.js'
import { replacementOf, type ProviderOverrides } from './override.js'
import { assignDistances } from './module-distances.js'
import {
  isDynamicModule,
  isProviderObject,
  type DynamicModule,
  type ModuleImport,
  type ModuleMetadata,
  type Provider,
} from './provider.js'
import { classRecord, providerRecord } from './provider-record.js'
import { ModuleRecord, ProviderRecord, type ProviderRole } from './records.js'
import { describeToken, INQUIRER, InjectionToken, isForwardReference, REQUEST, type Token } from './tokens.js'

/** Replaces modules while the graph is walked: what a testing module overrides. */
export type ModuleOverrides = ReadonlyMap<unknown, ModuleImport>

/**
 * All modules that the root reaches, each once. A module is known by identity: a class stands for one module, each
 * dynamic module object for one of its own.
 */
export class ModuleGraph {
  /** In order of discovery, the root first. */
  readonly modules: ModuleRecord[] = []
  /** The features that modules carry, in order of discovery, each once. */
  readonly features = new Set<object>()
  /** What was found wrong while walking; boot reports it together with everything else. */
  readonly problems: Error[] = []
  /** Providers visible everywhere that belong to no module: `REQUEST`, `INQUIRER`, and what the application adds. */
  readonly builtins = new Map<Token, ProviderRecord>()
  /** The module of the builtins; nobody imports it and everybody sees it. */
  readonly home = new ModuleRecord(-1, class Corbel {})
  private readonly byIdentity = new Map<unknown, ModuleRecord>()
  private readonly metadata = new Map<ModuleRecord, ModuleMetadata>()

  /**
   * @param overrides modules to replace by others
   * @param replaced providers to replace by others
   */
  constructor(
    private readonly overrides: ModuleOverrides = new Map(),
    private readonly replaced: ProviderOverrides = new Map(),
  ) {
    const home = this.home
    home.container = new ModuleContainer()
    this.builtins.set(REQUEST, new ProviderRecord(REQUEST, home, 'provider', { kind: 'request' }))
    this.builtins.set(
      INQUIRER,
      new ProviderRecord(INQUIRER, home, 'provider', { kind: 'inquirer' }, Scope.TRANSIENT),
    )
  }

  get root(): ModuleRecord {
    return this.modules[0]!
  }

  /** Modules visible everywhere. */
  get globals(): readonly ModuleRecord[] {
    return this.modules.filter((module) => module.isGlobal)
  }

  /** Every record of every module. */
  *records(): IterableIterator<ProviderRecord> {
    yield* this.home.records()
    for (const module of this.modules) yield* module.records()
  }

  /** The modules of a class: several if it is imported dynamically more than once. */
  modulesOf(type: Class): readonly ModuleRecord[] {
    return this.modules.filter((module) => module.type === type)
  }

  /** The module of a class (the first one, if there are several) or of a dynamic module's object. */
  moduleOf(entry: Class | DynamicModule): ModuleRecord | undefined {
    return this.byIdentity.get(entry) ?? (isClass(entry) ? this.modulesOf(entry)[0] : undefined)
  }

  /**
   * Walks a module and everything that it imports.
   *
   * @param entry class or dynamic module
   * @returns its record; the same one for the same entry
   */
  async add(entry: ModuleImport): Promise<ModuleRecord> {
    const before = this.modules.length
    const record = await this.visit(entry, undefined, 0)
    if (record === undefined) throw this.problems[0]!
    assignDistances(this.modules)
    for (const module of this.modules.slice(before)) await this.linkExports(module)
    return record
  }

  /**
   * Forgets modules that could not be loaded.
   *
   * @param modules that nothing else imports
   */
  discard(modules: readonly ModuleRecord[]): void {
    for (const module of modules) {
      this.modules.splice(this.modules.indexOf(module), 1)
      this.metadata.delete(module)
    }
    for (const [identity, module] of this.byIdentity)
      if (modules.includes(module)) this.byIdentity.delete(identity)
  }

  private async visit(
    entry: ModuleImport,
    importer: ModuleRecord | undefined,
    index: number,
  ): Promise<ModuleRecord | undefined> {
    let awaited: Class | DynamicModule
    try {
      awaited = await resolveEntry(entry)
    } catch (error) {
      this.problems.push(entryFailed(importer, 'imports', index, error))
      return undefined
    }
    const overridden = this.overrideOf(awaited)
    const resolved = overridden === undefined ? awaited : await resolveEntry(overridden)
    const type = isDynamicModule(resolved) ? resolved.module : resolved
    if (!isClass(type)) {
      this.problems.push(invalidImport(importer, index, resolved))
      return undefined
    }
    const wrong = isDynamicModule(resolved) ? listProblem(resolved) : undefined
    if (wrong !== undefined) {
      const details = { list: 'imports', index, entry: `a dynamic ${type.name}`, reason: `${wrong}.` }
      this.problems.push(new ModuleEntryInvalid({ module: importer?.name ?? 'createApp', ...details }))
      return undefined
    }
    // an object that adds nothing to the class is the class's own module
    const identity = isDynamicModule(resolved) && Object.keys(resolved).length > 1 ? resolved : type
    const known = this.byIdentity.get(identity)
    if (known !== undefined) return known
    const declared = readClass(Module, type)
    if (declared === undefined && !isDynamicModule(resolved)) {
      const misplaced = problemsOf(type).map(
        (one) => new DecoratorMisplaced({ ...one, module: importer?.name ?? type.name }),
      )
      this.problems.push(...(misplaced.length > 0 ? misplaced : [invalidImport(importer, index, type)]))
      return undefined
    }

    const record = new ModuleRecord(this.modules.length, type)
    record.container = new ModuleContainer()
    record.isDynamic = identity !== type
    this.modules.push(record)
    this.byIdentity.set(identity, record)
    const metadata = joinMetadata(declared ?? {}, isDynamicModule(resolved) ? resolved : undefined)
    this.metadata.set(record, metadata)
    record.isGlobal =
      readClass(Global, type) === true || (isDynamicModule(resolved) && resolved.global === true)

    this.addProviders(record, metadata)
    for (const feature of metadata.features ?? []) this.features.add(feature)
    // one that fails before its turn comes is told then, and must not end the process until then
    for (const one of metadata.imports ?? []) if (one instanceof Promise) one.catch(() => undefined)
    for (const [at, one] of (metadata.imports ?? []).entries()) {
      const imported = await this.visit(one, record, at)
      if (imported !== undefined && imported !== record && !record.imports.includes(imported))
        record.imports.push(imported)
    }
    return record
  }

  private addProviders(record: ModuleRecord, metadata: ModuleMetadata): void {
    record.providers.set(record.type, classRecord(record.type, record, 'module', record.type))
    for (const [index, provider] of (metadata.providers ?? []).entries()) {
      const reason = providerProblem(provider)
      if (reason !== undefined) {
        const details = {
          module: record.name,
          list: 'providers',
          index,
          entry: describeEntry(provider),
          reason,
        }
        this.problems.push(new ModuleEntryInvalid(details))
        continue
      }
      this.addProvider(record, provider)
    }
    for (const [index, controller] of (metadata.controllers ?? []).entries()) {
      if (isClass(controller))
        record.controllers.set(controller, classRecord(controller, record, 'controller', controller))
      else {
        const reason =
          'a controller must be a class. If two files import each other, one of them is undefined here.'
        const entry = describeEntry(controller)
        this.problems.push(
          new ModuleEntryInvalid({ module: record.name, list: 'controllers', index, entry, reason }),
        )
      }
    }
  }

  /**
   * Adds one provider to a module.
   *
   * @param module where it is provided
   * @param provider any form
   * @param role `'injectable'` for enhancers that nobody injects
   * @returns its record; the one that is there already for an injectable class that was added before
   */
  addProvider(module: ModuleRecord, provider: Provider, role: ProviderRole = 'provider'): ProviderRecord {
    const record = this.recordOf(provider, module, role)
    const list = role === 'injectable' ? module.injectables : module.providers
    const known = list.get(record.token)
    if (role === 'injectable' && known !== undefined) return known
    const isMulti = record.token instanceof InjectionToken && record.token.options.multi === true
    list.set(
      isMulti ? new InjectionToken(`${describeToken(record.token)}#${list.size}`) : record.token,
      record,
    )
    return record
  }

  /**
   * Makes a provider visible in every module.
   *
   * @param provider any form; its own dependencies must be builtins too
   */
  addBuiltin(provider: Provider): ProviderRecord {
    const record = this.recordOf(provider, this.home, 'provider')
    this.builtins.set(record.token, record)
    this.home.providers.set(record.token, record)
    return record
  }

  private recordOf(provider: Provider, module: ModuleRecord, role: ProviderRole): ProviderRecord {
    const declared = providerRecord(provider, module, role)
    const replacement = this.replaced.size === 0 ? undefined : replacementOf(this.replaced, declared)
    return replacement === undefined
      ? declared
      : providerRecord({ ...replacement, provide: declared.token } as Provider, module, role)
  }

  private async linkExports(record: ModuleRecord): Promise<void> {
    for (const [index, entry] of (this.metadata.get(record)?.exports ?? []).entries()) {
      let resolved: unknown = entry
      try {
        if (isForwardReference(entry)) resolved = entry.forwardRef()
        else if (entry instanceof Promise) resolved = await entry
        const overridden = this.overrideOf(resolved)
        if (overridden !== undefined) resolved = await resolveEntry(overridden)
      } catch (error) {
        this.problems.push(entryFailed(record, 'exports', index, error))
        continue
      }
      if (resolved === undefined) {
        this.problems.push(undefinedExport(record, index))
        continue
      }
      const token = isProviderObject(resolved) ? resolved.provide : (resolved as Token)
      const modules = this.importedAs(record, resolved)
      if (record.providers.has(token)) record.exportedTokens.add(token)
      else if (modules.length > 0) for (const module of modules) record.exportedModules.add(module)
      else this.problems.push(new ExportUnknown({ module: record.name, token: describeToken(token) }))
    }
  }

  private overrideOf(entry: unknown): ModuleImport | undefined {
    if (this.overrides.size === 0) return undefined
    return (
      this.overrides.get(entry) ?? (isDynamicModule(entry) ? this.overrides.get(entry.module) : undefined)
    )
  }

  /** A class exports every imported module of it, however many `forFeature` has made; an object only its own. */
  private importedAs(record: ModuleRecord, exported: unknown): readonly ModuleRecord[] {
    const known = isDynamicModule(exported) ? this.byIdentity.get(exported) : undefined
    if (known !== undefined) return [known]
    const type = isDynamicModule(exported) ? exported.module : exported
    return record.imports.filter((imported) => imported.type === type)
  }
}

async function resolveEntry(entry: ModuleImport): Promise<Class | DynamicModule> {
  const resolved: unknown = await entry
  return (await (isForwardReference(resolved) ? resolved.forwardRef() : resolved)) as Class | DynamicModule
}

function joinMetadata(declared: ModuleMetadata, dynamic: DynamicModule | undefined): ModuleMetadata {
  if (dynamic === undefined) return declared
  return {
    imports: [...(declared.imports ?? []), ...(dynamic.imports ?? [])],
    controllers: [...(declared.controllers ?? []), ...(dynamic.controllers ?? [])],
    providers: [...(declared.providers ?? []), ...(dynamic.providers ?? [])],
    exports: [...(declared.exports ?? []), ...(dynamic.exports ?? [])],
    features: [...(declared.features ?? []), ...(dynamic.features ?? [])],
  }
}
