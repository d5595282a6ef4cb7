import type * as Library from 'class-validator'
import { classValidator } from './class-validator.js'
import { isEverydayEmail } from './email.js'
import { shortenLength } from './length.js'
import type { ValueCheck } from './recognise.js'

/** A decorator of class-validator that depends on nothing but the value. */
export interface OwnRule {
  /** Applies the decorator; constraints do not matter, options do. */
  readonly decorate: (options: Library.ValidationOptions) => PropertyDecorator
  /**
   * Makes a check that accepts the usual values by itself, and leaves the others to `exact`: class-validator's check,
   * which is given back unchanged where the constraints are unusual.
   */
  readonly shorten?: (exact: ValueCheck, constraints: readonly unknown[]) => ValueCheck
}

type RuleEntry = readonly [name: string, ...rule: [OwnRule['decorate'], OwnRule['shorten']?]]

const rulesOf = (cv: typeof Library): readonly RuleEntry[] => [
  [cv.IS_DEFINED, (options) => cv.IsDefined(options)],
  [
    cv.EQUALS,
    (options) => cv.Equals(1, options),
    (exact, [wanted]) =>
      (value) =>
        value === wanted || exact(value),
  ],
  [cv.NOT_EQUALS, (options) => cv.NotEquals(1, options)],
  [cv.IS_EMPTY, (options) => cv.IsEmpty(options)],
  [cv.IS_NOT_EMPTY, (options) => cv.IsNotEmpty(options)],
  [cv.IS_IN, (options) => cv.IsIn([], options), shortenIn],
  [cv.IS_NOT_IN, (options) => cv.IsNotIn([], options)],
  [
    cv.IS_STRING,
    (options) => cv.IsString(options),
    (exact) => (value) => typeof value === 'string' || exact(value),
  ],
  [
    cv.IS_BOOLEAN,
    (options) => cv.IsBoolean(options),
    (exact) => (value) => typeof value === 'boolean' || exact(value),
  ],
  [cv.IS_INT, (options) => cv.IsInt(options)],
  [cv.IS_NUMBER, (options) => cv.IsNumber({}, options), shortenNumber],
  [cv.IS_DATE, (options) => cv.IsDate(options)],
  [cv.IS_ARRAY, (options) => cv.IsArray(options)],
  [cv.IS_OBJECT, (options) => cv.IsObject(options)],
  [cv.IS_ENUM, (options) => cv.IsEnum({}, options), shortenEnum],
  [cv.IS_POSITIVE, (options) => cv.IsPositive(options)],
  [cv.IS_NEGATIVE, (options) => cv.IsNegative(options)],
  [cv.IS_DIVISIBLE_BY, (options) => cv.IsDivisibleBy(1, options)],
  [cv.MIN, (options) => cv.Min(0, options), shortenMin],
  [cv.MAX, (options) => cv.Max(0, options), shortenMax],
  [
    cv.IS_LENGTH,
    (options) => cv.Length(0, 1, options),
    (exact, [min, max]) => shortenLength(exact, min, max),
  ],
  [
    cv.MIN_LENGTH,
    (options) => cv.MinLength(0, options),
    (exact, [min]) => shortenLength(exact, min, Infinity),
  ],
  [cv.MAX_LENGTH, (options) => cv.MaxLength(0, options), (exact, [max]) => shortenLength(exact, 0, max)],
  [cv.MATCHES, (options) => cv.Matches(/a/, options), shortenMatches],
  [cv.IS_EMAIL, (options) => cv.IsEmail({}, options), shortenEmail],
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
  [cv.ARRAY_MIN_SIZE, (options) => cv.ArrayMinSize(0, options)],
  [cv.ARRAY_MAX_SIZE, (options) => cv.ArrayMaxSize(0, options)],
  [cv.ARRAY_NOT_EMPTY, (options) => cv.ArrayNotEmpty(options)],
]

/** The rules that are worth recognising, by the names under which class-validator registers them. */
export function ownRules(): ReadonlyMap<string, OwnRule> {
  return (known ??= new Map(
    rulesOf(classValidator()).map(([name, decorate, shorten]) => [
      name,
      { decorate, ...(shorten && { shorten }) },
    ]),
  ))
}

let known: ReadonlyMap<string, OwnRule> | undefined

function shortenIn(exact: ValueCheck, [values]: readonly unknown[]): ValueCheck {
  if (!Array.isArray(values)) return exact
  // the list is read each time: it may be one that the application changes
  return (value) => values.indexOf(value) !== -1 || exact(value)
}

function shortenEnum(exact: ValueCheck, [members]: readonly unknown[]): ValueCheck {
  const values = new Set(Object.values(members as object)) // an enum does not change after it is declared
  return (value) => values.has(value) || exact(value)
}

function shortenNumber(exact: ValueCheck, [options]: readonly unknown[]): ValueCheck {
  if ((options as Library.IsNumberOptions | undefined)?.maxDecimalPlaces !== undefined) return exact
  return (value) => Number.isFinite(value) || exact(value)
}

function shortenMin(exact: ValueCheck, [bound]: readonly unknown[]): ValueCheck {
  if (typeof bound !== 'number') return exact
  return (value) => (typeof value === 'number' && value >= bound) || exact(value)
}

function shortenMax(exact: ValueCheck, [bound]: readonly unknown[]): ValueCheck {
  if (typeof bound !== 'number') return exact
  return (value) => (typeof value === 'number' && value <= bound) || exact(value)
}

function shortenMatches(exact: ValueCheck, [pattern, modifiers]: readonly unknown[]): ValueCheck {
  // with g or y a pattern remembers where it stopped
  if (!(pattern instanceof RegExp) || modifiers !== undefined || /[gy]/.test(pattern.flags)) return exact
  return (value) => (typeof value === 'string' && pattern.test(value)) || exact(value)
}

function shortenEmail(exact: ValueCheck, [options]: readonly unknown[]): ValueCheck {
  return options === undefined ? (value) => isEverydayEmail(value) || exact(value) : exact
}
