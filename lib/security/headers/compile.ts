import { HeaderList } from '../../http/index.js'
import type { StandardHeaders } from '../../web/index.js'
import { SecurityHeadersInvalid } from '../errors.js'
import { compilePolicy, type ContentSecurityPolicy } from './content-security-policy.js'
import type { SecurityHeadersOptions, StrictTransportSecurity } from './options.js'

const YEAR = 31_536_000

type Field = readonly [name: string, value: string]

/**
 * Prepares the headers of all answers.
 *
 * @param options what is different from the default
 * @throws {CorbelError} CORBEL_SECURITY_HEADERS
 */
export function compileSecurityHeaders(options: SecurityHeadersOptions): StandardHeaders {
  const { nosniff = true, hsts = true, reportOnly = false } = options
  const policy = policyOf(options)
  const name = reportOnly ? 'content-security-policy-report-only' : 'content-security-policy'
  const constant: Field | undefined = policy === undefined ? undefined : [name, policy(undefined)]
  const compiled: StandardHeaders = {
    every: nosniff ? [['x-content-type-options', 'nosniff']] : [],
    secure:
      hsts === false ? [] : [['strict-transport-security', transportSecurity(hsts === true ? {} : hsts)]],
    pages: pageFields(options),
    policy: (nonce) => (nonce === undefined || policy === undefined ? constant : [name, policy(nonce)]),
  }
  check([...compiled.every, ...compiled.secure, ...compiled.pages])
  return compiled
}

function policyOf({
  contentSecurityPolicy,
  frameOptions = 'SAMEORIGIN',
}: SecurityHeadersOptions): ReturnType<typeof compilePolicy> | undefined {
  if (contentSecurityPolicy === false) return undefined
  const given: ContentSecurityPolicy = contentSecurityPolicy ?? {
    'base-uri': ["'self'"],
    'object-src': ["'none'"],
  }
  const isSaid = 'frame-ancestors' in given || 'frameAncestors' in given || frameOptions === false
  const ancestors = frameOptions === 'DENY' ? "'none'" : "'self'"
  const all = isSaid ? given : { ...given, 'frame-ancestors': [ancestors] }
  return Object.keys(all).length === 0 ? undefined : compilePolicy(all)
}

function pageFields(options: SecurityHeadersOptions): readonly Field[] {
  const { permissionsPolicy = false, embedderPolicy = false } = options
  const fields: readonly (readonly [name: string, value: string | false])[] = [
    ['x-frame-options', options.frameOptions ?? 'SAMEORIGIN'],
    ['referrer-policy', options.referrerPolicy ?? 'strict-origin-when-cross-origin'],
    ['cross-origin-opener-policy', options.openerPolicy ?? 'same-origin'],
    ['cross-origin-resource-policy', options.resourcePolicy ?? 'same-origin'],
    ['cross-origin-embedder-policy', embedderPolicy],
    ['x-dns-prefetch-control', options.dnsPrefetch ?? 'off'],
    ['permissions-policy', permissionsPolicy === false ? false : permissions(permissionsPolicy)],
  ]
  return fields.filter((field): field is Field => field[1] !== false)
}

/** Permissions Policy §5: a structured dictionary; `self` and `*` are tokens, origins are strings. */
function permissions(policy: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(policy)
    .map(([given, allowed]) => {
      const feature = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
      const names = allowed.map((one) => (one === 'self' || one === '*' ? one : JSON.stringify(one)))
      return names.length === 1 && names[0] === '*' ? `${feature}=*` : `${feature}=(${names.join(' ')})`
    })
    .join(', ')
}

function transportSecurity({
  maxAge = YEAR,
  includeSubDomains = false,
  preload = false,
}: StrictTransportSecurity): string {
  const refuse = (value: unknown, advice: string): never => {
    throw new SecurityHeadersInvalid({ option: 'hsts', value: JSON.stringify(value), advice })
  }
  if (!Number.isSafeInteger(maxAge) || maxAge < 0) refuse({ maxAge }, 'Give whole seconds.')
  if (preload && (!includeSubDomains || maxAge < YEAR))
    refuse({ maxAge, includeSubDomains, preload }, 'The lists ask for includeSubDomains and a year.')
  return `max-age=${maxAge}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`
}

function check(fields: readonly Field[]): void {
  for (const [name, value] of fields) {
    try {
      if (typeof value !== 'string') throw new TypeError('Give text.')
      new HeaderList().set(name, value)
    } catch (error) {
      throw new SecurityHeadersInvalid({
        option: name,
        value: JSON.stringify(value),
        advice: (error as Error).message,
      })
    }
  }
}
