import { isPromise, type Class, type MaybePromise } from '../common/index.js'
import type { ResolutionScope } from './context-id.js'
import { ProviderUnbuilt } from './errors.js'
import { providerFailed } from './provider-failed.js'
import {
  aliasTarget,
  initialisationOrder,
  type Dependency,
  type ModuleRecord,
  type ProviderRecord,
} from './records.js'
import { describeToken } from './tokens.js'

/** One record under construction; the chain of frames is the path from what was asked for down to it. */
interface Frame {
  readonly record: ProviderRecord
  readonly parent: Frame | undefined
  /** The object, if a cycle had to have it before its constructor could run. */
  early: object | undefined
  /** What `INQUIRER` gave out for it. */
  inquirer: object | undefined
}

/** Stands for a singleton whose constructor or whose dependencies' constructors are running. */
const UNDER_WAY = Symbol('under way')

/** What a factory made that returned undefined, so that it is not called again. */
const NOTHING = Symbol('nothing')

/** Builds instances: singletons once at boot, request-scoped ones per scope, transient ones per injection. */
export class Injector {
  private readonly inConstruction = new Map<ProviderRecord, Promise<unknown> | typeof UNDER_WAY>()

  /**
   * Builds every singleton, deepest modules first, each from the container of the module that owns it. The asynchronous
   * factories of modules of one depth are awaited together.
   *
   * @param modules those to build; records of other modules that they need are built with them
   */
  async buildSingletons(modules: readonly ModuleRecord[]): Promise<void> {
    const pending: Promise<unknown>[] = []
    let depth: number | undefined
    try {
      for (const module of initialisationOrder(modules)) {
        if (module.distance !== depth && pending.length > 0) await Promise.all(pending.splice(0))
        depth = module.distance
        for (const record of module.records()) {
          if (!isBuiltAtBoot(record)) continue
          const building = this.resolve(record)
          if (isPromise(building)) pending.push(building)
        }
      }
    } catch (error) {
      abandon(pending)
      throw error
    }
    await Promise.all(pending)
  }

  /**
   * The instance of a record.
   *
   * @param record linked
   * @param scope for records that are not static
   * @returns the instance, at once unless a factory on the way returned a promise
   */
  resolve(record: ProviderRecord, scope?: ResolutionScope): MaybePromise<unknown> {
    const asked = aliasTarget(record)
    // asked for directly, a transient one belongs to the scope: whoever asks with the same one gets the same instance
    if (asked.isTransient && scope !== undefined) return this.scoped(asked, scope, undefined)
    return this.instanceOf(asked, scope, undefined)
  }

  /**
   * Makes an instance that nobody keeps.
   *
   * @param record linked
   * @param scope for request-scoped dependencies
   */
  create(record: ProviderRecord, scope?: ResolutionScope): MaybePromise<unknown> {
    return this.build(record, scope, undefined)
  }

  private instanceOf(
    record: ProviderRecord,
    scope: ResolutionScope | undefined,
    parent: Frame | undefined,
  ): unknown {
    if (record.built) return record.instance
    switch (record.source.kind) {
      case 'alias':
        return this.dependencyOf(record.arguments[0]!, scope, parent)
      case 'request':
        return scope?.request
      case 'inquirer':
        // the parent is what has INQUIRER injected; its own parent is whom it is made for
        return parent?.parent === undefined ? undefined : inquirerObject(parent.parent)
      default:
    }
    if (record.circular) {
      const frame = findFrame(record, parent)
      if (frame !== undefined) return earlyObject(frame)
    }
    if (record.isTransient) return this.transient(record, scope, parent)
    return record.isStatic ? this.singleton(record, parent) : this.scoped(record, scope, parent)
  }

  private singleton(record: ProviderRecord, parent: Frame | undefined): unknown {
    const pending = this.inConstruction.get(record)
    // a constructor asked its ModuleRef for something that needs what is being constructed
    if (pending === UNDER_WAY) throw new ProviderUnbuilt({ token: describeToken(record.token) })
    if (pending !== undefined) return pending
    this.inConstruction.set(record, UNDER_WAY)
    let built: unknown
    try {
      built = this.build(record, undefined, parent)
    } catch (error) {
      this.inConstruction.delete(record)
      throw error
    }
    if (!isPromise(built)) return this.keepSingleton(record, built)
    const kept = built.then((instance) => this.keepSingleton(record, instance))
    this.inConstruction.set(record, kept)
    return kept
  }

  private keepSingleton(record: ProviderRecord, instance: unknown): unknown {
    this.inConstruction.delete(record)
    record.instance = record.module.container.singleton(record, () => instance)
    record.built = true
    return record.instance
  }

  private scoped(
    record: ProviderRecord,
    scope: ResolutionScope | undefined,
    parent: Frame | undefined,
  ): unknown {
    if (scope === undefined) return this.build(record, scope, parent)
    // what requests share is kept, and finds its own dependencies, in the tree that they share
    const home = record.isDurable ? (scope.durable ?? scope) : scope
    const instances = (home.instances ??= new Map())
    const known = instances.get(record)
    if (known !== undefined) return known === NOTHING ? undefined : known
    const built = this.build(record, home, parent)
    instances.set(record, built === undefined ? NOTHING : built)
    if (isPromise(built)) {
      void built.then(
        (instance) => instances.set(record, instance === undefined ? NOTHING : instance),
        // a tree may live long: the next request may be luckier
        () => instances.delete(record),
      )
    }
    return built
  }

