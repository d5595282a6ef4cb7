import { defineError } from '../common/index.js'

/** A header value that browsers would not understand, or that could not be sent. */
export const SecurityHeadersInvalid = defineError<{ option: string; value: string; advice: string }>(
  'CORBEL_SECURITY_HEADERS',
  'securityHeaders: {option} cannot be {value}. {advice}',
)

/** A limit that cannot be counted. */
export const RateLimitInvalid = defineError<{ name: string; route: string; problem: string }>(
  'CORBEL_RATE_LIMIT_INVALID',
  'The rate limit "{name}" of {route} cannot be used: {problem}',
)

/** A client that has asked for more than it may. */
export const RateLimited = defineError<{ limit: string; seconds: number }>(
  'CORBEL_RATE_LIMITED',
  'Too many requests. Try again in {seconds} s.',
  { status: 429 },
)

/** Options by which forged requests would not be told from others. */
export const CsrfOptionsInvalid = defineError<{ problem: string }>(
  'CORBEL_CSRF_OPTIONS_INVALID',
  'The option csrf cannot be used: {problem}',
)

/** Tokens that nobody could sign. */
export const CsrfSecretMissing = defineError<Record<never, never>>(
  'CORBEL_CSRF_SECRET_MISSING',
  'CSRF tokens need a secret to be signed with. Give one: createApp(Root, { cookies: { secrets: [...] } }).',
)

/** A request that another site may have made a browser send. */
export const CsrfRefused = defineError<{ reason: string }>(
  'CORBEL_CSRF_REFUSED',
  'The request may have been forged by another site: {reason}',
  { status: 403 },
)

/** Input that a database could take for a command. */
export const InputOperator = defineError<{ path: string }>(
  'CORBEL_INPUT_OPERATOR',
  'The member {path} has a name that is not allowed: those that begin with $, or have a dot.',
  { status: 400 },
)

/** A security.txt that nobody could use. */
export const SecurityTxtInvalid = defineError<{ field: string; problem: string }>(
  'CORBEL_SECURITY_TXT',
  'The field {field} of security.txt cannot be used: {problem}',
)
