import { negotiate } from '../http/index.js'
import { byteSize } from '../web/index.js'
import { codecOf, hasCoding, LEVELS, type Codec, type Coding, type CodingLevels } from './codings.js'
import { CompressionOptionInvalid } from './errors.js'

/** How answers are compressed. */
export interface CompressionOptions {
  /** Those that are offered, the preferred one first. Default br, zstd (where Node has it), gzip, deflate. */
  readonly codings?: readonly Coding[]
  /** Complete bodies below this many bytes (or text such as `'2kb'`) are sent as they are. Default 1024. */
  readonly threshold?: number | string
  /**
   * Which types are compressed: a pattern, or a function of the media type without parameters. Default: text, JSON, XML,
   * YAML, scripts, SVG, WebAssembly and fonts that are not compressed already.
   */
  readonly types?: RegExp | ((type: string) => boolean)
  readonly levels?: CodingLevels
  /** Compresses streams of events as well, each event by itself. Default false: they are small, and many. */
  readonly events?: boolean
}

/** The same, checked. */
export interface CompressionSettings {
  readonly threshold: number
  readonly events: boolean
  readonly codings: readonly string[]
  /** Whether a media type is compressed. */
  suits(type: string): boolean
  /**
   * Chooses the coding of an answer.
   *
   * @param accept the value of `Accept-Encoding`
   * @returns `identity` for none; undefined if the client refuses all, and none too
   */
  choose(accept: string): Codec | 'identity' | undefined
}

const COMPRESSIBLE =
  /^(?:text\/|application\/(?:json|javascript|xml|x-?ndjson|ndjson|jsonl|yaml|x-yaml|wasm|graphql|rtf|x-www-form-urlencoded|vnd\.ms-fontobject)$|font\/(?:ttf|otf|collection)$|image\/(?:bmp|vnd\.microsoft\.icon|x-icon)$|model\/gltf|[\w.-]+\/[\w.-]+\+(?:json|xml|yaml|text)$)/i

/** Clients have few different values of `Accept-Encoding`; who sends many makes us forget, not grow. */
const MAX_KNOWN = 100
const MAX_KEPT_LENGTH = 300

/**
 * Checks options of compression.
 *
 * @param layers the later ones count
 * @throws {CorbelError} CORBEL_COMPRESSION_OPTION
 */
export function compressionSettings(...layers: readonly CompressionOptions[]): CompressionSettings {
  const options = Object.assign({}, ...layers) as CompressionOptions
  const { events = false, threshold = 1_024, types = COMPRESSIBLE } = options
  const codecs = codecsOf(options)
  return {
    threshold: sizeOf(threshold),
    events,
    codings: codecs.map(({ coding }) => coding),
    suits: typeof types === 'function' ? types : (type) => types.test(type),
    choose: compileChoice(codecs),
  }
}

function codecsOf({
  codings = (['br', 'zstd', 'gzip', 'deflate'] as const).filter(hasCoding),
  levels = {},
}: CompressionOptions): readonly Codec[] {
  if (codings.length === 0)
    throw new CompressionOptionInvalid({
      option: 'codings',
      value: '[]',
      advice: 'name one, or leave it out',
    })
  return codings.map((coding) => {
    if (!hasCoding(coding))
      throw new CompressionOptionInvalid({
        option: 'codings',
        value: String(coding),
        advice: `this version of Node has ${(['br', 'gzip', 'deflate', 'zstd'] as const).filter(hasCoding).join(', ')}`,
      })
    const [least, usual, most] = LEVELS[coding]
    const level = levels[coding] ?? usual
    if (!(Number.isInteger(level) && level >= least && level <= most))
      throw new CompressionOptionInvalid({
        option: `levels.${coding}`,
        value: String(level),
        advice: `a whole number from ${least} to ${most}`,
      })
    return codecOf(coding, level)
  })
}

function sizeOf(threshold: number | string): number {
  let size = NaN
  try {
    size = byteSize(threshold)
  } catch {
    // told below
  }
  if (size >= 0) return size
  const advice = "bytes, or text such as '2kb'"
  throw new CompressionOptionInvalid({ option: 'threshold', value: String(threshold), advice })
}

function compileChoice(codecs: readonly Codec[]): CompressionSettings['choose'] {
  const offers = [...codecs.map(({ coding }) => coding as string), 'identity']
  const known = new Map<string, Codec | 'identity' | undefined>()
  return (accept) => {
    if (known.has(accept)) return known.get(accept)
    const [best] = negotiate('accept-encoding', accept, offers)
    const chosen = best === 'identity' ? best : codecs.find(({ coding }) => coding === best)
    if (accept.length <= MAX_KEPT_LENGTH) {
      if (known.size === MAX_KNOWN) known.clear()
      known.set(accept, chosen)
    }
    return chosen
  }
}
