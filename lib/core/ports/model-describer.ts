import { typedKey, type Class } from '../../common/index.js'

/** One property of a class, as something that stores or maps its objects knows it. */
export interface ModelProperty {
  readonly name: string
  /** JSON Schema of its value, or of each one in a list. */
  readonly schema: Readonly<Record<string, unknown>>
  /** A class of the application in the place of `schema`. */
  readonly type?: () => Class | undefined
  /** True for lists. */
  readonly isList?: boolean
  readonly nullable?: boolean
  /** Whether objects that come from the store have it. */
  readonly sent: 'always' | 'sometimes' | 'never'
  /** Whether an object can do without it when it is made. */
  readonly optional: boolean
}

/**
 * Tells what a class declares about its own properties, those that it inherits aside.
 *
 * @returns undefined for classes of which nothing is known
 */
export type DescribeModel = (type: Class) => readonly ModelProperty[] | undefined

/** Under which features leave what they know of classes, in `check`: entities, for example. Documents ask for it. */
export const MODEL_DESCRIBERS = typedKey<DescribeModel>('model describers')
