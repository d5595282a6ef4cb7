import { listOf } from '../../common/index.js'
import { SettingUnknown } from '../settings.js'
import { BASIC_FORMATS, formatOf, type BodyFormat, type BodyParser } from './format.js'
import type { BodyKind, BodyKindOptions, BodyOptions } from './options.js'

/** Options of `useBodyParser`; those that Corbel has no use for are accepted and ignored. */
export interface BodyParserOptions extends BodyKindOptions {
  readonly [other: string]: unknown
}

/** What `useBodyParser` is about: a kind by its name, media types, or a format. */
export type BodyParserTarget = string | readonly string[] | BodyFormat

/**
 * Adds a call of `useBodyParser` to the options.
 *
 * @param body the options so far
 * @param formats that features and modules have brought
 * @param target a kind, a format, or with a parser media types
 * @param options limit, and media types that are read as this kind
 * @param parser makes the value of the bytes
 * @throws {CorbelError} CORBEL_SETTING_UNKNOWN for a kind that there is not
 */
export function addBodyParser(
  body: BodyOptions,
  formats: readonly BodyFormat[],
  target: BodyParserTarget,
  { limit, type }: BodyParserOptions,
  parser: BodyParser | undefined,
): BodyOptions {
  const added = formatIn(target, parser)
  const own = [...(added === undefined ? [] : [added]), ...(body.formats ?? [])]
  const known = [...BASIC_FORMATS, ...formats, ...own].map(({ name }) => name)
  const name = added?.name ?? listOf(target as string).join(', ')
  if (!known.includes(name)) {
    const advice = `Known are ${known.join(', ')}; media types of your own need a parser: useBodyParser(type, options, parser).`
    throw new SettingUnknown({ name: `body parser ${name}`, advice })
  }
  const before = body.kinds?.[name as BodyKind]
  const kind: BodyKindOptions = {
    ...(typeof before === 'object' && before),
    ...(limit !== undefined && { limit }),
    ...(type !== undefined && { type }),
  }
  return { ...body, formats: own, kinds: { ...body.kinds, [name]: kind } }
}

function formatIn(target: BodyParserTarget, parser: BodyParser | undefined): BodyFormat | undefined {
  if (typeof target === 'object' && 'parse' in target) return target
  return parser === undefined ? undefined : formatOf(listOf<string>(target), parser)
}
