import { defineError, type Class } from '../common/index.js'
import type { AppModel } from '../core/index.js'
import { defineDecorator, readClass, type AnyDecorator } from '../metadata/index.js'
import { Controller, type ControllerOptions, type RouteDeclaration } from './decorators.js'

/** What can be done with a resource. */
export type ResourceAction = 'index' | 'show' | 'create' | 'update' | 'replace' | 'destroy'

/** A resource without one of the methods that it names, or without any. */
export const ResourceActionMissing = defineError<{ class: string; problem: string }>(
  'CORBEL_RESOURCE_ACTION',
  '{class} {problem}. The methods of a resource are index, show, create, update, replace and destroy.',
)

/** How a resource is served. */
export interface ResourceOptions extends Omit<ControllerOptions, 'path'> {
  /** Actions that are served; the others stay plain methods. */
  readonly only?: readonly ResourceAction[]
  /** Actions that are not served. */
  readonly except?: readonly ResourceAction[]
  /**
   * The parameter in the path, `'id'` by default; may have a constraint: `'id(\\d+)'`. Those of outer resources by their
   * name: `{ users: 'owner' }`; `userId` by default.
   */
  readonly param?: string | Readonly<Record<string, string>>
  /** In front of the path. */
  readonly path?: string
}

interface ResourceDeclaration {
  readonly name: string
  readonly options: ResourceOptions
}

/** What `@Resource` stores beside what `@Controller` does. */
const ResourceMetadata = defineDecorator({
  name: 'Resource',
  on: ['class'],
  value: (declaration: ResourceDeclaration) => declaration,
  check: ({ name }) =>
    /^[\w-]+(\.[\w-]+)*$/.test(name)
      ? undefined
      : `is given "${name}": write names with dots between, as in 'users.photos'`,
})

const ACTIONS: Readonly<Record<ResourceAction, readonly [method: string, isMember: boolean]>> = {
  index: ['GET', false],
  show: ['GET', true],
  create: ['POST', false],
  update: ['PATCH', true],
  replace: ['PUT', true],
  destroy: ['DELETE', true],
}

/**
 * Declares a controller whose methods `index`, `show`, `create`, `update`, `replace` and `destroy` are routes, with the names
 * `photos.index` and so on for links. Methods that are not there have no route; one with `@Get()` or the like has that.
 *
 * @param name of the resource: also its path. Dots nest: `'users.photos'` is `/users/:userId/photos`
 * @param options `only`, `except`, `param`, and what `@Controller` takes
 * @example
 * @Resource('photos') class Photos { index() {}  show(@Param('id') id: string) {} }
 */
export function Resource(name: string, options: ResourceOptions = {}): AnyDecorator {
  const { only: _only, except: _except, param, path = '', ...rest } = options
  const names = name.split('.')
  const outer = names.slice(0, -1).map((one) => `${one}/:${paramOf(one, param) ?? `${singular(one)}Id`}`)
  const controller = Controller({ ...rest, path: [path, ...outer, names.at(-1)!].join('/') })
  const note = ResourceMetadata({ name, options })
  return (target, member, place) => {
    controller(target, member, place)
    note(target, member, place)
  }
}

/**
 * The routes that a resource has by the names of its methods.
 *
 * @param type any controller
 * @param declared tells methods that have routes of their own
 * @param model gets the problems
 */
export function resourceRoutes(
  type: Class,
  declared: ReadonlySet<PropertyKey>,
  model: AppModel,
): ReadonlyMap<PropertyKey, readonly RouteDeclaration[]> {
  const routes = new Map<PropertyKey, readonly RouteDeclaration[]>()
  const resource = readClass(ResourceMetadata, type)
  if (resource === undefined) return routes
  const { only, except = [], param } = resource.options
  const fail = (problem: string): void =>
    model.report(new ResourceActionMissing({ class: type.name, problem }))
  const isMethod = (action: string): boolean =>
    typeof (type.prototype as Record<string, unknown>)[action] === 'function'
  for (const action of [...(only ?? []), ...except]) {
    if (!Object.hasOwn(ACTIONS, action)) fail(`names the action "${action}", which there is not`)
    else if (only?.includes(action) === true && !isMethod(action))
      fail(`is to serve "${action}" and has no such method`)
  }
  const own = resource.name.split('.').at(-1)!
  const member = `:${paramOf(own, param) ?? (typeof param === 'string' ? param : 'id')}`
  for (const [action, [method, isMember]] of Object.entries(ACTIONS)) {
    const isServed =
      (only?.includes(action as ResourceAction) ?? true) && !except.includes(action as ResourceAction)
    if (!isServed || !isMethod(action) || declared.has(action)) continue
    const name = `${resource.name}.${action}`
    routes.set(action, [{ method, paths: [isMember ? member : '/'], events: false, label: 'Resource', name }])
  }
  if (routes.size === 0 && declared.size === 0) fail('is a resource and has no method to serve')
  return routes
}

function paramOf(name: string, param: ResourceOptions['param']): string | undefined {
  return typeof param === 'object' ? param[name] : undefined
}

/** `users` → `user`, `categories` → `category`, `boxes` → `box`; what is irregular is named by `param`. */
function singular(name: string): string {
  const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  if (/[^aeiou]ies$/.test(camel)) return `${camel.slice(0, -3)}y`
  if (/(?:ss|x|ch|sh)es$/.test(camel)) return camel.slice(0, -2)
  return /[^s]s$/.test(camel) ? camel.slice(0, -1) : camel
}
