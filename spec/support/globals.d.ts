/// <reference types="vitest/globals" />

/** Jest's global object, set by spec/support/setup.ts. */
declare const jest: (typeof import('vitest'))['vi']
