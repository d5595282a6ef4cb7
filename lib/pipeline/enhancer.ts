import { isClass, isPromise, type Class, type MaybePromise } from '../common/index.js'
import { aliasTarget, type Injector, type ModuleRecord, type ProviderRecord } from '../di/index.js'
import { existingMembers, lineage, readClass, readMember, type MetadataRef } from '../metadata/index.js'
import { AppliesTo, UseFilters, UseGuards, UseInterceptors, UsePipes } from './decorators.js'
import type { EndpointModel } from './endpoint.js'
import type { EnhancerOf } from './enhancers.js'
import type { PipelineContext } from './execution-context.js'

/** A guard, interceptor, pipe or filter whose instance is known at boot, or that is built for each call. */
export interface Enhancer<T> {
  /** Its class's name. */
  readonly name: string
  /** The instance; undefined if it lives for a call. */
  readonly instance: T | undefined
  /** The class, where there is one. */
  readonly metatype: Class | undefined
  /** The instance for a call. */
  get(context: PipelineContext): MaybePromise<T>
}

/**
 * Makes an enhancer of what a decorator or `useGlobal…` was given.
 *
 * @param declared an instance, or a class that the module has a record of
 * @param module where the class is listed
 * @param injector builds what lives for a call
 */
export async function enhancerOf<T>(
  declared: EnhancerOf<T>,
  module: ModuleRecord,
  injector: Injector,
): Promise<Enhancer<T>> {
  if (!isClass(declared)) {
    const metatype = (declared as { constructor?: Class }).constructor
    return { name: metatype?.name ?? 'instance', instance: declared, metatype, get: () => declared }
  }
  return enhancerOfRecord<T>(module.injectables.get(declared) ?? module.providers.get(declared)!, injector)
}

/**
 * Makes an enhancer of a provider.
 *
 * @param record its record
 * @param injector builds what lives for a call
 */
export async function enhancerOfRecord<T>(record: ProviderRecord, injector: Injector): Promise<Enhancer<T>> {
  const { metatype } = aliasTarget(record)
  const name = metatype?.name ?? String(record.token)
  if (!record.isStatic) {
    return {
      name,
      metatype,
      instance: undefined,
      get: (context) => injector.resolve(record, context.scope) as MaybePromise<T>,
    }
  }
  const instance = (await injector.resolve(record)) as T & object
  // what a factory or a value gave: the class of the instance says what it catches, transforms …
  const type = metatype ?? (instance.constructor as Class)
  return { name: type.name, metatype: type, instance, get: () => instance }
}

/**
 * Compiles the use of an enhancer that lives for a call: its instance is built, and waited for only if it is built
 * asynchronously. Where the instance is known at boot, use it directly: each kind calls its own function then, which the
 * engine can inline.
 *
 * @param enhancer the enhancer
 * @param use calls the instance, with the context and one more value
 */
export function perCall<T, C extends PipelineContext, V>(
  enhancer: Enhancer<T>,
  use: (instance: T, context: C, value: V) => unknown,
): (context: C, value: V) => unknown {
  return (context, value) => {
    const built = enhancer.get(context)
    return isPromise<T>(built)
      ? built.then((ready) => use(ready, context, value))
      : use(built, context, value)
  }
}

/**
 * Tells whether an enhancer is part of an endpoint; see `@AppliesTo`.
 *
 * @param enhancer the enhancer
 * @param endpoint the endpoint
 */
export function appliesTo({ metatype }: Enhancer<unknown>, endpoint: EndpointModel): boolean {
  const tests = metatype === undefined ? undefined : readClass(AppliesTo, metatype)
  return tests === undefined || tests.every((test) => test(endpoint))
}

const KINDS: readonly MetadataRef<unknown[]>[] = [UseGuards, UseInterceptors, UsePipes, UseFilters]

/**
 * The enhancer classes that a class names on itself and on its methods: the container has to build them.
 *
 * @param owner a controller, gateway, resolver …
 */
export function declaredEnhancers(owner: Class): readonly Class[] {
  const members = new Set(lineage(owner).flatMap((one) => [...existingMembers(one)]))
  const declared = KINDS.flatMap((kind) => [
    ...(readClass(kind, owner) ?? []),
    ...[...members].flatMap((member) => readMember(kind, owner, member) ?? []),
  ])
  return [...new Set(declared.filter((one) => isClass(one)))]
}
