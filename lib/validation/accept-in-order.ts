import type { Class } from '../common/index.js'
import { isPlainObject, type Convert, type PlainObject } from './convert.js'
import { REFUSED, type Accept } from './refused.js'

/** By which a copy of this module is loaded: see `copyOfModule`. */
export const url = import.meta.url

/** One property of a class. */
export interface Slot {
  readonly name: string
  /** Converts a value; `REFUSED` where a nested object is not accepted. */
  readonly take: Convert
  readonly check: ((value: unknown) => boolean) | undefined
  /** True if only objects and lists need `take`. */
  readonly keepsPrimitives: boolean
  /** True if an object that `take` has accepted needs no check any more. */
  readonly takenIsRight: boolean
}

/** Writes the properties that are present, from a bit each, to an instance. False if one of them is not right. */
export type Fill = (plain: PlainObject, instance: PlainObject, present: number, depth: number) => boolean

/** Properties of one `Fill`. */
export const SLOTS_PER_FILL = 8

/** Properties of a class that is accepted in order: a bit each. */
export const MOST_SLOTS = 30

/** What is known about a class. */
export interface OrderedClass {
  readonly target: Class
  readonly slots: readonly Slot[]
  /** Whether a property is right when it is missing. */
  readonly mayMiss: readonly boolean[]
  readonly maxDepth: number
  readonly fill: Fill
  /** For everything that is not as usual. */
  readonly otherwise: Accept
}

const ABSENT: Slot = {
  name: '',
  take: (value) => value,
  check: undefined,
  keepsPrimitives: true,
  takenIsRight: false,
}

/**
 * Makes the way of plain objects whose keys come in the order of the class, as nearly all do: clients write them so.
 *
 * @param known the class
 * @returns the way; it leaves the others to `otherwise`
 */
export function acceptInOrder({ target, slots, mayMiss, maxDepth, fill, otherwise }: OrderedClass): Accept {
  const names = slots.map(({ name }) => name)
  const { length } = names
  const all = 2 ** length - 1
  let isInitialised = false
  return (plain, depth) => {
    if (isInitialised || depth > maxDepth) return otherwise(plain, depth)
    // reading `constructor` is the cheap way to see that it is no object of a class
    if (plain.constructor !== Object && !isPlainObject(plain)) return REFUSED
    let index = 0
    let present = all
    for (const key in plain) {
      if (names[index] !== key) {
        present = presentIn(plain, names, mayMiss)
        break
      }
      index += 1
    }
    if (present === all && index < length) present = presentIn(plain, names, mayMiss)
    if (present === ODD) return otherwise(plain, depth)
    const instance = new target() as PlainObject
    for (const _ in instance) {
      // initialisers are not for the short way
      isInitialised = true
      return otherwise(plain, depth)
    }
    return fill(plain, instance, present, depth) ? instance : REFUSED
  }
}

/** Of objects with keys that are unknown, missing or in another order. */
const ODD = -1

/** Tells the properties that are present, where some may be missing. */
function presentIn(plain: PlainObject, names: readonly string[], mayMiss: readonly boolean[]): number {
  let next = 0
  let present = 0
  for (const key in plain) {
    for (; names[next] !== key; next += 1) if (mayMiss[next] !== true) return ODD
    present |= 1 << next
    next += 1
  }
  for (; next < names.length; next += 1) if (!mayMiss[next]) return ODD
  return present
}

/**
 * Makes the function that fills an instance. It is written out, property by property, because each place in the code
 * learns by itself: in a copy of this module, one place sees one property of one class.
 *
 * @param slots up to eight
 * @param next fills the rest
 */
export function createFill(slots: readonly Slot[], next: Fill | undefined): Fill {
  const at = (index: number): Slot => slots[index] ?? ABSENT
  const [s0, s1, s2, s3, s4, s5, s6, s7] = [at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7)]
  const [n0, n1, n2, n3] = [s0.name, s1.name, s2.name, s3.name]
  const [n4, n5, n6, n7] = [s4.name, s5.name, s6.name, s7.name]
  const [c0, c1, c2, c3] = [checkOf(s0), checkOf(s1), checkOf(s2), checkOf(s3)]
  const [c4, c5, c6, c7] = [checkOf(s4), checkOf(s5), checkOf(s6), checkOf(s7)]
  return (plain, instance, present, depth) => {
    let value: unknown
    if (present & 1) {
      value = plain[n0]
      if (typeof value === 'object' || !s0.keepsPrimitives) value = take(s0, value, depth)
      else if (!c0(value)) return false
      if (value === REFUSED) return false
      instance[n0] = value
    }
    if (present & 2) {
      value = plain[n1]
      if (typeof value === 'object' || !s1.keepsPrimitives) value = take(s1, value, depth)
      else if (!c1(value)) return false
      if (value === REFUSED) return false
      instance[n1] = value
    }
    if (present & 4) {
      value = plain[n2]
      if (typeof value === 'object' || !s2.keepsPrimitives) value = take(s2, value, depth)
      else if (!c2(value)) return false
      if (value === REFUSED) return false
      instance[n2] = value
    }
    if (present & 8) {
      value = plain[n3]
      if (typeof value === 'object' || !s3.keepsPrimitives) value = take(s3, value, depth)
      else if (!c3(value)) return false
      if (value === REFUSED) return false
      instance[n3] = value
    }
    if (present & 16) {
      value = plain[n4]
      if (typeof value === 'object' || !s4.keepsPrimitives) value = take(s4, value, depth)
      else if (!c4(value)) return false
      if (value === REFUSED) return false
      instance[n4] = value
    }
    if (present & 32) {
      value = plain[n5]
      if (typeof value === 'object' || !s5.keepsPrimitives) value = take(s5, value, depth)
      else if (!c5(value)) return false
      if (value === REFUSED) return false
      instance[n5] = value
    }
    if (present & 64) {
      value = plain[n6]
      if (typeof value === 'object' || !s6.keepsPrimitives) value = take(s6, value, depth)
      else if (!c6(value)) return false
      if (value === REFUSED) return false
      instance[n6] = value
    }
    if (present & 128) {
      value = plain[n7]
      if (typeof value === 'object' || !s7.keepsPrimitives) value = take(s7, value, depth)
      else if (!c7(value)) return false
      if (value === REFUSED) return false
      instance[n7] = value
    }
    return next === undefined || next(plain, instance, present >>> SLOTS_PER_FILL, depth)
  }
}

function checkOf({ check = () => true }: Slot): (value: unknown) => boolean {
  return check
}

function take(slot: Slot, given: unknown, depth: number): unknown {
  const value = slot.take(given, depth + 1)
  if (value === REFUSED || slot.check === undefined || (slot.takenIsRight && value)) return value
  return slot.check(value) ? value : REFUSED
}
