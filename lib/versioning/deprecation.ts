import type { HttpEndpoint } from '../web/index.js'
import { defineDecorator } from '../metadata/index.js'

/** What is said of something that is going to be removed. */
export interface DeprecationOptions {
  /** When it was (or will be) deprecated: a date, or text in ISO 8601 such as `'2026-01-31'`. */
  readonly since: string | Date
  /** When it will stop to answer; not before `since`. */
  readonly sunset?: string | Date
  /** Where the resource is that takes its place: a URL, or a path. */
  readonly successor?: string
  /** Pages for developers; a text alone is that about the deprecation. */
  readonly link?: string | { readonly deprecation?: string; readonly sunset?: string }
  /** A sentence for developers: in logs, in the 410, and in the API's documents. */
  readonly message?: string
  /** After the sunset: `'serve'` goes on, `'gone'` answers 410. Default: that of `VersioningModule`, otherwise `'serve'`. */
  readonly afterSunset?: 'serve' | 'gone'
}

/** A deprecation as plain data; `app.describe()` and documents tell it. */
export interface DeprecationInfo {
  /** ISO 8601, UTC. */
  readonly since: string
  /** ISO 8601, UTC. */
  readonly sunset?: string
  readonly successor?: string
  readonly link?: { readonly deprecation?: string; readonly sunset?: string }
  readonly message?: string
  readonly afterSunset: 'serve' | 'gone'
}

/**
 * Says that a controller or a route is going to be removed: its answers tell it by `Deprecation` (RFC 9745), `Sunset`
 * (RFC 8594) and `Link`. What stands on the method counts before what stands on the controller.
 *
 * @param options when, what instead, and where to read about it
 * @example
 * @Deprecated({ since: '2026-01-31', sunset: '2026-12-31', successor: '/v2/cats', link: 'https://example.com/changes' })
 */
export const Deprecated = defineDecorator({
  name: 'Deprecated',
  on: ['class', 'method'],
  value: (options: DeprecationOptions) => options,
  check: (options) => deprecationProblem(options),
})

/** The page about a deprecation, and the one about the sunset. */
export function linksOf({ link }: DeprecationOptions): { deprecation?: string; sunset?: string } {
  return typeof link === 'string' ? { deprecation: link } : { ...link }
}

/**
 * Tells what is wrong with a deprecation.
 *
 * @param options as given, possibly by JavaScript
 * @returns words that go on from "it …"; undefined if nothing is
 */
export function deprecationProblem(options: DeprecationOptions | undefined): string | undefined {
  if (typeof options !== 'object' || options === null || options.since === undefined) {
    return 'does not say since when: give { since: "2026-01-31" }'
  }
  const since = timeOf(options.since)
  if (since === undefined) return `has a since that is no date: ${String(options.since)}`
  const sunset = options.sunset === undefined ? since : timeOf(options.sunset)
  if (sunset === undefined) return `has a sunset that is no date: ${String(options.sunset)}`
  // RFC 9745 §4
  if (sunset < since) return 'has a sunset before its since'
  if (options.afterSunset === 'gone' && options.sunset === undefined) {
    return "has afterSunset: 'gone' but no sunset"
  }
  const links = Object.entries({ successor: options.successor, ...linksOf(options) })
  const broken = links.find(([, target]) => target !== undefined && !isReference(target))
  return broken === undefined
    ? undefined
    : `has a ${broken[0]} that cannot stand in a Link header: ${String(broken[1])}`
}

/**
 * The deprecation that counts for a route.
 *
 * @param endpoint the route
 * @param ofVersion what is said of its version
 * @param afterSunset where a deprecation does not say it
 */
export function deprecationOf(
  { metadata }: HttpEndpoint,
  ofVersion?: DeprecationOptions,
  afterSunset: 'serve' | 'gone' = 'serve',
): DeprecationInfo | undefined {
  const options = metadata.onMethod(Deprecated) ?? metadata.onClass(Deprecated) ?? ofVersion
  if (options === undefined) return undefined
  const { since, sunset, successor, message } = options
  const links = linksOf(options)
  return {
    since: new Date(timeOf(since)!).toISOString(),
    ...(sunset !== undefined && { sunset: new Date(timeOf(sunset)!).toISOString() }),
    ...(successor !== undefined && { successor }),
    ...(Object.keys(links).length > 0 && { link: links }),
    ...(message !== undefined && { message }),
    afterSunset: options.afterSunset ?? afterSunset,
  }
}

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/

/** Milliseconds since 1970; a day alone, and a time without zone, mean UTC: all servers say the same. */
function timeOf(date: string | Date): number | undefined {
  if (date instanceof Date) return Number.isNaN(date.getTime()) ? undefined : date.getTime()
  if (typeof date !== 'string' || !ISO.test(date)) return undefined
  const time = Date.parse(/T.*(?:Z|[+-]\d{2}:\d{2})$/.test(date) || date.length === 10 ? date : `${date}Z`)
  return Number.isNaN(time) ? undefined : time
}

/** What may stand between the angle brackets of a link (RFC 8288 §3): a URI reference in its written form. */
function isReference(target: unknown): boolean {
  return typeof target === 'string' && /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/.test(target)
}