  private transient(
    record: ProviderRecord,
    scope: ResolutionScope | undefined,
    parent: Frame | undefined,
  ): unknown {
    const built = this.build(record, scope, parent)
    if (scope !== undefined || !record.isStatic) return built
    if (isPromise(built))
      void built.then((instance) => record.transients.push(instance)).catch(() => undefined)
    else record.transients.push(built)
    return built
  }

  private build(
    record: ProviderRecord,
    scope: ResolutionScope | undefined,
    parent: Frame | undefined,
  ): unknown {
    if (record.source.kind === 'value') return record.source.useValue
    const frame: Frame = { record, parent, early: undefined, inquirer: undefined }
    // what a request's providers throw is an answer to the client: it must arrive as it is
    const make = scope === undefined && record.isStatic ? constructAtBoot : construct
    const args = this.dependenciesOf(record.arguments, scope, frame)
    const properties =
      record.properties.length === 0 ? undefined : this.propertiesOf(args, record.properties, scope, frame)
    if (isPromise<unknown[]>(args) || isPromise<unknown[]>(properties)) {
      return Promise.all([args, properties]).then(([a, p]) => make(frame, a, p))
    }
    return make(frame, args, properties)
  }

  private propertiesOf(
    args: MaybePromise<unknown[]>,
    properties: readonly Dependency[],
    scope: ResolutionScope | undefined,
    frame: Frame,
  ): MaybePromise<unknown[]> {
    try {
      return this.dependenciesOf(properties, scope, frame)
    } catch (error) {
      abandon([args])
      throw error
    }
  }

  private dependenciesOf(
    dependencies: readonly Dependency[],
    scope: ResolutionScope | undefined,
    frame: Frame,
  ): MaybePromise<unknown[]> {
    const values = new Array<unknown>(dependencies.length)
    let isAsync = false
    try {
      for (let i = 0; i < values.length; i++) {
        values[i] = this.dependencyOf(dependencies[i]!, scope, frame)
        if (isPromise(values[i]) && !aliasTarget(dependencies[i]!.target!).built) isAsync = true
      }
    } catch (error) {
      abandon(values)
      throw error
    }
    return isAsync ? Promise.all(values) : values
  }

  private dependencyOf(
    dependency: Dependency,
    scope: ResolutionScope | undefined,
    frame: Frame | undefined,
  ): unknown {
    const { target } = dependency
    return target === undefined ? undefined : this.instanceOf(target, scope, frame)
  }
}

/** Aliases have no instance of their own, and transient ones are made for whoever injects them. */
function isBuiltAtBoot({ isStatic, built, isTransient, source }: ProviderRecord): boolean {
  return isStatic && !built && !isTransient && source.kind !== 'alias'
}

/** One dependency failed at once: nobody waits for the others any more, so they must not fail unheard. */
function abandon(values: readonly unknown[]): void {
  for (const value of values) if (isPromise(value)) void value.then(undefined, () => undefined)
}

/** As `construct`; an error tells which provider it comes from. */
function constructAtBoot(
  frame: Frame,
  args: readonly unknown[],
  properties: readonly unknown[] | undefined,
): unknown {
  try {
    const made = construct(frame, args, properties)
    if (!isPromise(made)) return made
    return made.then(undefined, (error: unknown) => {
      throw providerFailed(frame.record, error)
    })
  } catch (error) {
    throw providerFailed(frame.record, error)
  }
}

function construct(
  frame: Frame,
  args: readonly unknown[],
  properties: readonly unknown[] | undefined,
): unknown {
  const { source } = frame.record
  if (source.kind === 'factory') {
    const made = source.useFactory(...args)
    // what is only like a promise (a query) may not be asked twice, nor half
    return isPromise(made) ? Promise.resolve(made) : made
  }
  const type = frame.record.advised ?? (source as { useClass: Class }).useClass
  let instance = new (type as new (...args: readonly unknown[]) => object)(...args)
  // someone holds the early object already: it becomes the instance
  if (frame.early !== undefined) instance = Object.assign(frame.early, instance)
  if (frame.inquirer !== undefined && frame.inquirer !== instance)
    Object.setPrototypeOf(frame.inquirer, instance)
  if (properties !== undefined) {
    frame.record.properties.forEach(({ place, target }, i) => {
      if (target !== undefined) Object.assign(instance, { [place]: properties[i] })
    })
  }
  return instance
}

function instancePrototype({ advised, metatype }: ProviderRecord): object | undefined {
  return (advised ?? metatype)?.prototype as object | undefined
}

function earlyObject(frame: Frame): object | undefined {
  const prototype = instancePrototype(frame.record)
  if (prototype === undefined) return undefined
  return (frame.early ??= Object.create(prototype) as object)
}

/**
 * What stands for the object that something is made for, whose constructor has not run: it has that class's prototype,
 * and once there is an instance, it shows the instance's properties. The instance itself stays what its constructor made
 * (private fields and all), unlike in a cycle.
 */
function inquirerObject(frame: Frame): object | undefined {
  if (frame.early !== undefined) return frame.early
  const prototype = instancePrototype(frame.record)
  if (prototype === undefined) return undefined
  return (frame.inquirer ??= Object.create(prototype) as object)
}

function findFrame(record: ProviderRecord, chain: Frame | undefined): Frame | undefined {
  for (let frame = chain; frame !== undefined; frame = frame.parent) if (frame.record === record) return frame
  return undefined
}
