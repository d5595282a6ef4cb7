import { defineError } from '../common/index.js'

/** A second set of options for one application. */
export const TestingAppExists = defineError<Record<never, never>>(
  'CORBEL_TESTING_APP_EXISTS',
  'This testing module has its application already. Give the options to the first createApp(), before init().',
)

/** A module that is to be described without being built. */
export const TestingPreview = defineError<Record<never, never>>(
  'CORBEL_TESTING_PREVIEW',
  'compile({ preview: true }) is not there: Corbel always builds what it has checked. Replace what must not run by overrideProvider(), and read module.describe().',
)
