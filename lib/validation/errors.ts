import { defineError } from '../common/index.js'

/** A value is nested more deeply than a validator follows it. */
export const InputTooDeep = defineError<{ limit: number }>(
  'CORBEL_VALIDATION_DEPTH',
  'The value is nested more than {limit} levels deep. Flatten it, or raise maxDepth of the validator.',
  { status: 400 },
)

/** `ParseEnumPipe` was made without the enum whose values it should accept. */
export const EnumMissing = defineError<{ pipe: string }>(
  'CORBEL_VALIDATION_ENUM_MISSING',
  '{pipe} has no enum to compare with. Write new {pipe}(YourEnum); with a circular import it may still be undefined.',
)
