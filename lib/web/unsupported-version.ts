import { defineError } from '../common/index.js'
import { NotFoundException } from '../pipeline/index.js'
import { createRouteTable, type RouteTable, type RouteTableOptions } from '../router/index.js'
import { VERSION_NEUTRAL } from './decorators.js'
import type { HttpRoute } from './http-route.js'
import type { VersionedDefinition } from './route-lookup.js'
import { versionsOf } from './versioning.js'

/** A path that other versions have; thrown if `enableVersioning({ unsupported })` names its status. */
export const VersionUnsupported = defineError<{
  path: string
  asked: string
  supported: readonly string[]
}>(
  'CORBEL_VERSION_UNSUPPORTED',
  '{path} is not there in {asked}. Ask for one of these versions: {supported}.',
  { status: 404, tells: ['supported'] },
)

/** The answer of a lookup that found the path in other versions only. */
export interface NoVersion {
  readonly route: undefined
  readonly reason: 'version'
  readonly error: Error
}

/** Tells which versions have a path; asked only where no route was found. */
export class SupportedVersions {
  private tables: readonly (readonly [version: string, table: RouteTable<HttpRoute>])[] | undefined
  private readonly inPath: RegExp | undefined

  /**
   * @param bare all routes, at their paths without version
   * @param options how paths are compared
   * @param settings the status of the answer, or undefined for that of an unknown path; where the path may tell the version, what stands before it
   */
  constructor(
    private readonly bare: readonly VersionedDefinition[],
    private readonly options: RouteTableOptions,
    private readonly settings: {
      readonly status: number | undefined
      readonly pathPrefix: string | undefined
      readonly globalPrefix: string
    },
  ) {
    const { pathPrefix, globalPrefix } = settings
    const before = globalPrefix.replaceAll(/^\/+|\/+$/g, '')
    if (pathPrefix !== undefined) {
      // without a prefix, only what begins with a digit is taken for a version
      const version = pathPrefix === '' ? '\\d[^/]*' : `${escaped(pathPrefix)}[^/]+`
      this.inPath = new RegExp(`^(${before === '' ? '' : `/${escaped(before)}`})/(${version})(/.*)?$`)
    }
  }

  /**
   * The answer to a request whose version does not have its path.
   *
   * @param method of the request
   * @param path as received
   * @param host of the request
   * @param asked the versions that it names outside of the path
   * @returns undefined if no version has the path
   */
  refuse(
    method: string,
    path: string,
    host: string | undefined,
    asked: readonly string[],
  ): NoVersion | undefined {
    const told = asked.length === 0 ? this.inPath?.exec(path) : undefined
    const bare = told ? `${told[1]}${told[3] ?? ''}` || '/' : path
    this.tables ??= tablesOf(this.bare, this.options)
    const supported = this.tables
      .filter(([, table]) => {
        const found = table.match(method, bare, host)
        return found.route !== undefined || found.reason === 'method'
      })
      .map(([version]) => version)
    if (supported.length === 0) return undefined
    const { status } = this.settings
    if (status === undefined) {
      const message = `Cannot ${method} ${path}`
      const error = new NotFoundException({ statusCode: 404, message, error: 'Not Found', supported })
      return { route: undefined, reason: 'version', error }
    }
    const names = told ? [told[2]!] : asked
    const spoken = names.length === 0 ? 'a request without version' : `the version ${names.join(', ')}`
    const error = new VersionUnsupported({ path, asked: spoken, supported }, { status })
    return { route: undefined, reason: 'version', error }
  }
}

/** A table for each version, the oldest first; made when somebody asks in vain, as most applications are never asked so. */
function tablesOf(
  bare: readonly VersionedDefinition[],
  options: RouteTableOptions,
): readonly (readonly [version: string, table: RouteTable<HttpRoute>])[] {
  const groups = new Map<string, VersionedDefinition[]>()
  for (const definition of bare) {
    for (const version of versionsOf(definition.version) ?? []) {
      if (version !== VERSION_NEUTRAL) groups.set(version, [...(groups.get(version) ?? []), definition])
    }
  }
  return [...groups]
    .sort(([a], [b]) => ORDER.compare(a, b))
    .map(([version, group]) => [version, createRouteTable(group, options)] as const)
}

const ORDER = new Intl.Collator('en', { numeric: true })

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
