export { concatBytes, decodeUtf8, encodeUtf8, NO_BYTES } from './bytes.js'
export { CallStorage } from './call-storage.js'
export { CorbelError, defineError, type DefinedErrorOptions, type ErrorDefinition } from './errors.js'
export { copyOfModule } from './module-copies.js'
export { explainMissingPackage, PackageMissing } from './optional-package.js'
export { locateFunctions } from './source-location.js'
export {
  isStandardSchema,
  schemaOf,
  type SchemaIssue,
  type SchemaResult,
  type StandardSchema,
} from './standard-schema.js'
export { typedKey, type TypedKey } from './typed-key.js'
export { isClass, isPromise, listOf, type AbstractClass, type Class, type MaybePromise } from './types.js'
