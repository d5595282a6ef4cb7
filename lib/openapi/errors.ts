import { defineError } from '../common/index.js'

/** A decorator names a type that is not there, or is none. */
export const TypeMissing = defineError<{ origin: string }>(
  'CORBEL_OPENAPI_TYPE_MISSING',
  'The type of {origin} is missing or is no type. If two files import each other, write a function: type: () => Thing.',
)

/** Options that contradict each other or name what is not there. */
export const OpenApiOptionsInvalid = defineError<{ reason: string }>(
  'CORBEL_OPENAPI_OPTIONS',
  'OpenAPI: {reason}',
)

/** Two operations would have one id, as their decorators demand it. */
export const OperationIdTaken = defineError<{ id: string; first: string; second: string }>(
  'CORBEL_OPENAPI_OPERATION_ID',
  'The operationId "{id}" is given to both {first} and {second}. Change one @ApiOperation({ operationId }).',
)

/** A class refers to a component that the document does not have. */
export const ReferenceBroken = defineError<{ reference: string; origin: string }>(
  'CORBEL_OPENAPI_REFERENCE',
  '{origin} refers to {reference}, which the document does not have. Add the class to @ApiExtraModels(…), or correct the name.',
)

/** A response that the document does not promise. */
export const ContractBroken = defineError<{ operation: string; status: number; breaches: string }>(
  'CORBEL_OPENAPI_CONTRACT',
  '{operation} answered {status}, which breaks the document: {breaches}. Correct the handler, or what its decorators say.',
  { status: 500 },
)
