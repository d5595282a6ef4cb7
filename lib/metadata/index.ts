export { MetadataBag } from './bag.js'
export {
  constructorOwner,
  defineDecorator,
  readClass,
  readInheritedParameters,
  readMember,
  readParameters,
  type AnyDecorator,
  type DecoratorOptions,
  type DecoratorTarget,
  type DefinedDecorator,
  type MergeRule,
  type MetadataRef,
} from './define-decorator.js'
export { parameterTypes, propertyType, returnType } from './design-types.js'
export { MetadataScanner } from './metadata-scanner.js'
export { Reflector, type ReflectableDecorator, type ReflectTarget } from './reflector.js'
export { applyDecorators, SetMetadata, type CustomDecorator } from './set-metadata.js'
export {
  declarerOf,
  existingMembers,
  handlerSite,
  lineage,
  noteHandler,
  problemsOf,
  type DeclaringClass,
  type DecoratorProblem,
  type MetadataKey,
} from './store.js'
