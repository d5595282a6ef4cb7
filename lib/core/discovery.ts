import type { Class } from '../common/index.js'
import { aliasTarget, Module, Scope, type ProviderRecord, type Token } from '../di/index.js'
import { MetadataScanner, Reflector, SetMetadata, type CustomDecorator } from '../metadata/index.js'
import type { AppModel } from './app-model.js'

/** A provider or controller, as discovery shows it. */
export class DiscoveredClass {
  constructor(private readonly record: ProviderRecord) {}

  get token(): Token {
    return this.record.token
  }

  get name(): string {
    return typeof this.record.token === 'function' ? this.record.token.name : String(this.record.token)
  }

  /** The class of the instance, where it is known. */
  get metatype(): Class | undefined {
    return this.record.metatype ?? (this.instance as { constructor?: Class } | undefined)?.constructor
  }

  /** The singleton; undefined for request-scoped and transient providers. */
  get instance(): unknown {
    const { built, instance } = aliasTarget(this.record)
    return built ? instance : undefined
  }

  /** True if it is a second name (`useExisting`): its instance is listed under its own token as well. */
  get isAlias(): boolean {
    return this.record.source.kind === 'alias'
  }

  /** True if no class is listed: values, factories and aliases. */
  get isNotMetatype(): boolean {
    return this.record.metatype === undefined
  }

  /** True if each injection has its own instance. */
  get isTransient(): boolean {
    return aliasTarget(this.record).isTransient
  }

  get scope(): Scope {
    return this.record.scope
  }

  /** The module that lists it. */
  get host(): { readonly metatype: Class; readonly name: string } {
    return { metatype: this.record.module.type, name: this.record.module.name }
  }

  /** True if the instance lives as long as the application. */
  isDependencyTreeStatic(): boolean {
    return this.record.isStatic
  }
}

/** Made by `DiscoveryService.createDecorator`. */
export type DiscoverableDecorator<T> = ((value?: T) => CustomDecorator) & {
  readonly KEY: string
  readonly __value?: T
}

/** Which classes to list. */
export interface DiscoveryOptions {
  /** Only those of these modules. */
  readonly include?: readonly Class[]
  /** Only those that have metadata under this key. */
  readonly metadataKey?: string
}

let decorators = 0

/** Lists what an application is made of. Import `DiscoveryModule` to inject it. */
export class DiscoveryService {
  private readonly reflector = new Reflector()

  constructor(private readonly model: AppModel) {}

  /** Makes a decorator whose classes and methods can be found again. */
  static createDecorator<T = unknown>(): DiscoverableDecorator<T> {
    const KEY = `corbel:discoverable:${++decorators}`
    return Object.assign((value?: T) => SetMetadata(KEY, value ?? ({} as T)), { KEY })
  }

  /** Providers of all modules, module classes and enhancers included. */
  getProviders(options: DiscoveryOptions = {}): DiscoveredClass[] {
    return this.list(options, (record) => record.role !== 'controller')
  }

  getControllers(options: DiscoveryOptions = {}): DiscoveredClass[] {
    return this.list(options, (record) => record.role === 'controller')
  }

  /**
   * The value of a decorator on a class, or on one of its methods.
   *
   * @param decorator made by `createDecorator`
   * @param found from `getProviders` or `getControllers`
   * @param method a method's name
   * @returns undefined where the decorator is not, or where there is no such method
   */
  getMetadataByDecorator<T>(
    decorator: DiscoverableDecorator<T>,
    found: DiscoveredClass,
    method?: string,
  ): T | undefined {
    const { metatype } = found
    if (metatype === undefined) return undefined
    if (method === undefined) return this.reflector.get<T | undefined>(decorator.KEY, metatype)
    const handler = (metatype.prototype as Record<string, unknown>)[method]
    return typeof handler === 'function'
      ? this.reflector.get<T | undefined>(decorator.KEY, handler as () => unknown)
      : undefined
  }

  private list(options: DiscoveryOptions, accepts: (record: ProviderRecord) => boolean): DiscoveredClass[] {
    const { include, metadataKey } = options
    const modules = this.model.graph.modules.filter(
      (module) => include === undefined || include.includes(module.type),
    )
    return modules
      .flatMap((module) => [...module.records()])
      .filter(accepts)
      .map((record) => new DiscoveredClass(record))
      .filter(
        ({ metatype }) =>
          metadataKey === undefined ||
          (metatype !== undefined && this.reflector.get(metadataKey, metatype) !== undefined),
      )
  }
}

/** Provides `DiscoveryService` and `MetadataScanner`. */
export class DiscoveryModule {}
Module({ providers: [MetadataScanner], exports: [MetadataScanner] })(DiscoveryModule)
