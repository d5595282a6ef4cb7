import 'reflect-metadata'
import { vi } from 'vitest'

/** Jest's global object, for specs that were written for Jest. */
;(globalThis as { jest?: typeof vi }).jest = vi
