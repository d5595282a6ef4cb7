import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * The Vitest configuration of Corbel: Jest's globals (`describe it expect jest`), `@jest/globals`, and decorator
 * metadata, so that specs written for Jest run unchanged.
 */
export default defineConfig({
  oxc: { decorator: { legacy: true, emitDecoratorMetadata: true } },
  resolve: {
    alias: [
      { find: /^corbel$/, replacement: root('./lib/index.ts') },
      { find: /^corbel\/(.+)$/, replacement: root('./lib') + '/$1/index.ts' },
      { find: /^@jest\/globals$/, replacement: root('./spec/support/jest-globals.ts') },
      // two copies of graphql are loaded otherwise (one by import, one by require)
      { find: /^graphql$/, replacement: 'graphql/index.js' },
    ],
  },
  test: {
    globals: true,
    // the default leaves one core to the runner itself, which on two cores halves the speed
    maxWorkers: '100%',
    include: ['spec/**/*.spec.ts', 'samples/**/*.spec.ts'],
    exclude: ['**/node_modules/**', 'spec/bench/**'],
    setupFiles: [root('./spec/support/setup.ts')],
    // far beyond what anything takes: a slow machine, or one that does other things too, is no reason to fail
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000, interval: 5 } },
  },
})
