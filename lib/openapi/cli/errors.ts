import { defineError } from '../../common/index.js'

/** A command line that says nothing that can be done. */
export const OpenApiCommandInvalid = defineError<{ reason: string }>(
  'CORBEL_OPENAPI_COMMAND',
  '{reason} Run corbel-openapi --help for what there is.',
)

/** A file from which no application can be had. */
export const OpenApiEntryInvalid = defineError<{ file: string; reason: string }>(
  'CORBEL_OPENAPI_ENTRY',
  '{file}: {reason}',
)

/** A file that should be a document and is none. */
export const DocumentUnreadable = defineError<{ file: string; reason: string }>(
  'CORBEL_OPENAPI_FILE',
  '{file} is no OpenAPI document: {reason}',
)
