import type { Principal } from 'corbel/auth'

/** Who is logged in, as pages show him. */
export interface User {
  readonly id: string
  readonly name: string
  readonly email: string
  readonly role: string
}

export function userOf({ id, roles = [], claims }: Principal): User {
  return { id, name: String(claims['name']), email: String(claims['email']), role: roles[0] ?? 'member' }
}
