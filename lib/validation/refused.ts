import type { PlainObject } from './convert.js'

/** Says that a value is not accepted at once; the thorough way finds out what is wrong with it, if anything. */
export const REFUSED = Symbol('refused')

/**
 * Makes the instance of a plain object all of whose checked properties are right.
 *
 * @returns the instance, or `REFUSED`
 */
export type Accept = (plain: PlainObject, depth: number) => object | typeof REFUSED
