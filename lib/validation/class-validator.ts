import { createRequire } from 'node:module'
import type * as Library from 'class-validator'

let library: typeof Library | undefined

/**
 * class-validator, loaded when something is validated for the first time. It is some two hundred files, a third of the
 * time that a small application takes to start, and whoever writes rules has loaded it already.
 */
export function classValidator(): typeof Library {
  return (library ??= createRequire(import.meta.url)('class-validator') as typeof Library)
}

/** True if some class has rules: the store of all rules is made with the first one. */
export function hasRules(): boolean {
  return (
    (globalThis as { classValidatorMetadataStorage?: object }).classValidatorMetadataStorage !== undefined
  )
}
