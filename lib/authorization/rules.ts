import { publicOn } from '../auth/index.js'
import { readClass, type MetadataRef } from '../metadata/index.js'
import { endpointName, type EndpointModel } from '../pipeline/index.js'
import { CAN, Permissions, Roles, Unrestricted, type CanDemand } from './decorators.js'
import { AuthorizationInvalid } from './errors.js'

/** What an endpoint asks of its callers. */
export interface Rule {
  /** One of them is enough; undefined where it does not matter. */
  readonly roles: readonly string[] | undefined
  /** All of them are needed. */
  readonly permissions: readonly string[] | undefined
  /** All of them have to say yes. */
  readonly demands: readonly CanDemand[]
}

/** Where decorators stand, from near to far. */
const LEVELS = ['method', 'class', 'module'] as const

/**
 * Reads the rules of an endpoint: those that stand nearer than `@Unrestricted()` and `@Public()`.
 *
 * @param endpoint of any transport
 * @returns undefined if there are none; `'open'` if it says so itself
 * @throws {CorbelError} CORBEL_AUTHORIZATION_INVALID for what contradicts itself
 */
export function ruleOf(endpoint: EndpointModel): Rule | 'open' | undefined {
  const lifted = liftedAt(endpoint)
  const roles = nearest(endpoint, Roles)
  const permissions = nearest(endpoint, Permissions)
  const demands = LEVELS.map((level) => at(endpoint, CAN, level) ?? [])
  const declared = [
    ['Roles', roles?.level],
    ['Permissions', permissions?.level],
    ['Can', demands.findIndex((list) => list.length > 0)],
  ] as const
  if (lifted !== undefined)
    for (const [name, level = -1] of declared)
      if (level !== -1 && level <= lifted.level && (level === lifted.level || lifted.by === 'Public'))
        throw new AuthorizationInvalid({
          place: endpointName(endpoint),
          problem: `@${lifted.by}() lets everybody in, and @${name}() does not. Remove one of them.`,
        })
  const end = lifted?.level ?? LEVELS.length
  const rule: Rule = {
    roles: roles !== undefined && roles.level < end ? roles.value : undefined,
    permissions: permissions !== undefined && permissions.level < end ? permissions.value : undefined,
    demands: demands.slice(0, end).toReversed().flat(),
  }
  const isEmpty = rule.roles === undefined && rule.permissions === undefined && rule.demands.length === 0
  return isEmpty ? (lifted === undefined ? undefined : 'open') : rule
}

function liftedAt(endpoint: EndpointModel): { readonly level: number; readonly by: string } | undefined {
  const isPublic = publicOn(endpoint)
  const found = [
    { level: isPublic === undefined ? -1 : LEVELS.indexOf(isPublic), by: 'Public' },
    { level: nearest(endpoint, Unrestricted)?.level ?? -1, by: 'Unrestricted' },
  ].filter(({ level }) => level !== -1)
  return found.sort((a, b) => a.level - b.level)[0]
}

function nearest<Value>(
  endpoint: EndpointModel,
  ref: MetadataRef<Value>,
): { readonly value: Value; readonly level: number } | undefined {
  for (const [index, level] of LEVELS.entries()) {
    const value = at(endpoint, ref, level)
    if (value !== undefined) return { value, level: index }
  }
  return undefined
}

function at<Value>(
  { metadata, module }: EndpointModel,
  ref: MetadataRef<Value>,
  level: (typeof LEVELS)[number],
): Value | undefined {
  if (level === 'method') return metadata.onMethod(ref)
  return level === 'class' ? metadata.onClass(ref) : readClass(ref, module.type)
}
