import { defineError } from '../common/index.js'

/** A folder that is not there. */
export const StaticRootMissing = defineError<{ root: string; reason: string }>(
  'CORBEL_STATIC_ROOT',
  'StaticModule: the folder {root} cannot be served: {reason}. Check the path (relative ones start from the working directory), or build what belongs there first.',
)

/** Options that contradict themselves or make no sense. */
export const StaticOptionsInvalid = defineError<{ option: string; value: string; advice: string }>(
  'CORBEL_STATIC_OPTIONS',
  'StaticModule: {option} cannot be {value}. {advice}',
)
