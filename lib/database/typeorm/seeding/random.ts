import { createHash } from 'node:crypto'

/** Values that look random, and are the same for the same seed. */
export interface SeedRandom {
  /** A number from `from` (inclusive) to `to` (exclusive). Default 0 to 1. */
  number(from?: number, to?: number): number
  /** A whole number from `from` to `to`, both inclusive. */
  integer(from: number, to: number): number
  /** @param chance of true, 0 to 1. Default 0.5 */
  boolean(chance?: number): boolean
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T
  /** Some of a list, in its order; all, if there are no more. */
  sample<T>(list: readonly T[], count: number): T[]
  /** A moment from `from` (inclusive) to `to` (exclusive). */
  date(from: Date | string, to: Date | string): Date
  /** Hexadecimal characters: for slugs and keys, not for secrets. */
  hex(length: number): string
}

/**
 * Makes a source of random values from a name: the same name gives the same values in the same order. Never for secrets.
 *
 * @param name whatever makes one source different from others
 */
export function seedRandom(name: string): SeedRandom {
  const next = sfc32(createHash('sha256').update(name).digest())
  const number = (from = 0, to = 1): number => from + next() * (to - from)
  const integer = (from: number, to: number): number => Math.floor(number(from, to + 1))
  return {
    number,
    integer,
    boolean: (chance = 0.5) => next() < chance,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('random.pick() is given an empty list.')
      return list[integer(0, list.length - 1)]!
    },
    sample<T>(list: readonly T[], count: number): T[] {
      // each stays with the chance that is left for it, which keeps the order
      let wanted = Math.min(count, list.length)
      return list.filter((_, i) => {
        const isTaken = next() * (list.length - i) < wanted
        if (isTaken) wanted -= 1
        return isTaken
      })
    },
    date: (from, to) => new Date(Math.floor(number(new Date(from).getTime(), new Date(to).getTime()))),
    hex: (length) => Array.from({ length }, () => integer(0, 15).toString(16)).join(''),
  }
}

/** Chris Doty-Humphrey's "small fast counting" generator (PractRand), 32 bits. */
function sfc32(seed: Buffer): () => number {
  let a = seed.readInt32LE(0)
  let b = seed.readInt32LE(4)
  let c = seed.readInt32LE(8)
  let counter = 1
  const next = (): number => {
    const sum = (a + b + counter++) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return (sum >>> 0) / 2 ** 32
  }
  for (let i = 0; i < 12; i++) next()
  return next
}
