import type { TenantResolver } from './options.js'

interface Asked {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/**
 * Takes the tenant from a header of the request. Anybody can send it: a guard has to check that the caller belongs to the
 * tenant.
 *
 * @param name such as `x-tenant`
 */
export function tenantFromHeader(name: string): TenantResolver {
  const lower = name.toLowerCase()
  return (context) => {
    const value = context.switchToHttp().getRequest<Asked>().headers[lower]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
}

/**
 * Takes the tenant from the host of the request: `acme.shop.example` is the tenant `acme` of the domain `shop.example`.
 * Other hosts, and hosts with more labels, have none.
 *
 * @param domain without a leading dot
 */
export function tenantFromHost(domain: string): TenantResolver {
  const suffix = `.${domain.toLowerCase()}`
  return (context) => {
    const { hostname } = context.switchToHttp().getRequest<{ readonly hostname?: string }>()
    const host = hostname?.toLowerCase()
    if (host === undefined || !host.endsWith(suffix)) return undefined
    const tenant = host.slice(0, -suffix.length)
    return tenant === '' || tenant.includes('.') ? undefined : tenant
  }
}
