import { isClass, type Class } from '../common/index.js'
import { defineDecorator, type AnyDecorator } from '../metadata/index.js'
import type { ForwardReference, Token } from './tokens.js'
import type { ModuleMetadata } from './provider.js'

/** How long an instance lives. */
export enum Scope {
  /** One instance for the application. */
  DEFAULT,
  /** One for each place that injects it. */
  TRANSIENT,
  /** One for each request; whoever injects it is request-scoped too. */
  REQUEST,
}

/** The options of `@Injectable`. */
export interface InjectableOptions {
  readonly scope?: Scope
  /** With `Scope.REQUEST`: shared by all requests for which the `ContextIdStrategy` gives the same parent. */
  readonly durable?: boolean
}

/** What `@Inject` says: a token, or that the declared type is the token. */
export interface InjectValue {
  readonly explicit: boolean
  readonly token: Token | ForwardReference | undefined
}

/** Marks a class that the container may build, and sets its scope. */
export const Injectable = defineDecorator({
  name: 'Injectable',
  on: ['class'],
  repeatable: true,
  value: (options: InjectableOptions = {}): InjectableOptions => options,
  check: ({ scope }) =>
    scope === undefined || typeof Scope[scope] === 'string'
      ? undefined
      : 'its scope has to be one of Scope.DEFAULT, TRANSIENT, REQUEST',
})

/** Names the token of a constructor parameter or property; without a token its declared type is taken. */
export const Inject = defineDecorator({
  name: 'Inject',
  on: ['constructor-parameter', 'property'],
  value: (...token: [token?: Token | ForwardReference]): InjectValue => ({
    explicit: token.length > 0,
    token: token[0],
  }),
})

/** Leaves a dependency undefined where nothing provides it. */
export const Optional = defineDecorator({
  name: 'Optional',
  on: ['constructor-parameter', 'property'],
  repeatable: true,
  value: () => true as const,
})

/** Makes a module's exports visible in every module. */
export const Global = defineDecorator({ name: 'Global', on: ['class'], value: () => true as const })

/** Declares a module: what it imports, which controllers and providers it has, and which of them others may inject. */
export const Module = defineDecorator({
  name: 'Module',
  on: ['class'],
  value: (metadata: ModuleMetadata = {}): ModuleMetadata => metadata,
  check: (metadata) => {
    const unknown = Object.keys(metadata).find((key) => !MODULE_LISTS.has(key))
    return unknown === undefined
      ? listProblem(metadata)
      : `it has no "${unknown}", only ${[...MODULE_LISTS].join(', ')}`
  },
})

const MODULE_LISTS: ReadonlySet<string> = new Set([
  'imports',
  'controllers',
  'providers',
  'exports',
  'features',
])

/**
 * What is wrong with the lists of a module, if anything.
 *
 * @param metadata of a class or of a dynamic module
 */
export function listProblem(metadata: ModuleMetadata): string | undefined {
  const wrong = Object.entries(metadata).find(
    ([key, list]) => MODULE_LISTS.has(key) && list !== undefined && !Array.isArray(list),
  )
  return wrong === undefined ? undefined : `"${wrong[0]}" has to be an array`
}

/**
 * Prepares a class made by a function for the container: such classes have no name of their own.
 *
 * @param mixinClass the class expression
 * @returns the same class, named uniquely and marked injectable
 */
export function mixin<T extends Class>(mixinClass: T): T {
  if (!isClass(mixinClass)) throw new TypeError('mixin() takes a class.')
  Object.defineProperty(mixinClass, 'name', { value: `${mixinClass.name || 'Mixin'}#${++mixins}` })
  const decorate: AnyDecorator = Injectable()
  decorate(mixinClass)
  return mixinClass
}

let mixins = 0
