import type { ClassTransformOptions } from 'class-transformer'
import type { Class } from '../common/index.js'
import { pieceOf, type Piece, type Put } from './bytes/index.js'
import { readStep, type PlainStep } from './plain-step.js'

/** One key that objects of a class have, or are asked for, as a writer knows it. */
export interface Slot {
  readonly key: string
  /** In the plain object. */
  readonly name: string
  /** The name as JSON, with its colon. */
  readonly piece: Piece
  /** False for what `@Exclude`, groups, versions or prefixes leave out. */
  readonly isShown: boolean
  /** True if objects with this key have to be made plain first. */
  readonly isOdd: boolean
  /** What is declared, unless values are taken as they are. */
  readonly step: PlainStep | undefined
  /** Says, once the class may be there, what `@Type` names. */
  readonly typeOf: (() => unknown) | undefined
  /** True if texts need nothing but to be written. */
  readonly isOpen: boolean
  /** Among the own keys of objects, in the order in which they were met; -1 if it was not met there. */
  index: number
  /** Writes the value; made at the first use, because classes may contain themselves. */
  put: Put | undefined
}

/** Names that stand first in every object, in the order of the numbers. */
const IS_INDEX = /^(?:0|[1-9]\d*)$/

/**
 * Reads what a writer has to know about a key.
 *
 * @param target the class; undefined if it declares nothing about the key
 * @param key of the property
 * @param isDropped true if own keys of this name are left out
 * @param options groups, version …
 * @returns undefined if the name is too odd to be written byte by byte
 */
export function readSlot(
  target: Class | undefined,
  key: string,
  isDropped: boolean,
  options: ClassTransformOptions,
): Slot | undefined {
  const found = target === undefined ? undefined : readStep(target, key, options)
  const name = found?.name ?? key
  const piece = pieceOf(name)
  if (piece === undefined) return undefined
  const { type, transforms = [], isMap = false } = found ?? {}
  const typeFunction = type?.typeFunction as ((help?: object) => unknown) | undefined
  const isTransformed = transforms.length > 0 || isMap
  return {
    key,
    name,
    piece,
    isShown: !isDropped && key !== '__proto__',
    isOdd:
      // it says of which class the object is
      key === 'constructor' ||
      // it may be a promise
      key === 'then' ||
      name === 'toJSON' ||
      (!isDropped && IS_INDEX.test(name)) ||
      // the type depends on what the object becomes
      (typeFunction !== undefined && typeFunction.length > 0),
    step: isTransformed ? found : undefined,
    typeOf:
      type === undefined
        ? undefined
        : () => (typeFunction === undefined ? type.reflectedType : typeFunction()),
    isOpen: type === undefined && !isTransformed,
    index: -1,
    put: undefined,
  }
}
