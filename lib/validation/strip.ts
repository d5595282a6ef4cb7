import { isPlainObject } from './convert.js'

/**
 * Removes the keys through which a later merge could reach a prototype, at every level.
 *
 * @param value what is handed on as it came; changed in place
 */
export function stripDangerousKeys(value: unknown): void {
  if (Array.isArray(value)) {
    for (const item of value) stripDangerousKeys(item)
  } else if (isPlainObject(value)) {
    for (const key of Object.keys(value)) {
      if (key === '__proto__' || key === 'prototype' || key === 'constructor') delete value[key]
      else stripDangerousKeys(value[key])
    }
  }
}
