/** A key whose type says what is kept under it. Two keys are equal only if they are the same object. */
export interface TypedKey<T> {
  readonly name: string
  /** Exists in types only, so that a `TypedKey<A>` is not a `TypedKey<B>`. */
  readonly __type?: T
}

/**
 * Makes a new key.
 *
 * @param name what a person reads in messages
 * @returns a key that is equal to no other
 */
export function typedKey<T>(name: string): TypedKey<T> {
  return Object.freeze({ name })
}
