/** One, or several. */
export type MaybeArray<T> = T | readonly T[]
