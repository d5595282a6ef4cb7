/** A class that can be constructed, with whatever parameters. */
// eslint-disable-next-line typescript/no-explicit-any -- a constructor's parameters are contravariant: only any[] accepts every class
export type Class<T = unknown> = new (...args: any[]) => T

/** A class that may be abstract: good as a token, not for `new`. */
// eslint-disable-next-line typescript/no-explicit-any -- as above
export type AbstractClass<T = unknown> = abstract new (...args: any[]) => T

/** A value now or later. Functions that return it finish synchronously whenever they can. */
export type MaybePromise<T> = T | Promise<T>

/**
 * Tells whether a value has to be waited for.
 *
 * @param value anything
 * @returns true for promises and other objects with a `then` method
 */
export function isPromise<T = unknown>(value: unknown): value is Promise<T> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}

/**
 * A list of what may have been given alone.
 *
 * @param value one thing, or several
 */
export function listOf<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

/**
 * Tells whether a value is a class rather than a plain function.
 *
 * @param value anything
 * @returns true for class constructors, also those compiled to functions with a prototype of their own
 */
export function isClass(value: unknown): value is Class {
  if (typeof value !== 'function') return false
  const prototype = Object.getOwnPropertyDescriptor(value, 'prototype')
  // that of a class cannot be replaced (ECMA-262 §15.7.14), that of a function can
  if (prototype?.writable === false) return true
  const members = prototype?.value as object | undefined
  return members !== undefined && Object.getOwnPropertyNames(members).length > 1
}
