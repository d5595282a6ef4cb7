import type { ModuleGraph } from './module-graph.js'
import { ProviderRecord, type ModuleRecord } from './records.js'
import type { Provider } from './provider.js'
import type { Token } from './tokens.js'

/**
 * Replaces what a token stands for, wherever it is provided: providers and enhancers alike.
 *
 * @param graph walked completely, not linked yet
 * @param token whose providers are replaced
 * @param replacement provider of the same token
 */
export function overrideProviders(graph: ModuleGraph, token: Token, replacement: Provider): void {
  for (const module of [graph.home, ...graph.modules]) {
    for (const list of [module.providers, module.injectables] as Map<Token, ProviderRecord>[]) {
      for (const [key, record] of list) {
        if (record.token === token) list.set(key, replaced(graph, module, record, replacement))
      }
    }
  }
  const builtin = graph.builtins.get(token)
  if (builtin !== undefined) graph.builtins.set(token, replaced(graph, graph.home, builtin, replacement))
}

function replaced(
  graph: ModuleGraph,
  module: ModuleRecord,
  old: ProviderRecord,
  replacement: Provider,
): ProviderRecord {
  const made = graph.recordOf(replacement, module)
  const record = new ProviderRecord(old.token, module, old.role, made.source, made.scope, made.durable)
  record.arguments = made.arguments
  record.properties = made.properties
  return record
}
