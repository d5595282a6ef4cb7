import {
  createLinkWriter,
  LinkParamInvalid,
  type LinkWriter,
  LinkUnknown,
  type RouteDefinition,
  type RouteTableOptions,
} from '../../router/index.js'
import { VERSION_NEUTRAL } from '../decorators.js'
import { LinkOriginInvalid, LinkQueryInvalid, LinkTooEarly, LinkVersionUnclear } from './errors.js'
import type { LinkArguments, LinkOptions, LinkQuery, LinkValue, RouteName } from './types.js'

/** The version of a route, one at a time; undefined where there are none. */
export type LinkVersion = string | typeof VERSION_NEUTRAL | undefined

/** A route of one version, with its full path. */
export interface VersionedLink {
  readonly version: LinkVersion
  readonly route: RouteDefinition<unknown>
}

/** Writes links to routes that have names (`@Name`, `@Get({ name })`, `@Resource`). Inject it where links are made. */
export class Links {
  private writers: ReadonlyMap<LinkVersion, LinkWriter> | undefined
  private defaults: readonly LinkVersion[] = []
  /** By name, what writes links that ask for no version, as far as there were any. */
  private readonly usual = new Map<string, LinkWriter>()

  /**
   * Writes a link: the path with all prefixes, or `//host/path` for routes of a host.
   *
   * @param name of the route
   * @param rest `params` of path and host by name; `query`; `options`: version and origin
   * @returns percent-encoded (RFC 3986)
   * @throws {CorbelError} CORBEL_LINK_UNKNOWN, CORBEL_LINK_PARAM for parameters that are missing, unknown or do not fit,
   *   CORBEL_LINK_QUERY, CORBEL_LINK_VERSION, CORBEL_LINK_ORIGIN, CORBEL_LINK_EARLY
   * @example
   * links.link('photos.show', { id: 7 }, { size: 'large' }) // /photos/7?size=large
   */
  link<Name extends RouteName>(name: Name, ...rest: LinkArguments<Name>): string {
    const [given = {}, query = {}, options = {}] = rest
    const params = given as Readonly<Record<string, LinkValue | null | undefined>>
    const { version } = options
    let writer = version === undefined ? this.usual.get(name) : undefined
    if (writer === undefined) {
      writer = this.writerOf(name, version)
      if (version === undefined) this.usual.set(name, writer)
    }
    const known = writer.paramsOf(name)
    const unknown = Object.keys(params).find((param) => !known.has(param) && params[param] !== undefined)
    if (unknown !== undefined) {
      const pattern = known.size === 0 ? 'without parameters' : [...known].join(', ')
      throw new LinkParamInvalid({
        name,
        param: unknown,
        pattern,
        problem: 'is not in the pattern; put it into the query',
      })
    }
    const host = writer.writeHost(name, params)
    return `${originOf(host, options)}${writer.write(name, params)}${writeQuery(name, query)}`
  }

  /** Whether a route has this name. */
  has(name: string): boolean {
    return [...(this.writers?.values() ?? [])].some((writer) => writer.has(name))
  }

  /**
   * Takes the routes; for the framework.
   *
   * @param routes those with names
   * @param defaults the versions of links that name none, the best first
   * @param options how paths are compared
   */
  use(routes: readonly VersionedLink[], defaults: readonly LinkVersion[], options: RouteTableOptions): void {
    const groups = new Map<LinkVersion, RouteDefinition<unknown>[]>()
    for (const { version, route } of routes) groups.set(version, [...(groups.get(version) ?? []), route])
    this.writers = new Map([...groups].map(([version, group]) => [version, createLinkWriter(group, options)]))
    this.defaults = defaults
    this.usual.clear()
  }

  private writerOf(name: string, asked: string | undefined): LinkWriter {
    if (this.writers === undefined) throw new LinkTooEarly({ name })
    const found = [...this.writers].filter(([, writer]) => writer.has(name))
    if (found.length === 0) throw new LinkUnknown({ name })
    const versions = new Map<LinkVersion, LinkWriter>(found)
    const [first, second] = found
    const alone = asked === undefined && second === undefined ? first![1] : undefined
    const wanted: readonly LinkVersion[] = asked === undefined ? this.defaults : [asked]
    const candidates: readonly LinkVersion[] = [...wanted, VERSION_NEUTRAL, undefined]
    const chosen = candidates.find((version) => versions.has(version))
    const writer = alone ?? versions.get(chosen)
    if (writer !== undefined) return writer
    throw new LinkVersionUnclear({
      name,
      asked: asked === undefined ? 'no version' : `version ${asked}`,
      versions: found.map(([version]) => String(version)).join(', '),
    })
  }
}

const NOWHERE = { protocol: '', host: '', port: '' }

/** What stands in front of the path. */
function originOf(host: string | undefined, { origin }: LinkOptions): string {
  if (origin === undefined) return host === undefined ? '' : `//${host}`
  const { protocol, host: own, port } = URL.canParse(origin) ? new URL(origin) : NOWHERE
  if (!/^https?:$/.test(protocol)) throw new LinkOriginInvalid({ origin })
  if (host === undefined) return `${protocol}//${own}`
  return `${protocol}//${host}${port === '' ? '' : `:${port}`}`
}

function writeQuery(name: string, query: LinkQuery): string {
  const pairs = Object.entries(query).flatMap(([param, value]) => {
    if (value === undefined || value === null) return []
    return [value]
      .flat()
      .map((one) => `${encodeURIComponent(param)}=${encodeURIComponent(text(name, param, one))}`)
  })
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function text(name: string, param: string, value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'string') return value.replaceAll(/\p{Surrogate}/gu, '\ufffd')
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value)
  throw new LinkQueryInvalid({ name, param, type: typeof value })
}
