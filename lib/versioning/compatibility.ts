import { defineError } from '../common/index.js'
import type { HttpRequest } from '../http/index.js'
import type { Step } from '../pipeline/index.js'
import type { HttpContext } from '../web/index.js'
import { compareParts, parseVersion } from './version-order.js'
import { compileRange, type VersionTest } from './version-range.js'

/** A client whose version may not call the version of the API that it called. */
export const ClientIncompatible = defineError<{
  client: string
  version: string
  wanted: string
  fits: readonly string[]
}>(
  'CORBEL_CLIENT_INCOMPATIBLE',
  'Version {version} of the API does not serve {client}, only {wanted}. Update the client, or call a version that fits: {fits}.',
  { status: 426, tells: ['wanted', 'fits'] },
)

/** A client version that is no version. */
export const ClientVersionInvalid = defineError<{ reason: string }>(
  'CORBEL_CLIENT_VERSION',
  'The version of the client cannot be told: {reason} Send for example "4.2.0" or "ios/4.2.0".',
  { status: 400 },
)

/** A matrix that cannot be meant. */
export const CompatibilityInvalid = defineError<{ reason: string }>(
  'CORBEL_COMPATIBILITY_INVALID',
  'VersioningModule.forRoot({ compatibility }): {reason}',
)

/** Which versions of clients may call a version of the API: a range for all clients, or one for each name. */
export type ClientRange = string | Readonly<Record<string, string>>

/** Which client versions fit to which versions of the API. */
export interface CompatibilityOptions {
  /**
   * By version of the API: ranges of client versions such as `'>=2 <5'`, or such ranges by the name of the client (`*` for
   * other names). Versions that are not listed are open to all clients; of a version with names, other clients are refused.
   */
  readonly matrix: Readonly<Record<string, ClientRange>>
  /** The header in which clients tell their version, as `4.2.0` or `ios/4.2.0`; `X-Client-Version` by default. */
  readonly header?: string
  /** Reads it elsewhere, in the same form. */
  readonly extractor?: (request: HttpRequest) => string | undefined
  /** What happens to clients that do not say their version: `'allow'` (default) or `'refuse'`, with 400. */
  readonly unknown?: 'allow' | 'refuse'
  /** The status for clients that do not fit: 426 (default) or 400. */
  readonly status?: 426 | 400
}

/** A client, as it says itself. */
interface Client {
  readonly name: string | undefined
  readonly parts: NonNullable<ReturnType<typeof parseVersion>>
}

type ClientTest = (client: Client) => boolean

const NAME = /^[\w.-]{1,32}$/
/** How many client versions are remembered with their answer. */
const REMEMBERED = 500

/** The matrix of an application, compiled. */
export class Compatibility {
  private readonly tests: ReadonlyMap<string, ClientTest>
  private readonly read: (context: HttpContext) => string | undefined

  /**
   * @param options as given to the module
   * @param versions all versions of the API, for what fits
   * @throws {CorbelError} CORBEL_COMPATIBILITY_INVALID, CORBEL_VERSION_RANGE_INVALID
   */
  constructor(
    private readonly options: CompatibilityOptions,
    private readonly versions: readonly string[],
  ) {
    const { matrix, header = 'x-client-version', extractor, status } = options
    const stranger = Object.keys(matrix).find((version) => !versions.includes(version))
    if (stranger !== undefined) {
      const known = versions.length === 0 ? 'no version' : `only ${versions.join(', ')}`
      throw new CompatibilityInvalid({
        reason: `matrix has the version ${stranger}, but the application has ${known}.`,
      })
    }
    if (status !== undefined && status !== 426 && status !== 400) {
      throw new CompatibilityInvalid({ reason: `status is ${String(status)}: it may be 426 or 400.` })
    }
    this.tests = new Map(Object.entries(matrix).map(([version, range]) => [version, testOf(range)]))
    const name = header.toLowerCase()
    this.read =
      extractor === undefined
        ? ({ exchange }) => exchange.headers.get(name)
        : ({ request }) => extractor(request)
  }

  /**
   * The step of a route; it runs before the guards.
   *
   * @param version of the route
   * @returns undefined for a version that all clients may call
   */
  stepFor(version: string): Step<HttpContext> | undefined {
    const test = this.tests.get(version)
    if (test === undefined) return undefined
    const fitting = new Set<string>()
    return {
      kind: 'before',
      name: `clients of version ${version}`,
      run: (context) => {
        const told = this.read(context)?.trim()
        if (told === undefined || told === '') {
          if (this.options.unknown !== 'refuse') return
          throw new ClientVersionInvalid({ reason: 'the request does not tell it.' })
        }
        if (fitting.has(told)) return
        const client = readClient(told)
        if (!test(client)) throw this.refusal(told, client, version)
        if (fitting.size < REMEMBERED) fitting.add(told)
      },
    }
  }

  private refusal(told: string, client: Client, version: string): Error {
    const fits = this.versions.filter((one) => this.tests.get(one)?.(client) ?? true)
    const status = this.options.status ?? 426
    // RFC 9110 §15.5.22: a 426 says to what; these are the versions that fit
    const upgrade = fits.map((one) => `api/${one}`).filter((one) => /^api\/[\w!#$%&'*+.^`|~-]+$/.test(one))
    return new ClientIncompatible(
      { client: told, version, wanted: inWords(this.options.matrix[version]!, client.name), fits },
      {
        status,
        ...(status === 426 && { headers: { Upgrade: upgrade.length === 0 ? 'api' : upgrade.join(', ') } }),
      },
    )
  }
}

function testOf(range: ClientRange): ClientTest {
  if (typeof range === 'string') {
    const test = rangeOf(range)
    return ({ parts }) => test(parts)
  }
  const byName = new Map(Object.entries(range).map(([name, own]) => [name.toLowerCase(), rangeOf(own)]))
  return ({ name, parts }) => (byName.get(name?.toLowerCase() ?? '*') ?? byName.get('*'))?.(parts) === true
}

function rangeOf(range: string): VersionTest<Client['parts']> {
  return compileRange(range, parseVersion, compareParts)
}

function readClient(told: string): Client {
  const slash = told.indexOf('/')
  const name = slash === -1 ? undefined : told.slice(0, slash)
  const parts = told.length > 100 ? undefined : parseVersion(told.slice(slash + 1))
  if (parts === undefined || (name !== undefined && !NAME.test(name))) {
    throw new ClientVersionInvalid({ reason: `"${told.slice(0, 100)}" is no version.` })
  }
  return { name, parts }
}

function inWords(range: ClientRange, name: string | undefined): string {
  if (typeof range === 'string') return range
  const own = Object.entries(range).find(([one]) => one.toLowerCase() === name?.toLowerCase())?.[1]
  return (
    own ??
    range['*'] ??
    Object.entries(range)
      .map((entry) => entry.join(' '))
      .join(', ')
  )
}
