import type { Principal } from 'corbel/auth'

/** Somebody, as everybody sees him. */
export interface User {
  readonly id: string
  readonly name: string
  /** Chose his name himself, and may not be who he says. */
  readonly isGuest: boolean
}

/** Who a token stands for. */
export function userOf({ id, claims }: Principal): User {
  return { id, name: String(claims['name']), isGuest: claims['guest'] === true }
}
