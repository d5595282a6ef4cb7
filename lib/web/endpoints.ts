import { defineError, isClass, listOf, type Class } from '../common/index.js'
import { addInjectable, type AppModel, type DeclaredClass } from '../core/index.js'
import {
  existingMembers,
  lineage,
  MetadataBag,
  parameterTypes,
  readClass,
  readMember,
  readInheritedParameters,
} from '../metadata/index.js'
import type { ParamModel } from '../pipeline/index.js'
import {
  ControllerMetadata,
  Direct,
  Name,
  Routes,
  Version,
  VERSION_NEUTRAL,
  type ControllerOptions,
  type RouteDeclaration,
} from './decorators.js'
import type { HttpContext } from './http-context.js'
import type { HttpEndpoint } from './http-route.js'
import { Bound, type ParamBinding } from './param-decorators.js'
import { resourceRoutes } from './resource.js'

/** A class with routes that is no controller, or a controller that is not listed as one. */
export const ControllerMissing = defineError<{ class: string; module: string; reason: string }>(
  'CORBEL_CONTROLLER_MISSING',
  '{class} in {module} {reason}',
)

/**
 * Turns a declared class into the endpoints of its routes.
 *
 * @param declared any class that a module lists
 * @param model gets the endpoints and the problems
 * @param modulePaths in front of the controller's own path, where `RouterModule` puts its module
 */
export function inspectController(
  declared: DeclaredClass,
  model: AppModel,
  modulePaths: ReadonlySet<string>,
): void {
  const { type, module, record } = declared
  const options = readClass(ControllerMetadata, type)
  if (record.role !== 'controller') {
    if (
      record.role === 'provider' &&
      options === undefined &&
      membersWith(type).some(([, routes]) => routes !== undefined)
    ) {
      const reason = 'has routes but no @Controller(). Add it, and list the class under "controllers".'
      model.report(new ControllerMissing({ class: type.name, module: module.name, reason }))
    }
    return
  }
  if (options === undefined) {
    const reason =
      'is listed under "controllers" but has no @Controller() decorator. Add it, or list the class under "providers".'
    model.report(new ControllerMissing({ class: type.name, module: module.name, reason }))
    return
  }
  const members = new Map(membersWith(type))
  const routed = new Set([...members].flatMap(([member, routes]) => (routes === undefined ? [] : [member])))
  for (const [member, routes] of resourceRoutes(type, routed, model)) members.set(member, routes)
  for (const [member, routes] of members) {
    for (const binding of readInheritedParameters(Bound, type, member).values()) {
      for (const pipe of binding.pipes) if (isClass(pipe)) addInjectable(model, module, pipe)
    }
    if (routes !== undefined) addEndpoints(declared, model, options, modulePaths, member, routes)
  }
}

/** The decorated members of a class and its bases, an override only once; undefined for those without a route. */
export function membersWith(
  type: Class,
): (readonly [PropertyKey, readonly RouteDeclaration[] | undefined])[] {
  const members = new Set(lineage(type).flatMap((one) => [...existingMembers(one)]))
  members.delete('constructor')
  return [...members].map((member) => [member, readMember(Routes, type, member)] as const)
}

function addEndpoints(
  { type, module, record }: DeclaredClass,
  model: AppModel,
  options: ControllerOptions,
  modulePaths: ReadonlySet<string>,
  member: PropertyKey,
  routes: readonly RouteDeclaration[],
): void {
  const params = paramsOf(type, member)
  const metadata = new MetadataBag(type, member, [module.type])
  const direct = metadata.onClass(Direct) ?? false
  const version = direct
    ? VERSION_NEUTRAL
    : (metadata.onMethod(Version) ?? options.version ?? metadata.onClass(Version))
  for (const host of listOf<string | undefined>(options.host)) {
    for (const prefix of prefixesOf(options, modulePaths)) {
      for (const { method, paths, events, sse, name = metadata.onMethod(Name) } of routes) {
        for (const path of paths) {
          const endpoint: HttpEndpoint = {
            kind: 'http',
            owner: type,
            member,
            module,
            record,
            params,
            metadata,
            method,
            path: joinPaths(prefix, path),
            host,
            version,
            events,
            ...(name !== undefined && { name }),
            ...(sse !== undefined && { sse }),
            direct,
          }
          model.addEndpoint(endpoint)
        }
      }
    }
  }
}

function prefixesOf({ path }: ControllerOptions, modulePaths: ReadonlySet<string>): readonly string[] {
  const own = listOf<string>(path ?? '')
  return [...modulePaths].flatMap((modulePath) => own.map((one) => joinPaths(modulePath, one)))
}

function paramsOf(type: Class, member: PropertyKey): readonly ParamModel<HttpContext>[] {
  const types = parameterTypes(type, member) ?? []
  const bindings = readInheritedParameters(Bound, type, member)
  const method = (type.prototype as Record<PropertyKey, unknown>)[member] as { readonly length: number }
  if (bindings.size === 0 && method.length > 0) return UNDECORATED.slice(0, method.length)
  return [...bindings]
    .map(([index, binding]) => toParam(index, binding, types[index]))
    .sort((a, b) => a.index - b.index)
}

function toParam(
  index: number,
  binding: ParamBinding,
  metatype: Class | undefined,
): ParamModel<HttpContext> & ParamBinding {
  // a schema is no class, but pipes take it for what the parameter is declared with
  return { ...binding, index, metatype: (binding.schema as unknown as Class | undefined) ?? metatype }
}

/** A handler without parameter decorators gets what a middleware gets; it may well use only some of it. */
const UNDECORATED: readonly (ParamModel<HttpContext> & ParamBinding)[] = (
  [
    ['request', (context: HttpContext) => context.request],
    ['response', (context: HttpContext) => context.response],
    ['next', (context: HttpContext) => context.next],
  ] as const
).map(([type, extract], index) => {
  const binding = {
    label: type,
    type,
    data: undefined,
    pipes: [],
    piped: false,
    readsBody: true,
    answers: false,
    extract,
  }
  return toParam(index, binding, undefined)
})

/**
 * Joins parts of a path: one slash between them, one in front, none behind.
 *
 * @param parts empty ones and `/` add nothing
 */
export function joinPaths(...parts: readonly string[]): string {
  const joined = parts
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/')
  return `/${joined}`
}
