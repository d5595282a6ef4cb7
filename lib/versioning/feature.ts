import { defineError, type Class } from '../common/index.js'
import type { AppModel, Feature } from '../core/index.js'
import { BootFailed } from '../di/index.js'
import { Slot, type Step, type StepFactory } from '../pipeline/index.js'
import {
  ROUTE_PREPARERS,
  ROUTE_PREVIEWS,
  type HttpContext,
  type HttpEndpoint,
  type RouteSettings,
} from '../web/index.js'
import { clientNames, defaultClient } from './client.js'
import { Compatibility, type CompatibilityOptions } from './compatibility.js'
import { VersionConverter } from './converter.js'
import { deprecationOf, type DeprecationInfo } from './deprecation.js'
import { DeprecationNotices } from './notices.js'
import { VERSIONING_POLICY, type VersioningModuleOptions } from './options.js'
import { splitRoutes, type PreparedRoutes, type RouteVersion } from './prepare-routes.js'
import { SunsetClock } from './sunset.js'
import { transformStep } from './transform-step.js'
import type { TransformChain } from './transform-chain.js'
import { transformersOf, type KnownTransformer } from './transformer.js'
import { UsageCounter } from './usage-counter.js'
import { UsageReporter } from './usage-report.js'

/** Two modules that say what happens with versions. */
export const VersioningModuleDuplicate = defineError<{ modules: string }>(
  'CORBEL_VERSIONING_MODULE_DUPLICATE',
  'VersioningModule.forRoot() was called several times, for {modules}. Call it once, and import the module where it is needed.',
)

type StepOf = (route: RouteVersion, name: string) => Step<HttpContext> | undefined

const SERVED: RouteVersion = {
  version: undefined,
  deprecation: undefined,
  body: undefined,
  result: undefined,
}

/**
 * What happens with the versions of an API over time: ranges, deprecation, transformers, compatibility and counting. Routes
 * that declare none of it get no step.
 */
