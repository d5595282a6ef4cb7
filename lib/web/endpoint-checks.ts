import { CorbelError, defineError } from '../common/index.js'
import type { AppModel } from '../core/index.js'
import { readMember, readParameters } from '../metadata/index.js'
import { endpointName, UseFilters, UseGuards, UseInterceptors, UsePipes } from '../pipeline/index.js'
import { hostParamNames, pathParamNames, type RouteDefinition } from '../router/index.js'
import { Header, HttpCode, Name, Redirect, Version } from './decorators.js'
import { membersWith } from './endpoints.js'
import type { HttpRoute } from './http-route.js'
import { Bound, type ParamBinding } from './param-decorators.js'

/** Decorators on a method of a controller that nothing calls: they would do nothing. */
export const RouteMissing = defineError<{ method: string; module: string; decorator: string }>(
  'CORBEL_ROUTE_MISSING',
  '{method} in {module} has @{decorator} but no route. Add @Get(), @Post() … to the method, or remove it.',
)

/** A parameter decorator names what no path or host of the route has: a warning, since it may be inherited. */
export const ParamUnknown = defineError<{ method: string; decorator: string; paths: string; known: string }>(
  'CORBEL_PARAM_UNKNOWN',
  '{method} has @{decorator}, but {paths} has no such parameter ({known}) and gives undefined. Correct the name, or add it to the path.',
)

const METHOD_DECORATORS = [
  HttpCode,
  Header,
  Redirect,
  Version,
  Name,
  UseGuards,
  UseInterceptors,
  UsePipes,
  UseFilters,
]

/**
 * Looks for methods of controllers that are decorated like handlers, and that no endpoint of any transport calls.
 *
 * @param model with the endpoints of all features
 * @returns a `RouteMissing` for each
 */
export function findUnclaimed(model: AppModel): readonly CorbelError[] {
  const errors: CorbelError[] = []
  const claimed = new Map<unknown, Set<PropertyKey>>()
  for (const { owner, member } of model.endpoints)
    claimed.set(owner, (claimed.get(owner) ?? new Set()).add(member))
  for (const { role, metatype, module } of model.graph.records()) {
    if (role !== 'controller' || metatype === undefined) continue
    for (const [member] of membersWith(metatype)) {
      if (claimed.get(metatype)?.has(member) === true) continue
      const [binding] = readParameters(Bound, metatype, member).values()
      const found = METHOD_DECORATORS.find((one) => readMember<unknown>(one, metatype, member) !== undefined)
      const decorator =
        found?.decoratorName ?? (binding === undefined ? undefined : `${binding.label} on a parameter`)
      if (decorator === undefined) continue
      const method = endpointName({ owner: metatype, member })
      errors.push(new RouteMissing({ method, module: module.name, decorator }))
    }
  }
  return errors
}

/**
 * Looks for `@Param('name')` and `@HostParam('name')` whose name none of the method's paths and hosts has. An inherited
 * handler may be meant for paths with it and for paths without it.
 *
 * @param routes the routes with their full paths
 * @returns a `ParamUnknown` for each
 */
export function findUnknownParams(routes: readonly RouteDefinition<HttpRoute>[]): readonly CorbelError[] {
  const byHandler = new Map<string, RouteDefinition<HttpRoute>[]>()
  for (const route of routes) byHandler.set(route.origin, [...(byHandler.get(route.origin) ?? []), route])
  return [...byHandler.values()].flatMap((own) => {
    const { endpoint } = own[0]!.value
    const params = endpoint.params as unknown as readonly (ParamBinding & { readonly index: number })[]
    return params
      .filter(({ type, data }) => data !== undefined && (type === 'param' || type === 'host'))
      .flatMap(({ label, type, data, index }) => {
        const known = new Set(own.flatMap((route) => [...namesOf(route, type)]))
        if (known.has(data!)) return []
        const paths = own.map(({ pattern, host }) => (type === 'param' ? pattern : (host ?? 'any host')))
        return new ParamUnknown({
          method: `${endpointName(endpoint)}[${index}]`,
          decorator: `${label}('${data}')`,
          paths: [...new Set(paths)].join(', '),
          known: known.size === 0 ? 'it has none' : `it has ${[...known].join(', ')}`,
        })
      })
  })
}

function namesOf({ pattern, host, origin }: RouteDefinition<HttpRoute>, type: string): Iterable<string> {
  if (type === 'param') return pathParamNames(pattern, origin)
  return host === undefined ? [] : hostParamNames(host, origin)
}
