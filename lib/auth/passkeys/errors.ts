import { defineError } from '../../common/index.js'

/** A passkey that was not made for this, here, and now. Which check it failed stays in the cause. */
export const PasskeyRefused = defineError<Record<never, never>>(
  'CORBEL_PASSKEY_REFUSED',
  'The passkey was not accepted. Begin again, and finish in the same browser.',
  { status: 400 },
)