export function versioningFeature(): Feature {
  const converter = new VersionConverter()
  const reporter = new UsageReporter()
  const clock = new SunsetClock()
  const transformers: KnownTransformer[] = []
  let routes: PreparedRoutes | undefined
  let preview: PreparedRoutes | undefined
  let compatibility: CompatibilityOptions | undefined
  let names: ReadonlyMap<unknown, string> = new Map()
  let warn: (message: string) => void = () => undefined
  let fail: (error: unknown) => void = () => undefined

  function addSteps(model: AppModel, name: string, slot: Slot, create: StepOf): void {
    const factory: StepFactory<HttpContext> = {
      name,
      slot,
      create(endpoint) {
        const route = routes?.versions.get(endpoint as unknown as HttpEndpoint)
        return route === undefined ? undefined : create(route, names.get(endpoint)!)
      },
    }
    model.addSteps(factory)
  }

  async function prepare(
    model: AppModel,
    endpoints: readonly HttpEndpoint[],
    settings: RouteSettings,
  ): Promise<PreparedRoutes> {
    const policy = policyOf(model)
    const globals = await globalClasses(model)
    const split = splitRoutes(endpoints, { settings, policy, transformers, globals })
    routes = split
    converter.use(split.transformers)
    names = new Map([...split.versions].map(([one, { version }]) => [one, routeName(one, settings, version)]))
    addPolicies(model, policy, split)
    return split
  }

  /** The steps, in the order in which they run. */
  function addPolicies(model: AppModel, policy: VersioningModuleOptions, { known }: PreparedRoutes): void {
    const client = clientNames(policy.client ?? defaultClient)
    if (policy.compatibility !== undefined) {
      const matrix = compatibilityOf(policy.compatibility, sorted(known))
      addSteps(model, 'compatibility', Slot.Admit, ({ version }) =>
        version === undefined ? undefined : matrix.stepFor(version),
      )
    }
    addSteps(model, 'sunset', Slot.Admit, ({ deprecation }, name) =>
      deprecation?.afterSunset === 'gone' && deprecation.sunset !== undefined
        ? clock.stepFor(name, deprecation)
        : undefined,
    )
    addSteps(model, 'shape', Slot.Admit, ({ version, body, result }) => {
      const transforms = new Set([...(result?.names ?? []), ...(body?.names ?? [])])
      if (body?.up === undefined && result?.down === undefined) return undefined
      return transformStep(version!, body?.up, result?.down, [...transforms])
    })
    const { log = true, onUse, limit = 1000 } = policy.deprecations ?? {}
    const notices = new DeprecationNotices({
      log: log ? (message) => warn(message) : undefined,
      onUse,
      onError: (error) => fail(error),
      client,
      limit,
    })
    addSteps(model, 'notices', Slot.Authorized, ({ version, deprecation }, name) =>
      deprecation === undefined ? undefined : notices.stepFor(name, version, deprecation),
    )
    if (policy.usage !== undefined) countUse(model, client)
  }

  function countUse(model: AppModel, client: ReturnType<typeof clientNames>): void {
    const record = [...model.graph.records()].find(({ token }) => token === UsageCounter)
    const counter = record!.instance as UsageCounter
    const counted = [...routes!.versions].filter(([, route]) => isCounted(route))
    reporter.use(
      counted.map(([endpoint, { version, deprecation }]) => ({
        route: names.get(endpoint)!,
        version,
        deprecation,
      })),
      counter,
    )
    addSteps(model, 'usage', Slot.Authorized, (one, route) => {
      if (!isCounted(one)) return undefined
      const { version } = one
      return {
        kind: 'before',
        name: 'count the use',
        run: ({ request }) => {
          try {
            counter.record({ route, version, client: client(request), at: Date.now() })
          } catch (error) {
            fail(error)
          }
        },
      }
    })
  }

  return {
    name: 'versioning',
    configure(build) {
      build.provide({ provide: VersionConverter, useValue: converter })
      build.provide({ provide: UsageReporter, useValue: reporter })
    },
    inspect({ type, module, record }, model) {
      transformers.push(...transformersOf(type, record, module, (problem) => model.report(problem)))
    },
    check(model) {
      const policies = policyRecords(model)
      if (policies.length > 1) {
        const importers = policies.map(({ module }) => importersOf(model, module))
        model.report(new VersioningModuleDuplicate({ modules: importers.join(' and ') }))
      }
      compatibility = policyOf(model).compatibility
      model.contribute(ROUTE_PREPARERS, async (endpoints, settings) => {
        const { replacements } = await prepare(model, endpoints, settings)
        return (endpoint) => replacements.get(endpoint)!
      })
      model.contribute(ROUTE_PREVIEWS, (endpoints, settings) => {
        const parts = { settings, policy: policyOf(model), transformers, globals: knownGlobals(model) }
        const { replacements } = (preview = splitRoutes(endpoints, parts))
        return (endpoint) => replacements.get(endpoint)!
      })
    },
    describe(endpoint) {
      if (endpoint.kind !== 'http') return undefined
      return describe(endpoint as unknown as HttpEndpoint, routes ?? preview, compatibility)
    },
    start({ logger }) {
      warn = (message) => logger.warn(message, 'Versioning')
      fail = (error) => logger.error(error, 'Versioning')
      clock.start()
    },
    stop: () => clock.stop(),
  }
}

function compatibilityOf(options: CompatibilityOptions, versions: readonly string[]): Compatibility {
  try {
    return new Compatibility(options, versions)
  } catch (error) {
    throw new BootFailed([error as Error])
  }
}

