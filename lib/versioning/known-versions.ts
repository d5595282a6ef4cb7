import { defineError } from '../common/index.js'
import { endpointName } from '../pipeline/index.js'
import { VERSION_NEUTRAL, versionsOf, type HttpEndpoint, type VersionValue } from '../web/index.js'
import { isRange, compileRange } from './version-range.js'
import { versionOrder, type VersionOrder } from './version-order.js'

/** A version or range of a route that is none of the application's. */
export const VersionUnknown = defineError<{ place: string; version: string; known: string }>(
  'CORBEL_VERSION_UNKNOWN',
  '{place} names the version {version}, but the application has only {known}. Correct it, or add it to enableVersioning({ versions }).',
)

type VersionKey = string | typeof VERSION_NEUTRAL

/** What the versions of an application are, and which of them ranges mean. */
export class KnownVersions {
  /** In the order of declaration, or from the oldest to the newest if the application has listed them. */
  readonly all: readonly string[]
  readonly order: VersionOrder

  /**
   * @param endpoints of the application
   * @param defaultVersion of routes that declare none
   * @param listed in `enableVersioning`, from the oldest to the newest
   */
  constructor(
    endpoints: readonly HttpEndpoint[],
    private readonly defaultVersion: VersionValue | undefined,
    listed: readonly string[] | undefined,
  ) {
    this.order = versionOrder(listed)
    const given: readonly (VersionValue | undefined)[] = [
      defaultVersion,
      ...endpoints.map(({ version }) => version),
    ]
    const declared = given
      .flatMap((version) => versionsOf(version) ?? [])
      .filter((version) => typeof version === 'string')
      .filter((version) => !isRange(version))
    this.all = listed ?? [...new Set(declared)]
  }

  /**
   * The versions of a route, ranges resolved.
   *
   * @param endpoint whose declaration counts, or the default version
   * @throws {CorbelError} CORBEL_VERSION_UNKNOWN, CORBEL_VERSION_RANGE_INVALID, CORBEL_VERSION_ORDER
   */
  of(endpoint: HttpEndpoint): readonly VersionKey[] | undefined {
    const declared = versionsOf(endpoint.version ?? this.defaultVersion)
    if (declared === undefined) return undefined
    return [...new Set(declared.flatMap((one) => this.resolve(one, endpoint)))]
  }

  /**
   * Compiles a version or a range into a test of versions of this application.
   *
   * @param range as written
   * @throws {CorbelError} CORBEL_VERSION_RANGE_INVALID; the test throws CORBEL_VERSION_ORDER
   */
  test(range: string): (version: string) => boolean {
    // a name needs no order
    if (!isRange(range)) return (version) => version === range
    return compileRange(range, (text) => text, this.order.compare)
  }

  /** The newest of some versions; neutral ones do not count. */
  newestOf(versions: readonly VersionKey[]): string | undefined {
    const names = versions.filter((one) => typeof one === 'string')
    return names.length < 2 ? names[0] : [...names].sort(this.order.compare).at(-1)
  }

  private resolve(version: VersionKey, endpoint: HttpEndpoint): readonly VersionKey[] {
    if (version === VERSION_NEUTRAL) return [version]
    const isOne = !isRange(version)
    if (isOne && this.order.listed === undefined) return [version]
    const found = this.all.filter(this.test(version))
    if (found.length > 0) return isOne ? [version] : found
    const known = this.all.length === 0 ? 'none' : this.all.join(', ')
    throw new VersionUnknown({ place: endpointName(endpoint), version, known })
  }
}
