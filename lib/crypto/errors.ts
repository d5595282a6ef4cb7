import { defineError } from '../common/index.js'

/** Keys that cannot be read, or would not be safe. */
export const CryptoKeysInvalid = defineError<{ problem: string }>(
  'CORBEL_CRYPTO_KEYS_INVALID',
  'The keys cannot be used: {problem} Make one by: npx corbel-keygen',
)

/** A text that was not encrypted here, or for something else, or that somebody has changed. */
export const DecryptionFailed = defineError<{ reason: string }>(
  'CORBEL_DECRYPTION_FAILED',
  'A value cannot be decrypted: {reason}',
)

/** A token or URL that was not signed here, or that somebody has changed. */
export const SignatureInvalid = defineError<Record<never, never>>(
  'CORBEL_SIGNATURE_INVALID',
  'The signature is not valid.',
  { status: 403 },
)

/** A token or URL whose time is over. */
export const SignatureExpired = defineError<{ expiredAt: Date }>(
  'CORBEL_SIGNATURE_EXPIRED',
  'This was good for a while, and is not any more. Ask for a new one.',
  { status: 403 },
)
