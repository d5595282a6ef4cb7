import type { SchemaObject } from '../document.js'

type Keywords = (constraints: readonly unknown[]) => SchemaObject

const text =
  (more: SchemaObject): Keywords =>
  () => ({ type: 'string', ...more })
const pattern = (source: string): Keywords => text({ pattern: source })
const integer = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined
const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** class-validator's rules by the names under which it registers them, in terms of JSON Schema. */
export const RULE_KEYWORDS: ReadonlyMap<string, Keywords> = new Map<string, Keywords>([
  ['isString', text({})],
  ['isInt', () => ({ type: 'integer' })],
  ['isNumber', ([options]) => ({ type: 'number', ...decimals(options) })],
  ['isBoolean', () => ({ type: 'boolean' })],
  ['isDate', text({ format: 'date-time' })],
  ['isArray', () => ({ type: 'array' })],
  ['isObject', () => ({ type: 'object' })],
  ['isNotEmptyObject', () => ({ type: 'object', minProperties: 1 })],
  ['isEnum', ([members]) => ({ enum: enumValues(members) })],
  ['isIn', ([values]) => (Array.isArray(values) ? { enum: values } : {})],
  ['isNotIn', ([values]) => (Array.isArray(values) ? { not: { enum: values } } : {})],
  ['equals', ([value]) => (isPlain(value) ? { const: value } : {})],
  ['notEquals', ([value]) => (isPlain(value) ? { not: { const: value } } : {})],
  ['isPositive', () => ({ exclusiveMinimum: 0 })],
  ['isNegative', () => ({ exclusiveMaximum: 0 })],
  ['isDivisibleBy', ([by]) => given({ multipleOf: typeof by === 'number' && by > 0 ? by : undefined })],
  ['min', ([min]) => given({ minimum: number(min) })],
  ['max', ([max]) => given({ maximum: number(max) })],
  ['isLength', ([min, max]) => given({ minLength: integer(min) || undefined, maxLength: integer(max) })],
  ['minLength', ([min]) => given({ minLength: integer(min) })],
  ['maxLength', ([max]) => given({ maxLength: integer(max) })],
  ['matches', ([expression, modifiers]) => matching(expression, modifiers)],
  ['isEmail', text({ format: 'email' })],
  ['isUuid', text({ format: 'uuid' })],
  ['isUrl', text({ format: 'uri' })],
  ['isFqdn', text({ format: 'hostname' })],
  ['isIp', ([version]) => ipOf(version)],
  ['isPort', pattern('^\\d{1,5}$')],
  ['isDateString', text({ format: 'date-time' })],
  ['isIso8601', text({ format: 'date-time' })],
  ['isRFC3339', text({ format: 'date-time' })],
  ['isNumberString', pattern('^[+-]?\\d+(\\.\\d+)?$')],
  ['isBooleanString', text({ enum: ['true', 'false', '1', '0'] })],
  ['isAlpha', ([locale]) => inLocale('^[A-Za-z]*$', locale)],
  ['isAlphanumeric', ([locale]) => inLocale('^[0-9A-Za-z]*$', locale)],
  ['isAscii', pattern('^[\\x00-\\x7F]+$')],
  ['isLowercase', pattern('^[^A-Z]*$')],
  ['isUppercase', pattern('^[^a-z]*$')],
  ['isJson', text({ contentMediaType: 'application/json' })],
  ['isMongoId', pattern('^[0-9a-fA-F]{24}$')],
  ['isHexColor', pattern('^#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$')],
  ['isHexadecimal', pattern('^(0x|0h)?[0-9A-Fa-f]+$')],
  ['isOctal', pattern('^(0o)?[0-7]+$')],
  ['isPhoneNumber', text({ format: 'phone' })],
  ['isMobilePhone', text({ format: 'phone' })],
  ['isBase64', text({ contentEncoding: 'base64' })],
  ['isDataURI', text({ format: 'uri' })],
  ['isMagnetURI', text({ format: 'uri' })],
  ['isJwt', pattern('^[\\w-]+\\.[\\w-]+\\.[\\w-]*$')],
  ['isSemVer', pattern('^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?$')],
  ['isMilitaryTime', pattern('^([01]\\d|2[0-3]):[0-5]\\d$')],
  ['isISO31661Alpha2', pattern('^[A-Za-z]{2}$')],
  ['isISO31661Alpha3', pattern('^[A-Za-z]{3}$')],
  ['isISO4217CurrencyCode', pattern('^[A-Za-z]{3}$')],
  ['isCreditCard', pattern('^[0-9 -]{12,23}$')],
  ['isMACAddress', pattern('^[0-9A-Fa-f]{2}([:\\- ]?[0-9A-Fa-f]{2}){5}$')],
  ['isLatitude', () => ({ type: ['number', 'string'] })],
  ['isLongitude', () => ({ type: ['number', 'string'] })],
  ['isTimeZone', text({ format: 'time-zone' })],
  ['contains', ([part]) => containing(part)],
  ['notContains', ([part]) => ({ not: containing(part) })],
  ['arrayMinSize', ([min]) => given({ type: 'array', minItems: integer(min) })],
  ['arrayMaxSize', ([max]) => given({ type: 'array', maxItems: integer(max) })],
  ['arrayNotEmpty', () => ({ type: 'array', minItems: 1 })],
  ['arrayUnique', ([by]) => ({ type: 'array', ...(by === undefined && { uniqueItems: true }) })],
])

/**
 * The values of an enum, of an object in its place, or of a list.
 *
 * @param members numeric enums lead back from value to name; that half is left out
 */
export function enumValues(members: unknown): readonly unknown[] {
  if (typeof members === 'function') return enumValues((members as () => unknown)())
  if (Array.isArray(members)) return members
  const object = (members ?? {}) as Record<string, unknown>
  const values = Object.entries(object)
    .filter(
      ([name, value]) =>
        !(typeof value === 'string' && String(object[value]) === name && typeof object[value] === 'number'),
    )
    .map(([, value]) => value)
  return [...new Set(values)]
}

/** What a regular expression is in JSON Schema; nothing where it cannot say the same. */
export function matching(expression: unknown, modifiers?: unknown): SchemaObject {
  const source = expression instanceof RegExp ? expression.source : expression
  const flags =
    expression instanceof RegExp ? expression.flags : typeof modifiers === 'string' ? modifiers : ''
  // patterns of JSON Schema have no flags; those that change what is matched cannot be written
  if (typeof source !== 'string' || /[ims]/.test(flags)) return { type: 'string' }
  try {
    return { type: 'string', pattern: new RegExp(source, 'u').source }
  } catch {
    return { type: 'string' }
  }
}

function containing(part: unknown): SchemaObject {
  return typeof part === 'string' ? { pattern: part.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&') } : {}
}

function inLocale(source: string, locale: unknown): SchemaObject {
  return { type: 'string', ...((locale === undefined || locale === 'en-US') && { pattern: source }) }
}

function ipOf(version: unknown): SchemaObject {
  const number = typeof version === 'number' || typeof version === 'string' ? String(version) : ''
  if (number === '4' || number === '6') return { type: 'string', format: `ipv${number}` }
  return { type: 'string', anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }] }
}

function decimals(options: unknown): SchemaObject {
  const places = (options as { maxDecimalPlaces?: number } | undefined)?.maxDecimalPlaces
  return places === 0 ? { multipleOf: 1 } : {}
}

function isPlain(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

/** Without the members that are undefined. */
export function given(schema: SchemaObject): SchemaObject {
  return Object.fromEntries(Object.entries(schema).filter(([, value]) => value !== undefined))
}