/** What `app.describe()` and documents tell of a route. */
function describe(
  endpoint: HttpEndpoint,
  routes: PreparedRoutes | undefined,
  compatibility: CompatibilityOptions | undefined,
): object | undefined {
  const { version, deprecation, body, result } = routes?.versions.get(endpoint) ?? {
    ...SERVED,
    deprecation: deprecationOf(endpoint),
  }
  const transformed = new Set([...(result?.names ?? []), ...(body?.names ?? [])])
  const refusals = refusalsOf(deprecation, version === undefined ? undefined : compatibility, version)
  if (deprecation === undefined && transformed.size === 0 && refusals === undefined) return undefined
  return {
    ...(refusals !== undefined && { refusals }),
    ...(deprecation !== undefined && { deprecated: deprecation, notes: [noteOf(deprecation)] }),
    ...(transformed.size > 0 && { transformedBy: [...transformed], shapes: shapesOf(body, result) }),
  }
}

/** What clients of a version send and get where it is not what the handler reads and writes; null where nobody says. */
function shapesOf(
  body: TransformChain | undefined,
  result: TransformChain | undefined,
): { body?: Class | null; result?: Class | null } {
  return {
    ...(body?.up !== undefined && { body: body.shapes.up ?? null }),
    ...(result?.down !== undefined && { result: result.shapes.down ?? null }),
  }
}

/** The statuses with which a version is refused. */
function refusalsOf(
  deprecation: DeprecationInfo | undefined,
  { matrix = {}, status = 426 }: Partial<CompatibilityOptions> = {},
  version = '',
): Record<number, string> | undefined {
  const refusals: Record<number, string> = {}
  const { afterSunset, sunset } = deprecation ?? {}
  if (afterSunset === 'gone' && sunset !== undefined) refusals[410] = `Withdrawn on ${sunset.slice(0, 10)}.`
  if (Object.hasOwn(matrix, version)) refusals[status] = 'The version of the client does not fit.'
  return Object.keys(refusals).length === 0 ? undefined : refusals
}

function noteOf({ since, sunset, successor, message }: DeprecationInfo): string {
  const parts = [
    `deprecated since ${since.slice(0, 10)}`,
    sunset === undefined ? undefined : `sunset ${sunset.slice(0, 10)}`,
    successor === undefined ? undefined : `successor ${successor}`,
    message,
  ]
  return parts.filter((part) => part !== undefined).join(', ')
}

function isCounted({ version, deprecation }: RouteVersion): boolean {
  return version !== undefined || deprecation !== undefined
}

function policyRecords(model: AppModel) {
  return [...model.graph.records()].filter(({ token }) => token === VERSIONING_POLICY)
}

function policyOf(model: AppModel): VersioningModuleOptions {
  return (policyRecords(model)[0]?.instance as VersioningModuleOptions | undefined) ?? {}
}

function importersOf(
  { graph }: AppModel,
  module: ReturnType<typeof policyRecords>[number]['module'],
): string {
  return graph.modules.find((one) => one.imports.includes(module))?.name ?? module.name
}

/** As `globalClasses`, without building any. */
function knownGlobals({ globals }: AppModel): readonly (Class | undefined)[] {
  const kinds = ['guards', 'interceptors', 'pipes', 'filters'] as const
  return kinds.flatMap((kind) => globals.known(kind)).map(({ metatype }) => metatype)
}

async function globalClasses({ globals, injector }: AppModel): Promise<readonly (Class | undefined)[]> {
  const all = await Promise.all([
    globals.guards(injector),
    globals.interceptors(injector),
    globals.pipes(injector),
    globals.filters(injector),
  ])
  return all.flat().map(({ metatype }) => metatype)
}

/** `GET /v1/cats/:id`; with the version behind it where the path does not tell it. */
function routeName(endpoint: HttpEndpoint, { placesOf }: RouteSettings, version: string | undefined): string {
  const [place] = placesOf(endpoint)
  const method = endpoint.method === '*' ? 'ALL' : endpoint.method
  const isTold = version === undefined || place?.tells === true
  return `${method} ${endpoint.host ?? ''}${place?.path ?? endpoint.path}${isTold ? '' : ` (version ${version})`}`
}

/** From the oldest to the newest where that is known, otherwise as declared. */
function sorted({ all, order }: PreparedRoutes['known']): readonly string[] {
  try {
    return [...all].sort(order.compare)
  } catch {
    return all
  }
}
