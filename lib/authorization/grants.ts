import { AuthorizationInvalid } from './errors.js'

/** What comes with a role. */
export interface RoleDefinition {
  /** Roles whose rights it has, too. */
  readonly includes?: readonly string[]
  /** What it permits: `articles:write`, `articles:*`, `*`. */
  readonly permissions?: readonly string[]
}

/** Roles by name. */
export type RoleDefinitions = Readonly<Record<string, RoleDefinition>>

/** What somebody has: his roles with all that they include, and all that he is permitted. */
export interface Grants {
  readonly roles: ReadonlySet<string>
  readonly permissions: readonly string[]
}

/** What roles mean, worked out once. */
export class RoleHierarchy {
  private readonly byRole = new Map<string, Grants>()

  /**
   * @param definitions of all roles; without them, roles are just names
   * @throws {CorbelError} CORBEL_AUTHORIZATION_INVALID for roles that include themselves or unknown ones, and for
   *   permissions that cannot be read
   */
  constructor(private readonly definitions?: RoleDefinitions) {
    for (const name of Object.keys(definitions ?? {})) this.byRole.set(name, this.expand(name, []))
  }

  /** @returns false for a role that is not defined, where roles are */
  knows(role: string): boolean {
    return this.definitions === undefined || this.byRole.has(role)
  }

  /** The names of all roles that are defined. */
  get names(): readonly string[] {
    return [...this.byRole.keys()]
  }

  /**
   * @param roles that somebody has
   * @param permissions that he has beside them
   */
  grantsOf(roles: readonly string[], permissions: readonly string[]): Grants {
    const all = roles.map((role) => this.byRole.get(role) ?? { roles: new Set([role]), permissions: [] })
    return {
      roles: new Set(all.flatMap((one) => [...one.roles])),
      permissions: [...permissions, ...all.flatMap((one) => one.permissions)],
    }
  }

  private expand(name: string, path: readonly string[]): Grants {
    const way = [...path, name]
    const place = `the role "${name}"`
    if (path.includes(name))
      throw new AuthorizationInvalid({ place, problem: `it includes itself: ${way.join(' → ')}.` })
    if (!Object.hasOwn(this.definitions!, name)) {
      const problem = `"${path.at(-1)!}" includes it, and it is not defined. Add it to roles.`
      throw new AuthorizationInvalid({ place, problem })
    }
    const { includes = [], permissions = [] } = this.definitions![name]!
    for (const permission of permissions) assertPermission(permission, place)
    const below = includes.map((one) => this.expand(one, way))
    return {
      roles: new Set([name, ...below.flatMap((one) => [...one.roles])]),
      permissions: [...new Set([...permissions, ...below.flatMap((one) => one.permissions)])],
    }
  }
}

const FORM = /^(?:\*|[^\s:*]+)(?::(?:\*|[^\s:*]+))*$/

/**
 * @param permission words between colons; `*` stands for a whole word
 * @param place that names it, for the message
 * @throws {CorbelError} CORBEL_AUTHORIZATION_INVALID
 */
export function assertPermission(permission: string, place: string): void {
  if (FORM.test(permission)) return
  const problem = `"${permission}" is no permission. Write words between colons, as in articles:write; * stands for a whole word.`
  throw new AuthorizationInvalid({ place, problem })
}

/**
 * Whether a permission that somebody has is good for one that is asked for: word by word, `*` for any one word, and at the
 * end for any number of words, one at least.
 *
 * @param held `articles:*`
 * @param asked `articles:write`; a `*` in it is asked for as such
 */
export function covers(held: string, asked: string): boolean {
  if (held === asked) return true
  const have = held.split(':')
  const want = asked.split(':')
  for (const [index, word] of have.entries()) {
    if (index >= want.length) return false
    if (word === '*' ? index === have.length - 1 : false) return true
    if (word !== '*' && word !== want[index]) return false
  }
  return have.length === want.length
}
