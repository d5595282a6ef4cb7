import { listOf } from '../../common/index.js'
import type { OriginRule } from './options.js'

/** Longer than any host name with scheme and port (RFC 1035 §2.3.4): nothing is searched in more than that. */
const MAX_LENGTH = 300

/**
 * The value of `Access-Control-Allow-Origin`.
 *
 * @param rule what is allowed
 * @param origin who asks; undefined where the request does not say
 * @returns undefined for none
 */
export function allowedOrigin(rule: OriginRule, origin: string | undefined): string | undefined {
  // whoever asks: comparing it is the browser's part
  if (typeof rule === 'string') return rule
  if (origin === undefined || rule === false) return undefined
  if (rule === true) return origin
  const rules = listOf<string | RegExp>(rule)
  // not the origin itself: with credentials that would let every page in
  if (rules.includes('*')) return '*'
  return rules.some((one) => (typeof one === 'string' ? one === origin : matchesNames(one, origin)))
    ? origin
    : undefined
}

/** True if the answer is the same for all origins, so that caches need not tell them apart. */
export function isForAll(rule: OriginRule): boolean {
  return rule === '*' || (Array.isArray(rule) && rule.includes('*'))
}

/**
 * True if a pattern matches whole names: what it leaves out in front is another label of the host or the scheme, what it
 * leaves out behind is the port.
 */
function matchesNames(pattern: RegExp, origin: string): boolean {
  if (origin.length > MAX_LENGTH) return false
  const known = everywhere.get(pattern)
  const global = known ?? new RegExp(pattern.source, `${pattern.flags.replaceAll(/[gy]/g, '')}g`)
  if (known === undefined) everywhere.set(pattern, global)
  for (const { 0: found, index } of origin.matchAll(global)) {
    const rest = origin.slice(index + found.length)
    const begins = index === 0 || /[./]$/.test(origin.slice(0, index)) || /^[./]/.test(found)
    if (found !== '' && begins && /^(?::\d+)?$/.test(rest)) return true
  }
  return false
}

/** Patterns that find every match, whatever their flags were; made once. */
const everywhere = new WeakMap<RegExp, RegExp>()
