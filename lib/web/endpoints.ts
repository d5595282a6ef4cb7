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
  readParameters,
} from '../metadata/index.js'
import type { ParamModel } from '../pipeline/index.js'
import {
  ControllerMetadata,
  Routes,
  Version,
  type ControllerOptions,
  type RouteDeclaration,
} from './decorators.js'
import type { HttpContext } from './http-context.js'
import type { HttpEndpoint } from './http-route.js'
import { Bound, type ParamBinding } from './param-decorators.js'

/** A class with routes that is no controller, or a controller that is not listed as one. */
export const ControllerMissing = defineError<{ class: string; module: string; reason: string }>(
  'CORBEL_CONTROLLER_MISSING',
  '{class} in {module} {reason}',
)

/** Parameter decorators on a method without a route: they would do nothing. */
export const RouteMissing = defineError<{ method: string; module: string; decorator: string }>(
  'CORBEL_ROUTE_MISSING',
  '{method} in {module} has @{decorator} on a parameter but no route. Add @Get(), @Post() … to the method, or remove it.',
)

/**
 * Turns a declared class into the endpoints of its routes.
 *
 * @param declared any class that a module lists
 * @param model gets the endpoints and the problems
 * @param modulePath in front of the controller's own path
 */
export function inspectController(declared: DeclaredClass, model: AppModel, modulePath: string): void {
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
  for (const [member, routes] of membersWith(type)) {
    const bindings = readParameters(Bound, type, member)
    for (const binding of readInheritedParameters(Bound, type, member).values()) {
      for (const pipe of binding.pipes) if (isClass(pipe)) addInjectable(model, module, pipe)
    }
    if (routes !== undefined) addEndpoints(declared, model, options, modulePath, member, routes)
    else if (bindings.size > 0) {
      const method = `${type.name}.${String(member)}`
      const { label } = [...bindings.values()][0]!
      model.report(new RouteMissing({ method, module: module.name, decorator: label }))
    }
  }
}

/** The decorated members of a class and its bases, an override only once. */
function membersWith(type: Class): (readonly [PropertyKey, readonly RouteDeclaration[] | undefined])[] {
  const members = new Set(lineage(type).flatMap((one) => [...existingMembers(one)]))
  members.delete('constructor')
  return [...members].map((member) => [member, readMember(Routes, type, member)] as const)
}

function addEndpoints(
  { type, module, record }: DeclaredClass,
  model: AppModel,
  options: ControllerOptions,
  modulePath: string,
  member: PropertyKey,
  routes: readonly RouteDeclaration[],
): void {
  const params = paramsOf(type, member)
  const metadata = new MetadataBag(type, member, [module.type])
  const version = metadata.onMethod(Version) ?? options.version ?? metadata.onClass(Version)
  for (const host of listOf<string | undefined>(options.host)) {
    for (const prefix of listOf(options.path ?? '')) {
      for (const { method, paths, events } of routes) {
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
            path: joinPaths(modulePath, prefix, path),
            host,
            version,
            events,
          }
          model.addEndpoint(endpoint)
        }
      }
    }
  }
}

function paramsOf(type: Class, member: PropertyKey): readonly ParamModel<HttpContext>[] {
  const types = parameterTypes(type, member) ?? []
  const bindings = readInheritedParameters(Bound, type, member)
  const method = (type.prototype as Record<PropertyKey, unknown>)[member] as { readonly length: number }
  if (bindings.size === 0 && method.length > 0) return UNDECORATED.slice(0, method.length)
  return [...bindings].map(([index, binding]) => toParam(index, binding, types[index]))
}

function toParam(
  index: number,
  binding: ParamBinding,
  metatype: Class | undefined,
): ParamModel<HttpContext> & ParamBinding {
  return { ...binding, index, metatype }
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
