import type * as Library from 'class-validator'
import { classValidator } from './class-validator.js'
import { UNBOUNDED, type Certainty } from './certainty.js'
import { isEverydayEmail } from './email.js'

/** A decorator of class-validator that depends on nothing but the value. */
export interface OwnRule {
  /** Applies the decorator; constraints do not matter, options do. */
  readonly decorate: (options: Library.ValidationOptions) => PropertyDecorator
  /** A cheap way to accept the usual values; undefined where the constraints are unusual. */
  readonly certain?: (constraints: readonly unknown[]) => Certainty | undefined
}

type RuleEntry = readonly [name: string, ...rule: [OwnRule['decorate'], OwnRule['certain']?]]

const rulesOf = (cv: typeof Library): readonly RuleEntry[] => [
  [cv.IS_DEFINED, (options) => cv.IsDefined(options)],
  [cv.EQUALS, (options) => cv.Equals(1, options), ([wanted]) => ({ test: (value) => value === wanted })],
  [cv.NOT_EQUALS, (options) => cv.NotEquals(1, options)],
  [cv.IS_EMPTY, (options) => cv.IsEmpty(options)],
  [cv.IS_NOT_EMPTY, (options) => cv.IsNotEmpty(options)],
  [cv.IS_IN, (options) => cv.IsIn([], options), amongValues],
  [cv.IS_NOT_IN, (options) => cv.IsNotIn([], options)],
  [cv.IS_STRING, (options) => cv.IsString(options), () => ({ text: UNBOUNDED })],
  [cv.IS_BOOLEAN, (options) => cv.IsBoolean(options), () => ({ test: isBoolean })],
  [cv.IS_INT, (options) => cv.IsInt(options), () => ({ number: UNBOUNDED, isWhole: true })],
  [cv.IS_NUMBER, (options) => cv.IsNumber({}, options), finite],
  [cv.IS_DATE, (options) => cv.IsDate(options)],
  [cv.IS_ARRAY, (options) => cv.IsArray(options), () => ({ list: UNBOUNDED })],
  [cv.IS_OBJECT, (options) => cv.IsObject(options)],
  [cv.IS_ENUM, (options) => cv.IsEnum({}, options), amongMembers],
  [cv.IS_POSITIVE, (options) => cv.IsPositive(options)],
  [cv.IS_NEGATIVE, (options) => cv.IsNegative(options)],
  [cv.IS_DIVISIBLE_BY, (options) => cv.IsDivisibleBy(1, options)],
  [cv.MIN, (options) => cv.Min(0, options), ([min]) => within('number', min, Infinity)],
  [cv.MAX, (options) => cv.Max(0, options), ([max]) => within('number', -Infinity, max)],
  [cv.IS_LENGTH, (options) => cv.Length(0, 1, options), ([min, max]) => within('text', min, max)],
  [cv.MIN_LENGTH, (options) => cv.MinLength(0, options), ([min]) => within('text', min, Infinity)],
  [cv.MAX_LENGTH, (options) => cv.MaxLength(0, options), ([max]) => within('text', 0, max)],
  [cv.MATCHES, (options) => cv.Matches(/a/, options), matching],
  [cv.IS_EMAIL, (options) => cv.IsEmail({}, options), email],
  [cv.IS_UUID, (options) => cv.IsUUID(4, options)],
  [cv.IS_URL, (options) => cv.IsUrl({}, options)],
  [cv.IS_FQDN, (options) => cv.IsFQDN({}, options)],
  [cv.IS_IP, (options) => cv.IsIP(4, options)],
  [cv.IS_PORT, (options) => cv.IsPort(options)],
  [cv.IS_DATE_STRING, (options) => cv.IsDateString({}, options)],
  [cv.IS_ISO8601, (options) => cv.IsISO8601({}, options)],
  [cv.IS_NUMBER_STRING, (options) => cv.IsNumberString({}, options)],
  [cv.IS_BOOLEAN_STRING, (options) => cv.IsBooleanString(options)],
  [cv.IS_ALPHA, (options) => cv.IsAlpha('en-US', options)],
  [cv.IS_ALPHANUMERIC, (options) => cv.IsAlphanumeric('en-US', options)],
  [cv.IS_LOWERCASE, (options) => cv.IsLowercase(options)],
  [cv.IS_UPPERCASE, (options) => cv.IsUppercase(options)],
  [cv.IS_JSON, (options) => cv.IsJSON(options)],
  [cv.IS_MONGO_ID, (options) => cv.IsMongoId(options)],
  [cv.IS_HEX_COLOR, (options) => cv.IsHexColor(options)],
  [cv.IS_PHONE_NUMBER, (options) => cv.IsPhoneNumber(undefined, options)],
  [cv.CONTAINS, (options) => cv.Contains('', options)],
  [cv.NOT_CONTAINS, (options) => cv.NotContains('', options)],
  [cv.ARRAY_MIN_SIZE, (options) => cv.ArrayMinSize(0, options), ([min]) => within('list', min, Infinity)],
  [cv.ARRAY_MAX_SIZE, (options) => cv.ArrayMaxSize(0, options), ([max]) => within('list', 0, max)],
  [cv.ARRAY_NOT_EMPTY, (options) => cv.ArrayNotEmpty(options), () => within('list', 1, Infinity)],
]

/** The rules that are worth recognising, by the names under which class-validator registers them. */
export function ownRules(): ReadonlyMap<string, OwnRule> {
  return (known ??= new Map(
    rulesOf(classValidator()).map(([name, decorate, certain]) => [
      name,
      { decorate, ...(certain && { certain }) },
    ]),
  ))
}

let known: ReadonlyMap<string, OwnRule> | undefined

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}

function within(kind: 'text' | 'number' | 'list', min: unknown, max: unknown): Certainty | undefined {
  if (typeof min !== 'number' || typeof max !== 'number') return undefined
  return { [kind]: { min, max } } as Certainty
}

function amongValues([values]: readonly unknown[]): Certainty | undefined {
  if (!Array.isArray(values)) return undefined
  // the list is read each time: it may be one that the application changes
  return { test: (value) => values.indexOf(value) !== -1 }
}

function amongMembers([members]: readonly unknown[]): Certainty {
  const values = new Set(Object.values(members as object)) // an enum does not change after it is declared
  return { test: (value) => values.has(value) }
}

function finite([options]: readonly unknown[]): Certainty | undefined {
  if ((options as Library.IsNumberOptions | undefined)?.maxDecimalPlaces !== undefined) return undefined
  return { number: { min: -Number.MAX_VALUE, max: Number.MAX_VALUE } }
}

function matching([pattern, modifiers]: readonly unknown[]): Certainty | undefined {
  // with g or y a pattern remembers where it stopped
  if (!(pattern instanceof RegExp) || modifiers !== undefined || /[gy]/.test(pattern.flags)) return undefined
  return { test: (value) => typeof value === 'string' && pattern.test(value) }
}

function email([options]: readonly unknown[]): Certainty | undefined {
  return options === undefined ? { test: isEverydayEmail } : undefined
}
