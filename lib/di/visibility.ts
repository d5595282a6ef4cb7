import type { ModuleGraph } from './module-graph.js'
import type { ModuleRecord, ProviderRecord } from './records.js'
import type { Token } from './tokens.js'

/** Answers which provider a token means in a module: its own, then what its imports export, then the global modules. */
export class Visibility {
  private readonly exported = new Map<ModuleRecord, ReadonlyMap<Token, ProviderRecord>>()
  private readonly imported = new Map<ModuleRecord, ReadonlyMap<Token, ProviderRecord>>()
  private readonly global: ReadonlyMap<Token, ProviderRecord>

  constructor(private readonly graph: ModuleGraph) {
    this.global = this.joinExports(graph.globals)
  }

  /**
   * @param token what is asked for
   * @param module who asks
   */
  find(token: Token, module: ModuleRecord): ProviderRecord | undefined {
    return (
      module.providers.get(token) ??
      this.importsOf(module).get(token) ??
      this.global.get(token) ??
      this.graph.builtins.get(token)
    )
  }

  /** What a module gives to those that import it, re-exported modules included. */
  exportsOf(module: ModuleRecord): ReadonlyMap<Token, ProviderRecord> {
    const known = this.exported.get(module)
    if (known !== undefined) return known
    const found = new Map<Token, ProviderRecord>()
    this.exported.set(module, found) // before descending: modules may re-export each other
    for (const token of module.exportedTokens) found.set(token, module.providers.get(token)!)
    for (const other of module.exportedModules) addMissing(found, this.exportsOf(other))
    return found
  }

  private importsOf(module: ModuleRecord): ReadonlyMap<Token, ProviderRecord> {
    let found = this.imported.get(module)
    if (found === undefined) this.imported.set(module, (found = this.joinExports(module.imports)))
    return found
  }

  private joinExports(modules: readonly ModuleRecord[]): Map<Token, ProviderRecord> {
    const joined = new Map<Token, ProviderRecord>()
    for (const module of modules) addMissing(joined, this.exportsOf(module))
    return joined
  }
}

function addMissing(into: Map<Token, ProviderRecord>, from: ReadonlyMap<Token, ProviderRecord>): void {
  for (const [token, record] of from) if (!into.has(token)) into.set(token, record)
}
