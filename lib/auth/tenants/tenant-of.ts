import { authorizationFor, type CredentialSource } from '../credentials.js'

/** Finds out whose data a call is about; undefined if it does not say. */
export type TenantReader = (source: CredentialSource) => string | undefined

/** Tenants are asked for in databases, caches and URLs: only what a label of a domain has. */
const FORM = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * The label in front of a domain: `acme` of `acme.app.example`.
 *
 * @param domain what stands behind it: `app.example`
 */
export function tenantFromHost(domain: string): TenantReader {
  const end = `.${domain.toLowerCase()}`
  return ({ host }) => {
    const name = host?.toLowerCase().replace(/:\d+$/, '')
    return name?.endsWith(end) === true ? checked(name.slice(0, -end.length)) : undefined
  }
}

/**
 * A segment of the path: `acme` of `/t/acme/orders`.
 *
 * @param prefix what stands in front of it: `/t/`. Default `/`
 */
export function tenantFromPath(prefix = '/'): TenantReader {
  return ({ path }) =>
    path?.startsWith(prefix) === true ? checked(path.slice(prefix.length).split('/', 1)[0]!) : undefined
}

/**
 * A header.
 *
 * @param name Default `X-Tenant`
 */
export function tenantFromHeader(name = 'X-Tenant'): TenantReader {
  const key = name.toLowerCase()
  return (source) => checked(source.header(key) ?? '')
}

/**
 * A claim of the bearer token. Nobody has verified it when it is read: it says by whose keys the token is to be verified, and
 * a token that they have not signed is refused.
 *
 * @param name of the claim. Default `tenant`
 */
export function tenantFromClaim(name = 'tenant'): TenantReader {
  return (source) => {
    const payload = authorizationFor(source, 'Bearer')?.split('.', 3)[1]
    const value = payload === undefined ? undefined : membersOf(payload)?.[name]
    return typeof value === 'string' ? checked(value) : undefined
  }
}

function membersOf(payload: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined
  } catch {
    return undefined
  }
}

function checked(text: string): string | undefined {
  return FORM.test(text) ? text : undefined
}
