import type { Principal } from '../../core/index.js'
import type { JwtPayload } from '../jwt-service.js'

/**
 * Reads a principal from claims: `sub`, `scope` (RFC 8693 §4.2) or `scp`, `roles` (RFC 9068 §2.2.3.1), `permissions`, `tenant`,
 * `amr` and `auth_time`.
 *
 * @param claims of a verified token
 * @returns undefined if there is no `sub`
 */
export function principalOfClaims(claims: JwtPayload): Omit<Principal, 'strategy'> | undefined {
  const { sub, auth_time: authTime, tenant } = claims
  if (sub === undefined || sub === '') return undefined
  const scopes = typeof claims['scope'] === 'string' ? words(claims['scope']) : texts(claims['scp'])
  const roles = texts(claims['roles'])
  const permissions = texts(claims['permissions'])
  const factors = texts(claims['amr'])
  return {
    id: sub,
    ...(scopes !== undefined && { scopes }),
    ...(roles !== undefined && { roles }),
    ...(permissions !== undefined && { permissions }),
    ...(factors !== undefined && { factors }),
    ...(typeof tenant === 'string' && { tenant }),
    ...(typeof authTime === 'number' && { authenticatedAt: authTime * 1000 }),
    claims,
  }
}

function words(text: string): string[] {
  return text.split(' ').filter((word) => word !== '')
}

function texts(value: unknown): string[] | undefined {
  if (typeof value === 'string') return words(value)
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : undefined
}
