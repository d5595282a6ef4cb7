import { isPromise, type MaybePromise } from '../../common/index.js'
import type { RateLimitState, RateLimitStore } from '../../core/index.js'
import type { Step } from '../../pipeline/index.js'
import { ASKED_AGAIN, type HttpContext } from '../../web/index.js'
import { RateLimited } from '../errors.js'
import type { CompiledRule } from './options.js'

/** What the step needs of the application. */
export interface RateLimitParts {
  readonly store: RateLimitStore
  readonly skip: ((context: HttpContext) => boolean) | undefined
  /** Who makes the call, in text; undefined for nobody. */
  userOf(context: HttpContext): string | undefined
}

/**
 * The step that counts a call, and refuses it where a limit is reached.
 *
 * @param rules in order; the first that is reached decides
 * @param partsOf known once the application is built
 */
export function rateLimitStep(
  rules: readonly CompiledRule[],
  partsOf: () => RateLimitParts,
): Step<HttpContext> {
  return {
    kind: 'before',
    name: `rate limit ${rules.map(({ name }) => name).join(', ')}`,
    readsBody: false,
    run(context) {
      if (context.exchange.feature(ASKED_AGAIN) === true) return undefined
      const parts = partsOf()
      return parts.skip?.(context) === true ? undefined : countFrom(0, rules, parts, context)
    },
  }
}

function countFrom(
  first: number,
  rules: readonly CompiledRule[],
  parts: RateLimitParts,
  context: HttpContext,
): MaybePromise<void> {
  for (let index = first; index < rules.length; index += 1) {
    const rule = rules[index]!
    const key = keyOf(rule, parts, context)
    if (key === undefined) continue
    const { window, algorithm } = rule
    const limit = rule.limitOf(context)
    const state = parts.store.consume(rule.prefix + key, rule.costOf(context), { algorithm, limit, window })
    if (isPromise<RateLimitState>(state)) {
      return state.then((known) => {
        tell(context, rule, limit, known)
        return countFrom(index + 1, rules, parts, context)
      })
    }
    tell(context, rule, limit, state)
  }
}

function keyOf({ by }: CompiledRule, parts: RateLimitParts, context: HttpContext): string | undefined {
  if (by === 'route') return ''
  if (typeof by === 'function') return by(context)
  const user = by === 'user' ? parts.userOf(context) : undefined
  // kinds are told apart: nobody can register with the name of an address
  return user === undefined ? `ip:${networkOf(context.request.ip)}` : `user:${user}`
}

/**
 * Of IPv6, one client has a whole /64: each of its addresses is the same client.
 *
 * @param address of the client
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (mapped !== null) return mapped[1]!
  if (!address.includes(':')) return address
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]!.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** draft-ietf-httpapi-ratelimit-headers: the policy, and what is left of it. Times are seconds. */
function tell(
  context: HttpContext,
  { name, window }: CompiledRule,
  limit: number,
  state: RateLimitState,
): void {
  const { response } = context
  const { allowed, remaining, resetAfter, retryAfter } = state
  add(response, 'ratelimit-policy', `"${name}";q=${limit};w=${Math.ceil(window / 1000)}`)
  add(response, 'ratelimit', `"${name}";r=${remaining};t=${Math.ceil(resetAfter / 1000)}`)
  if (allowed) return
  const seconds = Math.max(1, Math.ceil(retryAfter / 1000))
  throw new RateLimited({ limit: name, seconds }, { headers: { 'retry-after': String(seconds) } })
}

function add(response: HttpContext['response'], name: string, value: string): void {
  const known = response.headers.get(name)
  response.setHeader(name, known === undefined ? value : `${known}, ${value}`)
}
