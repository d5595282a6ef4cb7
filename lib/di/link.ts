import { problemsOf } from '../metadata/index.js'
import { hasUnknownParameters } from './dependencies.js'
import { DecoratorMisplaced, FactoryCycle } from './errors.js'
import { analyseCycles } from './cycles.js'
import { explainMissing, explainUntyped } from './explain.js'
import type { ModuleGraph } from './module-graph.js'
import type { ProviderRecord } from './records.js'
import { analyseScopes } from './scope-analysis.js'
import { describeToken } from './tokens.js'
import { Visibility } from './visibility.js'

/**
 * Connects every dependency with the record that provides it, and finds everything that is wrong: nothing is built yet.
 *
 * @param graph walked completely
 * @param records those to link; all of the graph by default
 * @returns what is visible where, and all problems
 */
export function linkGraph(
  graph: ModuleGraph,
  records: Iterable<ProviderRecord> = graph.records(),
): { readonly visibility: Visibility; readonly problems: readonly Error[] } {
  const visibility = new Visibility(graph)
  const all = [...records]
  const problems = all.flatMap((record) => [
    ...decoratorProblems(record),
    ...linkRecord(record, visibility, graph),
  ])
  problems.push(...analyseCycles(all))
  for (const record of all) {
    if (record.circular && record.source.kind === 'factory') {
      problems.push(new FactoryCycle({ token: describeToken(record.token) }))
    }
  }
  analyseScopes(all)
  return { visibility, problems }
}

function linkRecord(record: ProviderRecord, visibility: Visibility, graph: ModuleGraph): Error[] {
  const metatype = record.metatype
  if (metatype !== undefined && hasUnknownParameters(metatype)) {
    return [explainUntyped(metatype, record.module)]
  }
  const problems: Error[] = []
  for (const dependency of record.dependencies) {
    if (dependency.token !== undefined) dependency.target = visibility.find(dependency.token, record.module)
    if (dependency.target === undefined && !dependency.optional)
      problems.push(explainMissing(record, dependency, graph, visibility))
  }
  return problems
}

function decoratorProblems(record: ProviderRecord): Error[] {
  if (record.metatype === undefined) return []
  const module = record.module.name
  return problemsOf(record.metatype).map(
    ({ decorator, place, reason }) => new DecoratorMisplaced({ decorator, place, module, reason }),
  )
}
