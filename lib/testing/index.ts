export { TestingModule } from './testing-module.js'
export { Test, TestingModuleBuilder, type MockFactory, type Override } from './testing-module-builder.js'
