export { concatBytes, decodeUtf8, encodeUtf8, NO_BYTES } from './bytes.js'
export { CorbelError, defineError, type ErrorDefinition } from './errors.js'
export { typedKey, type TypedKey } from './typed-key.js'
export { isClass, isPromise, listOf, type AbstractClass, type Class, type MaybePromise } from './types.js'
