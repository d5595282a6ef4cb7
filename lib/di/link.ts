import { problemsOf } from '../metadata/index.js'
import { hasUnknownParameters } from './dependencies.js'
import {
  ClassUndecorated,
  DecoratorMisplaced,
  DependencyMissing,
  DependencyUndefined,
  FactoryCycle,
  ProviderNotExported,
} from './errors.js'
import { analyseCycles } from './cycles.js'
import type { ModuleGraph } from './module-graph.js'
import type { Dependency, ProviderRecord } from './records.js'
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
    return [new ClassUndecorated({ class: metatype.name, module: record.module.name })]
  }
  const problems: Error[] = []
  for (const dependency of record.dependencies) {
    if (dependency.token !== undefined) dependency.target = visibility.find(dependency.token, record.module)
    if (dependency.target === undefined && !dependency.optional)
      problems.push(explain(record, dependency, graph))
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

function explain(record: ProviderRecord, missing: Dependency, graph: ModuleGraph): Error {
  const details = {
    consumer: describeToken(record.token),
    signature: signatureOf(record, missing),
    place: describePlace(record, missing),
    module: record.module.name,
  }
  if (missing.token === undefined || NO_TOKENS.has(missing.token)) return new DependencyUndefined(details)
  const dependency = describeToken(missing.token)
  const owner = graph.modules.find((module) => module.providers.has(missing.token!))
  if (owner === undefined) {
    return new DependencyMissing({ ...details, dependency, hint: missingHint(missing, record, graph) })
  }
  if (!owner.exportedTokens.has(missing.token))
    return new ProviderNotExported({ ...details, dependency, owner: owner.name })
  const hint = `${owner.name} exports it: add ${owner.name} to the imports of ${record.module.name}.`
  return new DependencyMissing({ ...details, dependency, hint })
}

/** What compilers record for interfaces, unions and primitives: no class to look for. */
const NO_TOKENS = new Set<unknown>([
  Object,
  Function,
  String,
  Number,
  Boolean,
  Array,
  Promise,
  Symbol,
  BigInt,
])

function missingHint(missing: Dependency, record: ProviderRecord, graph: ModuleGraph): string {
  const wanted = describeToken(missing.token).toLowerCase()
  const nearest = [...graph.records()].find(
    ({ token, role }) =>
      role === 'provider' &&
      describeToken(token).replaceAll('"', '').toLowerCase() === wanted.replaceAll('"', ''),
  )
  if (nearest !== undefined) {
    return `${nearest.module.name} provides something of the same name (${describeToken(nearest.token)}): is it another class or token?`
  }
  return `Nothing provides it: add it to the providers of ${record.module.name} or of a module that it imports.`
}

/** `Users(?, Mailer, Clock)`: the parameters with a question mark for the one that is missing. */
function signatureOf(record: ProviderRecord, missing: Dependency): string {
  const args = record.arguments.map((one) => (one === missing ? '?' : describeToken(one.token)))
  return `${describeToken(record.token)}(${args.join(', ')})`
}

function describePlace(record: ProviderRecord, missing: Dependency): string {
  if (typeof missing.place !== 'number') return `property ${String(missing.place)}`
  return record.source.kind === 'factory'
    ? `inject[${missing.place}]`
    : `constructor parameter [${missing.place}]`
}
