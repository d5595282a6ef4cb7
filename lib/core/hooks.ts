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
 * Calls a hook while the application starts: modules that others need first; within a module what others need first, the
 * module class last. Stops at the first error.
 *
 * @param modules of the graph
 * @param hook which one
 */
export async function callStartHooks(modules: readonly ModuleRecord[], hook: HookName): Promise<void> {
  const called = new Set<object>()
  for (const module of initialisationOrder(modules)) {
    const [own, self] = hooksOf(module, hook, called)
    for (const group of [...own, self]) await Promise.all(group.map((call) => call(undefined)))
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
    const [own, self] = hooksOf(module, hook, called)
    for (const group of [...own.reverse(), self]) {
      const settled = await Promise.allSettled(group.map((call) => call(signal)))
      for (const one of settled) if (one.status === 'rejected') errors.push(one.reason)
    }
  }
  return errors
}

type HookCall = (signal: string | undefined) => Promise<void>

/** The hooks of a module's instances, grouped so that what others inject comes first; and the module class's own. */
function hooksOf(
  module: ModuleRecord,
  hook: HookName,
  called: Set<object>,
): readonly [HookCall[][], HookCall[]] {
  const self = module.providers.get(module.type)
  const owners: ProviderRecord[] = []
  const calls = new Map<ProviderRecord, HookCall[]>()
  for (const record of module.records()) {
    const own = hooksOfRecord(record, hook, called)
    if (own.length === 0) continue
    calls.set(record, own)
    if (record !== self) owners.push(record)
  }
  const groups = owners.length > 1 ? byDependency(owners) : [owners]
  return [
    groups.map((group) => group.flatMap((record) => calls.get(record)!)),
    (self && calls.get(self)) ?? [],
  ]
}

function hooksOfRecord(record: ProviderRecord, hook: HookName, called: Set<object>): HookCall[] {
  const calls: HookCall[] = []
  for (const instance of liveInstances(record)) {
    const method = hookOf(instance, hook)
    // one object may stand under several tokens: each hook is called once
    if (method === undefined || called.has(instance)) continue
    called.add(instance)
    calls.push(async (signal) => void (await method.call(instance, signal)))
  }
  return calls
}

function hookOf(instance: object, hook: HookName): Hook | undefined {
  try {
    const method: unknown = (instance as Record<string, unknown>)[hook]
    return typeof method === 'function' ? (method as Hook) : undefined
  } catch (error) {
    // a proxy that refuses unknown names: an error of this hook, which must not skip the others
    return async () => {
      throw error
    }
  }
}

function liveInstances(record: ProviderRecord): object[] {
  // an alias is another record's instance, which is called there
  if (record.source.kind === 'alias') return []
  const instances = record.built ? [record.instance, ...record.transients] : record.transients
  return instances.filter((one): one is object => typeof one === 'object' && one !== null)
}

/** Records of one module, in groups: each after those that it injects, directly or not, from the same module. */
function byDependency(records: readonly ProviderRecord[]): ProviderRecord[][] {
  const depths = new Map<ProviderRecord, number>()
  const depthOf = (record: ProviderRecord): number => {
    const known = depths.get(record)
    if (known !== undefined) return known
    depths.set(record, 0) // met again below itself: a cycle has no first one
    let depth = 0
    for (const { target } of record.dependencies) {
      if (target?.module === record.module) depth = Math.max(depth, depthOf(target) + 1)
    }
    depths.set(record, depth)
    return depth
  }
  const groups: ProviderRecord[][] = []
  for (const record of records) (groups[depthOf(record)] ??= []).push(record)
  return groups.filter((group) => group.length > 0)
}
