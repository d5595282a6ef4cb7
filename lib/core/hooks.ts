import { initialisationOrder, type ModuleRecord, type ProviderRecord } from '../di/index.js'

/** Called when the module's dependencies are ready; a promise is awaited. */
export interface OnModuleInit {
  onModuleInit(): unknown
}

/** Called when all modules are initialised, before the application listens. */
export interface OnApplicationBootstrap {
  onApplicationBootstrap(): unknown
}

/** Called first at shutdown. */
export interface OnModuleDestroy {
  onModuleDestroy(): unknown
}

/** Called after all `onModuleDestroy`, while requests in flight may still run. */
export interface BeforeApplicationShutdown {
  beforeApplicationShutdown(signal?: string): unknown
}

/** Called last, when nothing is in flight any more. */
export interface OnApplicationShutdown {
  onApplicationShutdown(signal?: string): unknown
}

/** The names of all hooks. */
export type HookName =
  | 'onModuleInit'
  | 'onApplicationBootstrap'
  | 'onModuleDestroy'
  | 'beforeApplicationShutdown'
  | 'onApplicationShutdown'

type Hook = (signal?: string) => unknown

/**
 * Calls a hook while the application starts: modules that others need first; within a module all together, the module
 * class last. Stops at the first error.
 *
 * @param modules of the graph
 * @param hook which one
 */
export async function callStartHooks(modules: readonly ModuleRecord[], hook: HookName): Promise<void> {
  const called = new Set<object>()
  for (const module of initialisationOrder(modules)) {
    const [own, self] = instancesOf(module, called)
    await Promise.all(own.map((instance) => call(instance, hook)))
    await Promise.all(self.map((instance) => call(instance, hook)))
  }
}

/**
 * Calls a hook while the application stops: in reverse order. An error does not keep the other hooks from being called.
 *
 * @param modules of the graph
 * @param hook which one
 * @param signal that caused the shutdown
 * @returns what went wrong
 */
export async function callStopHooks(
  modules: readonly ModuleRecord[],
  hook: HookName,
  signal: string | undefined,
): Promise<readonly unknown[]> {
  const errors: unknown[] = []
  const called = new Set<object>()
  for (const module of initialisationOrder(modules).reverse()) {
    for (const group of instancesOf(module, called)) {
      const settled = await Promise.allSettled(group.map((instance) => call(instance, hook, signal)))
      for (const one of settled) if (one.status === 'rejected') errors.push(one.reason)
    }
  }
  return errors
}

async function call(instance: object, hook: HookName, signal?: string): Promise<void> {
  const method: unknown = (instance as Record<string, unknown>)[hook]
  if (typeof method === 'function') await (method as Hook).call(instance, signal)
}

/** The instances of a module that exist outside requests, and the module class's own, which comes after them. */
function instancesOf(
  module: ModuleRecord,
  called: Set<object>,
): readonly [readonly object[], readonly object[]] {
  const own: object[] = []
  const fresh = (record: ProviderRecord): object[] =>
    liveInstances(record).filter((one) => {
      // one object may stand under several tokens: each hook is called once
      const isFresh = !called.has(one)
      called.add(one)
      return isFresh
    })
  for (const record of module.records()) if (record !== module.self) own.push(...fresh(record))
  return [own, module.providers.has(module.type) ? fresh(module.self) : []]
}

function liveInstances(record: ProviderRecord): object[] {
  // an alias is another record's instance, which is called there
  if (record.source.kind === 'alias') return []
  const instances = record.built ? [record.instance, ...record.transients] : record.transients
  return instances.filter((one): one is object => typeof one === 'object' && one !== null)
}
