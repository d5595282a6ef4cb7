/** What a rule says of a call. */
export interface Decision {
  readonly allowed: boolean
  /** Why, for people who may see it: logs, and clients in development. */
  readonly reason: string
  /** True if the caller must not learn that there is something: he is answered 404 in place of 403. */
  readonly hidden?: boolean
}

/** @param reason for the audit log */
export function allow(reason = 'it is allowed.'): Decision {
  return { allowed: true, reason }
}

/** @param reason for the audit log, and for clients in development */
export function deny(reason = 'it is not allowed.'): Decision {
  return { allowed: false, reason }
}

/**
 * Denies as if there was nothing: 404, like a resource that does not exist.
 *
 * @param reason for the audit log, and for clients in development
 */
export function hide(reason = 'it is not to be seen.'): Decision {
  return { allowed: false, reason, hidden: true }
}

/**
 * What a method of a policy has said. Anything but true and a decision is no: a forgotten `return` opens nothing.
 *
 * @param answer what it has returned
 * @param asked for the reason: `ArticlePolicy.update`
 */
export function toDecision(answer: unknown, asked: string): Decision {
  if (answer === true) return allow(`${asked} allows it.`)
  if (typeof answer !== 'object' || answer === null || !('allowed' in answer))
    return deny(`${asked} does not allow it.`)
  const { allowed, reason, hidden } = answer as Partial<Decision>
  return { allowed: allowed === true, reason: `${asked}: ${reason ?? ''}`, hidden: hidden === true }
}
