import type { ModuleRecord } from './records.js'

/**
 * Sets how far each module is from the root. The longest way counts, so that a module is initialised after everything
 * that it imports, and after the global modules, which it may use without importing them.
 *
 * @param modules all of them, linked by their imports
 */
export function assignDistances(modules: readonly ModuleRecord[]): void {
  const globals = modules.filter((module) => module.isGlobal)
  const first = new Set(reachable(globals))
  const needed = (module: ModuleRecord): readonly ModuleRecord[] =>
    globals.length === 0 || first.has(module) ? module.imports : [...module.imports, ...globals]
  const order = [...reachable(modules, needed)].reverse()
  const position = new Map(order.map((module, index) => [module, index]))
  for (const module of order) module.distance = 0
  for (const module of order) {
    for (const other of needed(module)) {
      const closesCycle = position.get(other)! <= position.get(module)!
      if (!closesCycle) other.distance = Math.max(other.distance, module.distance + 1)
    }
  }
}

/** Modules with all that they need, each after what it needs. */
function reachable(
  from: readonly ModuleRecord[],
  needed: (module: ModuleRecord) => readonly ModuleRecord[] = ({ imports }) => imports,
): Iterable<ModuleRecord> {
  const order: ModuleRecord[] = []
  const seen = new Set<ModuleRecord>()
  const descend = (module: ModuleRecord): void => {
    if (seen.has(module)) return
    seen.add(module)
    needed(module).forEach(descend)
    order.push(module)
  }
  from.forEach(descend)
  return order
}
