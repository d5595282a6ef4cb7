import type { AbstractClass, Class, MaybePromise } from '../common/index.js'
import { defineDecorator, type AnyDecorator } from '../metadata/index.js'
import type { ExecutionContext } from '../pipeline/index.js'
import { createParamDecorator } from '../web/index.js'
import { loadedResource } from './loaded.js'

/** Which resource a call is about. */
export interface CanOptions {
  /** The path parameter that is given to the `load` of the policy. Default `id`. */
  readonly param?: string
  /** What is given to `load` in its place: for messages, and for keys that are not in the path. */
  readonly key?: (context: ExecutionContext) => MaybePromise<unknown>
}

/** What one `@Can` asks. */
export interface CanDemand extends CanOptions {
  readonly action: string
  readonly type: Class | AbstractClass
}

/**
 * Lets only those in who have one of the roles, or a role that includes one. On a method it replaces that of the class.
 *
 * @param roles one is enough
 * @example
 * @Roles('editor') @Patch(':id') update() {}
 */
export const Roles = defineDecorator({
  name: 'Roles',
  on: ['class', 'method'],
  value: (...roles: string[]): readonly string[] => roles,
  check: namesProblem,
})

/**
 * Lets only those in who have all of the permissions, by themselves or through a role. On a method it replaces that of the
 * class.
 *
 * @param permissions all are needed
 * @example
 * @Permissions('articles:write') @Post() create() {}
 */
export const Permissions = defineDecorator({
  name: 'Permissions',
  on: ['class', 'method'],
  value: (...permissions: string[]): readonly string[] => permissions,
  check: namesProblem,
})

const Demands = defineDecorator({
  name: 'Can',
  on: ['class', 'method'],
  merge: 'append',
  value: (demand: CanDemand): readonly CanDemand[] => [demand],
  check: ([demand]) =>
    typeof demand!.type === 'function' ? undefined : 'names no class (an import cycle may have hidden it)',
})

/** How rules are read: all `@Can` of class and method count. */
export const CAN = Demands

/**
 * Asks the policy of a class of resources. A method of the policy that takes a resource gets the one that the call is
 * about; where there is none, the call is answered 404.
 *
 * @param action a method of the policy
 * @param type the class that the policy is for
 * @param options which resource, where it is not that of the path parameter `id`
 * @example
 * @Can('update', Article) @Patch(':id') update(@Resource() article: Article) {}
 */
export function Can(action: string, type: Class | AbstractClass, options: CanOptions = {}): AnyDecorator {
  return Demands({ ...options, action, type })
}

/**
 * Lets everybody in who was let in so far, whatever the class says, and also where endpoints without rules are closed.
 * Whether somebody has to be logged in is another question: `@Public()`, `@Authenticated()`.
 */
export const Unrestricted = defineDecorator({
  name: 'Unrestricted',
  on: ['class', 'method'],
  value: () => true,
})

/**
 * The resource that `@Can` has loaded, so that it need not be loaded again; of several, the one of a class.
 *
 * @param type the class of the policy. Default: that of the last `@Can` that has loaded something
 */
export const Resource: (type?: Class | AbstractClass) => AnyDecorator = createParamDecorator(
  (type: Class | AbstractClass | undefined, context) => loadedResource(context, type),
)

function namesProblem(names: readonly string[]): string | undefined {
  if (names.length === 0) return 'names none, so that nobody would know what it asks'
  const bad = names.find((name) => typeof name !== 'string' || name.trim() === '')
  return bad === undefined ? undefined : `names ${JSON.stringify(bad) ?? 'undefined'}, which is no text`
}
