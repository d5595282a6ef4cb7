import { copyOfModule, type Class } from '../common/index.js'
import * as shared from './accept-in-order.js'
import { MOST_SLOTS, SLOTS_PER_FILL, type Fill, type Slot } from './accept-in-order.js'
import type { Accept } from './refused.js'

/** Objects after which a class gets code of its own. */
const MANY = 300

/** What can be exchanged. */
interface Accepting {
  accept: Accept
}

type Code = Pick<typeof shared, 'acceptInOrder' | 'createFill'>

/**
 * Puts the way of objects in the usual order before another one, at first in code that all classes share, and for a class
 * that is used much in a copy of that code.
 *
 * @param acceptor whose way is for objects in any order
 * @param target the class
 * @param slots its properties
 * @param maxDepth levels of nesting that are accepted
 */
export function preferOrder(
  acceptor: Accepting,
  target: Class,
  slots: readonly Slot[],
  maxDepth: number,
): void {
  if (slots.length > MOST_SLOTS) return
  const otherwise = acceptor.accept
  const mayMiss = slots.map(isRightWhenMissing)
  const starts = Array.from(
    { length: Math.ceil(slots.length / SLOTS_PER_FILL) || 1 },
    (_, i) => i * SLOTS_PER_FILL,
  )
  const compile = (codes: readonly Code[]): Accept => {
    const fill = starts.reduceRight<Fill | undefined>(
      (next, start, i) => codes[i]!.createFill(slots.slice(start, start + SLOTS_PER_FILL), next),
      undefined,
    )
    return codes[0]!.acceptInOrder({ target, slots, mayMiss, maxDepth, fill: fill!, otherwise })
  }
  const inSharedCode = compile(starts.map(() => shared))
  const useOwnCode = async (): Promise<void> => {
    const copies = await Promise.all(starts.map(() => copyOfModule<Code>(shared.url, 'accept-in-order')))
    const own = copies.filter((copy) => copy !== undefined)
    acceptor.accept = own.length === starts.length ? compile(own) : inSharedCode
  }
  let left = MANY
  acceptor.accept = (plain, depth) => {
    left -= 1
    if (left === 0) void useOwnCode()
    return inSharedCode(plain, depth)
  }
}

function isRightWhenMissing({ check }: Slot): boolean {
  try {
    return check === undefined || check(undefined)
  } catch {
    return false
  }
}
