export { TestingAppExists, TestingPreview } from './errors.js'
export { TestingModule } from './testing-module.js'
export {
  Test,
  TestingModuleBuilder,
  type CompileOptions,
  type MockFactory,
  type Override,
} from './testing-module-builder.js'
