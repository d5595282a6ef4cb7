// class-transformer publishes no types for its CommonJS files; these two are reached by path (see transformer-metadata.ts).

declare module 'class-transformer/cjs/storage.js' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage.js'
}

declare module 'class-transformer/cjs/TransformOperationExecutor.js' {
  export { TransformOperationExecutor } from 'class-transformer/types/TransformOperationExecutor.js'
}
