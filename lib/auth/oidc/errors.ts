import { defineError } from '../../common/index.js'

/** A login at a provider that came to nothing: refused there, or not what was asked for. */
export const ProviderRefused = defineError<{ provider: string; reason: string }>(
  'CORBEL_AUTH_PROVIDER_REFUSED',
  'The login at {provider} came to nothing. Try again.',
  { status: 401 },
)

/** A provider that does not answer, or not as it should. */
export const ProviderFailed = defineError<{ provider: string }>(
  'CORBEL_AUTH_PROVIDER_FAILED',
  '{provider} does not answer as it should. Try again later, or log in otherwise.',
  { status: 502 },
)

/** An identity whose address belongs to an account that it is not linked with. */
export const AccountExists = defineError<{ provider: string }>(
  'CORBEL_AUTH_ACCOUNT_EXISTS',
  'There is an account with this address already. Log in to it as usual, then link {provider} in its settings.',
  { status: 409 },
)

/** An identity that is linked with another account. */
export const IdentityTaken = defineError<{ provider: string }>(
  'CORBEL_AUTH_IDENTITY_TAKEN',
  'This login at {provider} is linked with another account.',
  { status: 409 },
)
