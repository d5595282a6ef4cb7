import { defineError } from '../common/index.js'

/** Options or decorators with which nobody could be authorized, or everybody. */
export const AuthorizationInvalid = defineError<{ place: string; problem: string }>(
  'CORBEL_AUTHORIZATION_INVALID',
  'The authorization of {place} cannot work: {problem}',
)

/** A policy that does not do what routes ask of it. */
export const PolicyInvalid = defineError<{ policy: string; problem: string }>(
  'CORBEL_POLICY_INVALID',
  'The policy {policy} cannot be used: {problem}',
)

/** A question that no policy answers. */
export const PolicyUnknown = defineError<{ action: string; resource: string }>(
  'CORBEL_POLICY_UNKNOWN',
  'No policy says who can {action} {resource}. Add a method of that name to the class with @Policy({resource}), and list it under "providers".',
)

/** Nobody is logged in where rules ask who somebody is. */
export const LoginRequired = defineError<{ reasons: readonly string[] | undefined }>(
  'CORBEL_AUTHORIZATION_LOGIN_REQUIRED',
  'Log in to do this.',
  { status: 401, tells: ['reasons'] },
)

/** Somebody who may not do what he asks for. Reasons are told in development only. */
export const AccessDenied = defineError<{ reasons: readonly string[] | undefined }>(
  'CORBEL_AUTHORIZATION_DENIED',
  'You are not allowed to do this.',
  { status: 403, tells: ['reasons'] },
)

/** A resource that is not there, or that the caller must not know of: the answer is the same. */
export const ResourceNotFound = defineError<{ resource: string; reasons: readonly string[] | undefined }>(
  'CORBEL_AUTHORIZATION_RESOURCE_NOT_FOUND',
  'There is no such {resource}.',
  { status: 404, tells: ['reasons'] },
)
