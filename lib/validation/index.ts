export { compileValidator, validatorFor, type CompiledValidator, type Validated } from './compile.js'
export type { CompileOptions } from './settings.js'
export type { TransformerPackage, ValidatorPackage } from './by-parts.js'
export { ValidationPipe, type ValidationPipeOptions } from './pipe.js'
export type { ValidationErrorFormat } from './error-format.js'
export { validationFeature } from './feature.js'
export { flattenMessages } from './messages.js'
export { validateBySchema } from './standard-schema.js'
export {
  isStandardSchema,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from '../common/index.js'
export { errorEntries, type ErrorEntry } from './error-entries.js'
export type { Translate, Untranslated } from './translate.js'
export {
  EnumMissing,
  InputTooDeep,
  InputTooLong,
  ResponseInvalid,
  RuleUnprovided,
  TypeUnknown,
} from './errors.js'
export { responseValidation, type ResponseValidationOptions } from './responses.js'
export {
  IntersectionType,
  mappedSources,
  OmitType,
  PartialType,
  PickType,
  type Intersection,
  type MappedSource,
} from './mapped-types.js'
export { DefaultValuePipe } from './pipes/default-value.js'
export { ParseArrayPipe, type ParseArrayPipeOptions } from './pipes/parse-array.js'
export { ParseBoolPipe } from './pipes/parse-bool.js'
export { ParseDatePipe, type ParseDatePipeOptions } from './pipes/parse-date.js'
export { ParseEnumPipe } from './pipes/parse-enum.js'
export { ParseFloatPipe, ParseIntPipe } from './pipes/parse-numbers.js'
export { ParseUUIDPipe, type ParseUUIDPipeOptions } from './pipes/parse-uuid.js'
export type { ParsePipeOptions } from './pipes/refusal.js'
