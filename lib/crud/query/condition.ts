/** How a field is compared. */
export const OPERATORS = [
  'eq',
  'ne',
  'gt',
  'gte',
  'lt',
  'lte',
  'in',
  'nin',
  'like',
  'ilike',
  'null',
  'between',
] as const

/** One of them. */
export type Operator = (typeof OPERATORS)[number]

/** A comparison of a field with values of its kind. */
export interface Condition {
  readonly field: string
  readonly operator: Operator
  /** One value; two for `between`, any number for `in` and `nin`, true or false for `null`. */
  readonly values: readonly unknown[]
}

/** Those that a kind of field has, where the allow-list names only the field. */
export const ORDERED: readonly Operator[] = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'nin', 'between']

/** Comparisons of text with a pattern. */
export const PATTERNS: readonly Operator[] = ['like', 'ilike']
