import { defineError } from '../common/index.js'

/** A value is nested more deeply than a validator follows it. */
export const InputTooDeep = defineError<{ limit: number }>(
  'CORBEL_VALIDATION_DEPTH',
  'The value is nested more than {limit} levels deep. Flatten it, or raise maxDepth of the validator.',
  { status: 400 },
)

/** A list is longer than a validator follows it. */
export const InputTooLong = defineError<{ limit: number }>(
  'CORBEL_VALIDATION_SIZE',
  'A list has more than {limit} items. Send it in parts, or raise maxItems of the validator.',
  { status: 400 },
)

/** `ParseEnumPipe` was made without the enum whose values it should accept. */
export const EnumMissing = defineError<{ pipe: string }>(
  'CORBEL_VALIDATION_ENUM_MISSING',
  '{pipe} has no enum to compare with. Write new {pipe}(YourEnum); with a circular import it may still be undefined.',
)

/** A constraint class with dependencies that no container can give it. */
export const RuleUnprovided = defineError<{ rule: string; property: string }>(
  'CORBEL_VALIDATION_RULE_UNPROVIDED',
  'The rule {rule} of {property} has dependencies, but is no provider. List {rule} under "providers" of the module that has them.',
)

/** A `@Type` whose function gives no class. */
export const TypeUnknown = defineError<{ property: string; given: string }>(
  'CORBEL_VALIDATION_TYPE_UNKNOWN',
  '@Type on {property} names no class ({given}), so nothing in it would be validated. Where two files import each other, put one of the classes into a file of its own.',
)

/** What a handler returned is not what its `@Returns` declares. */
export const ResponseInvalid = defineError<{ route: string; breaches: string }>(
  'CORBEL_RESPONSE_INVALID',
  "{route} returned what its @Returns does not allow: {breaches}. Correct the handler or the class; responses: { validate: 'warn' } only logs it.",
  { status: 500 },
)
