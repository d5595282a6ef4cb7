import type { Class } from '../common/index.js'
import { constructorOwner, parameterTypes, readClass } from '../metadata/index.js'
import { Injectable } from './decorators.js'
import {
  ClassUndecorated,
  DependencyMissing,
  DependencyUndefined,
  ProviderNotExported,
  ProviderUnknown,
} from './errors.js'
import type { ModuleGraph } from './module-graph.js'
import { nearest } from './nearest.js'
import type { Dependency, ModuleRecord, ProviderRecord } from './records.js'
import { describeToken, type Token } from './tokens.js'
import type { Visibility } from './visibility.js'

/**
 * Makes an error of a dependency that nothing provides where it is needed: who needs it, and what to do.
 *
 * @param record the consumer
 * @param missing its dependency
 * @param graph where the token may be elsewhere
 * @param visibility of that graph
 */
export function explainMissing(
  record: ProviderRecord,
  missing: Dependency,
  graph: ModuleGraph,
  visibility: Visibility,
): Error {
  const { module } = record
  const details = {
    consumer: describeToken(record.token),
    signature: signatureOf(record, missing),
    place: describePlace(record, missing),
    module: module.name,
  }
  const { token } = missing
  const typeless = token === undefined ? undefinedReason(record, missing) : TYPELESS.get(token)
  if (token === undefined || typeless !== undefined) {
    return new DependencyUndefined({ ...details, reason: typeless ?? UNDEFINED })
  }
  const dependency = describeToken(token)
  const owners = graph.modules.filter((one) => one.providers.has(token))
  const exporter =
    owners.find((one) => one.exportedTokens.has(token)) ??
    graph.modules.find((one) => visibility.exportsOf(one).has(token))
  if (exporter !== undefined) {
    return new DependencyMissing({ ...details, dependency, hint: importHint(exporter, module) })
  }
  const owner = owners.find((one) => module.imports.includes(one)) ?? owners[0]
  if (owner === undefined) {
    return new DependencyMissing({ ...details, dependency, hint: missingHint(token, module, graph) })
  }
  const hint =
    module.imports.includes(owner) || owner.isGlobal ? '' : ` Then import ${owner.name} in ${module.name}.`
  return new ProviderNotExported({ ...details, dependency, owner: owner.name, hint })
}

/**
 * Makes an error of a class with parameters of which nothing is known.
 *
 * @param type the class
 * @param module where it is listed
 */
export function explainUntyped(type: Class, module: ModuleRecord): Error {
  const isDecorated = readClass(Injectable, constructorOwner(type)) !== undefined
  const reason = isDecorated ? NO_TYPES : 'no decorator, so their types are unknown. Add @Injectable().'
  return new ClassUndecorated({ class: type.name, module: module.name, reason })
}

const NO_TYPES =
  'the compiler recorded no types for them. Turn emitDecoratorMetadata on (esbuild and type stripping cannot do it: build ' +
  'with tsc, swc or oxc), or name a token for each with @Inject(TOKEN).'

/**
 * Makes an error of a lookup that has found nothing.
 *
 * @param token what was asked for
 * @param graph where it may be elsewhere
 * @param module where it was looked for; everywhere if left out
 */
export function explainUnknown(token: Token, graph: ModuleGraph, module: ModuleRecord | undefined): Error {
  const where = module?.name ?? 'this application'
  return new ProviderUnknown({ token: describeToken(token), where, hint: unknownHint(token, graph) })
}

function unknownHint(token: Token | undefined, graph: ModuleGraph): string {
  if (token === undefined) return 'If two files import each other, one of their classes is undefined here.'
  const owner = graph.modules.find((one) => one.providers.has(token) || one.controllers.has(token as never))
  if (owner !== undefined) return `${owner.name} has it: pass { strict: false } to search all modules.`
  return nearbyHint(token, graph) ?? 'Add it to the providers of a module.'
}

const UNDEFINED =
  'It is undefined. If two files import each other, use @Inject(forwardRef(() => X)) on both sides; if the type is ' +
  'imported with "import type", import the class itself or name a token with @Inject(TOKEN).'

function undefinedReason({ metatype }: ProviderRecord, { place }: Dependency): string {
  const isUntyped =
    typeof place === 'number' && metatype !== undefined && parameterTypes(metatype) === undefined
  return isUntyped ? `Nothing is known of it: ${NO_TYPES}` : UNDEFINED
}

const named = (type: string): string =>
  `All that is known of it at run time is its type ${type}, which nothing can be found by. `

const NAME_A_TOKEN = 'Name a token with @Inject(TOKEN).'

/** What compilers record for interfaces, unions and primitives: no class to look for. */
const TYPELESS = new Map<unknown, string>([
  [
    Object,
    `${named('Object')}It stands for interfaces, unions and types imported with "import type": name a token with ` +
      '@Inject(TOKEN), or import the class itself. If two files import each other, use @Inject(forwardRef(() => X)).',
  ],
  ...[Function, String, Number, Boolean, Array, Promise, Symbol, BigInt].map((type): [unknown, string] => [
    type,
    named(type.name) + NAME_A_TOKEN,
  ]),
])

function importHint(exporter: ModuleRecord, module: ModuleRecord): string {
  const between = module.imports.find((one) => one.imports.includes(exporter))
  const instead =
    between === undefined ? '' : `, or to the exports of ${between.name}, which ${module.name} imports`
  return `${exporter.name} exports it: add ${exporter.name} to the imports of ${module.name}${instead}.`
}

function missingHint(token: Token, module: ModuleRecord, graph: ModuleGraph): string {
  const controller = graph.modules.find((one) => one.controllers.has(token as never))
  if (controller !== undefined) {
    return `It is a controller of ${controller.name}, and controllers cannot be injected: move what is needed into a provider.`
  }
  const user = graph.modules.find((one) => one.injectables.has(token))
  if (user !== undefined && user !== module) {
    return `Classes in ${user.name} name it as a guard, interceptor, pipe or filter, but nothing provides it: add it to the providers of ${module.name}.`
  }
  return (
    nearbyHint(token, graph) ??
    `Nothing provides it: add it to the providers of ${module.name} or of a module that it imports.`
  )
}

function nearbyHint(token: Token, graph: ModuleGraph): string | undefined {
  const providers = [...graph.records()].filter(({ role }) => role === 'provider')
  const near = nearest(
    describeName(token),
    providers.map((record) => [describeName(record.token), record] as const),
  )
  if (near === undefined) return undefined
  const other = describeToken(near.token)
  return describeName(near.token).toLowerCase() === describeName(token).toLowerCase()
    ? `${near.module.name} provides something of the same name (${other}): is it another class or token?`
    : `Nothing provides it. Did you mean ${other}, which ${near.module.name} provides?`
}

function describeName(token: Token): string {
  return typeof token === 'symbol' ? (token.description ?? '') : describeToken(token).replaceAll('"', '')
}

/** `Users(?, Mailer, Clock)`: the parameters with a question mark for the one that is missing. */
function signatureOf(record: ProviderRecord, missing: Dependency): string {
  const args = record.arguments.map((one) => (one === missing ? '?' : describeToken(one.token)))
  return `${describeToken(record.token)}(${args.join(', ')})`
}

function describePlace(record: ProviderRecord, missing: Dependency): string {
  if (typeof missing.place !== 'number') return `property ${String(missing.place)}`
  if (record.source.kind === 'alias') return 'useExisting'
  return record.source.kind === 'factory'
    ? `inject[${missing.place}]`
    : `constructor parameter [${missing.place}]`
}
