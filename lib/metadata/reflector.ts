import 'reflect-metadata'
import type { AnyDecorator } from './define-decorator.js'
import { SetMetadata, type CustomDecorator } from './set-metadata.js'
import {
  declarerOf,
  existingValues,
  handlerSite,
  lineage,
  type DeclaringClass,
  type MetadataKey,
} from './store.js'

/** A decorator made by `Reflector.createDecorator`: call it to decorate, hand it to `Reflector.get` to read. */
export type ReflectableDecorator<Param, Value = Param> = ((
  options?: Param,
) => CustomDecorator<MetadataKey>) & {
  readonly KEY: MetadataKey
  readonly __value?: Value
}

/** What metadata is read from: a class, or a method as `context.getHandler()` gives it. */
export type ReflectTarget = DeclaringClass | ((...args: never[]) => unknown)

type KeyOrDecorator<T> = MetadataKey | { readonly KEY: MetadataKey; readonly __value?: T }

let unnamed = 0

/** Reads what `SetMetadata` and `Reflector.createDecorator` wrote. Inject it, or make one with `new`. */
export class Reflector {
  /**
   * Makes a typed decorator.
   *
   * @param options `key`: a name of your own; `transform`: makes the stored value of the argument
   */
  static createDecorator<Param, Value = Param>(
    options: { readonly key?: MetadataKey; readonly transform?: (param: Param) => Value } = {},
  ): ReflectableDecorator<Param, Value> {
    const key = options.key ?? Symbol(`corbel:reflector:${++unnamed}`)
    const decorate = (param?: Param): AnyDecorator & { readonly KEY: MetadataKey } =>
      SetMetadata(key, options.transform === undefined ? param : options.transform(param as Param))
    return Object.assign(decorate, { KEY: key })
  }

  /** The value on one target. */
  get<T = unknown>(key: KeyOrDecorator<T>, target: ReflectTarget): T {
    return lookUp(keyOf(key), target) as T
  }

  /** The values on several targets, in their order; undefined where there is none. */
  getAll<T extends unknown[] = unknown[]>(
    key: KeyOrDecorator<T[number]>,
    targets: readonly ReflectTarget[],
  ): T {
    return targets.map((target) => lookUp(keyOf(key), target)) as T
  }

  /** The first value that is there: `[context.getHandler(), context.getClass()]` lets the method win. */
  getAllAndOverride<T = unknown>(key: KeyOrDecorator<T>, targets: readonly ReflectTarget[]): T {
    return this.getAll(keyOf(key), targets).find((value) => value !== undefined) as T
  }

  /** All values in one: arrays are joined, objects merged (later targets win); a single value stays as it is. */
  getAllAndMerge<T = unknown>(key: KeyOrDecorator<T>, targets: readonly ReflectTarget[]): T {
    const found = this.getAll(keyOf(key), targets).filter((value) => value !== undefined)
    if (found.length === 0) return [] as T
    if (found.length === 1) {
      const only = found[0]
      return (typeof only === 'object' ? only : [only]) as T
    }
    if (found.every((value) => isPlainObject(value))) return Object.assign({}, ...found) as T
    return found.flat() as T
  }
}

function keyOf(key: KeyOrDecorator<unknown>): MetadataKey {
  return typeof key === 'object' || typeof key === 'function' ? key.KEY : key
}

function lookUp(key: MetadataKey, target: ReflectTarget): unknown {
  const site = handlerSite(target)
  if (site !== undefined) {
    const value = existingValues(declarerOf(site.owner, site.member), site.member)?.get(key)
    if (value !== undefined) return value
  }
  for (const one of [...lineage(target as DeclaringClass)].reverse()) {
    const value = existingValues(one)?.get(key)
    if (value !== undefined) return value
  }
  return Reflect.getMetadata(key, target)
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
