import { AUDIT_LOG, recordAudit, type AppModel, type AuditLog, type Feature } from '../../core/index.js'
import { endpointName, Slot, type Step } from '../../pipeline/index.js'
import { COOKIE_CREDENTIALS, type HttpContext, type HttpEndpoint } from '../../web/index.js'
import { CsrfRefused } from '../errors.js'
import { SkipCsrf } from './decorators.js'
import { csrfSettings, type CsrfOptions, type CsrfSettings } from './options.js'
import { sourceOf } from './origin.js'
import { useSettings } from './settings.js'
import { hasToken } from './token.js'

/** RFC 9110 §9.2.1, and QUERY: browsers may send them without being asked, since they change nothing. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY'])

/**
 * Refuses requests that other sites make browsers send (CSRF): on every route that changes something, where cookies say who
 * calls. Which pages may send them is told by what browsers say of a request, and by tokens where they say nothing.
 *
 * @param options true checks also where no feature recognises callers by cookies, as where middleware does; false never checks.
 *   Default: only where some feature does
 * @throws {CorbelError} CORBEL_CSRF_OPTIONS_INVALID
 */
export function csrfFeature(options?: CsrfOptions | boolean): Feature {
  const settings = csrfSettings(typeof options === 'object' ? options : {})
  return {
    name: 'csrf',
    check(model) {
      for (const endpoint of model.endpoints as unknown as readonly HttpEndpoint[])
        if (endpoint.kind === 'http') useSettings(endpoint, settings)
      if (options === false) return
      // known once everything is built: strategies may come from factories
      let names: readonly string[] | undefined
      const cookies = (): readonly string[] =>
        (names ??= model.contributions(COOKIE_CREDENTIALS).flatMap((namesOf) => namesOf(model)))
      const auditOf = auditReader(model)
      model.addSteps<HttpContext>({
        name: 'csrf',
        slot: Slot.Admit,
        create(endpoint) {
          const { kind, metadata, method } = endpoint as unknown as HttpEndpoint
          if (kind !== 'http' || SAFE.has(method)) return undefined
          if (metadata.onMethod(SkipCsrf) ?? metadata.onClass(SkipCsrf) ?? false) return undefined
          if (cookies().length === 0 && options === undefined) return undefined
          return csrfStep({ settings, cookies: cookies(), name: endpointName(endpoint), auditOf })
        },
      })
    },
  }
}

interface CsrfParts {
  readonly settings: CsrfSettings
  /** The names of cookies that say who calls; none known: any cookie may. */
  readonly cookies: readonly string[]
  readonly name: string
  auditOf(): AuditLog | undefined
}

function csrfStep({ settings, cookies, name, auditOf }: CsrfParts): Step<HttpContext> {
  return {
    kind: 'before',
    name: 'csrf',
    // what forms bring is looked at where the route reads it anyway
    ...(settings.tokens === 'unknown' && { readsBody: false }),
    run(context) {
      const reason = refusalOf(context, settings, cookies)
      if (reason === undefined) return undefined
      recordAudit(auditOf(), {
        type: 'csrf.refused',
        outcome: 'failure',
        action: name,
        address: context.request.ip,
        reason,
        details: { origin: context.exchange.headers.get('origin') },
      })
      throw new CsrfRefused({ reason })
    },
  }
}

function refusalOf(
  context: HttpContext,
  settings: CsrfSettings,
  cookies: readonly string[],
): string | undefined {
  // middleware may have put another method in the place of the one that was sent: both have to be harmless
  if (SAFE.has(context.exchange.method) && SAFE.has(context.method)) return undefined
  const isClaimed = hasCookie(context, cookies)
  // a browser sends such credentials only for scripts, and only to origins that allow it (CORS)
  if (!isClaimed && hasOwnCredentials(context)) return undefined
  const source = sourceOf(context, settings.trustedOrigins)
  if (source === 'foreign')
    return 'it comes from a page of another site. Name its origin in trustedOrigins if it should be allowed.'
  // `app.inject()` without a word of a browser: a test, and nobody that another site could use
  if (source === 'unsaid' && context.exchange.protocol === 'memory') return undefined
  const isAlways = settings.tokens === 'always'
  const isDoubtful = source === 'opaque' || (source === 'unsaid' && isClaimed && !settings.allowUnknown)
  const needsToken = isDoubtful || (isAlways && (source === 'own' || isClaimed))
  return needsToken && !hasToken(context, settings) ? WITHOUT_TOKEN[source] : undefined
}

const WITHOUT_TOKEN = {
  own: 'it brings no valid CSRF token.',
  opaque: 'its page hides where it is, and it brings no valid CSRF token.',
  unsaid:
    'it does not say which page it comes from (Origin, Sec-Fetch-Site), and it brings no valid CSRF token.',
} as const

function hasCookie({ exchange, request }: HttpContext, names: readonly string[]): boolean {
  if (exchange.headers.get('cookie') === undefined) return false
  const cookies = request.cookies as Readonly<Record<string, unknown>> | undefined
  // what middleware makes of cookies is not known here
  if (names.length === 0 || cookies === undefined) return true
  return names.some((name) => Object.hasOwn(cookies, name))
}

/** Schemes that a browser remembers and adds by itself are as good as cookies for an attacker. */
const AMBIENT = /^(?:basic|digest|negotiate|ntlm)(?: |$)/i

function hasOwnCredentials({ exchange }: HttpContext): boolean {
  const value = exchange.headers.get('authorization')
  return value !== undefined && !AMBIENT.test(value.trim())
}

function auditReader(model: AppModel): () => AuditLog | undefined {
  let found: { readonly log: AuditLog | undefined } | undefined
  return () => {
    if (found === undefined) {
      const record = [...model.graph.records()].find(({ token }) => token === AUDIT_LOG)
      found = { log: record === undefined ? undefined : (model.injector.resolve(record) as AuditLog) }
    }
    return found.log
  }
}
