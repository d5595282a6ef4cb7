import * as zlib from 'node:zlib'
import { BodyTooLarge } from '../../http/index.js'
import { BodyInflated, BodyMalformed } from './errors.js'

type Inflate = (
  bytes: Uint8Array,
  options: { readonly maxOutputLength: number },
  done: (error: NodeJS.ErrnoException | null, result: Buffer) => void,
) => void

/** Clients that have done it twice are rare, and those with more mean harm: every coding multiplies. */
const MAX_CODINGS = 2

const { zstdDecompress } = zlib as { readonly zstdDecompress?: Inflate }

/** RFC 9110 §8.4.1; zstd (RFC 8878) where this version of Node has it. */
const INFLATERS: Readonly<Record<string, Inflate>> = {
  gzip: zlib.gunzip,
  'x-gzip': zlib.gunzip,
  deflate: inflateEither,
  br: zlib.brotliDecompress,
  ...(zstdDecompress !== undefined && { zstd: zstdDecompress }),
}

/** The codings that bodies may have, as for `Accept-Encoding` (RFC 9110 §12.5.3). */
export const CODINGS: readonly string[] = Object.keys(INFLATERS).filter((coding) => coding !== 'x-gzip')

/**
 * The codings of a body that change something.
 *
 * @param header the value of `Content-Encoding`
 * @returns in the order in which they were applied; undefined if one is not known, or if there are too many
 */
export function codingsOf(header: string): readonly string[] | undefined {
  const names = header.split(',').map((name) => name.trim().toLowerCase())
  const codings = names.filter((name) => name !== '' && name !== 'identity')
  const isKnown = codings.every((name) => Object.hasOwn(INFLATERS, name))
  return isKnown && codings.length <= MAX_CODINGS ? codings : undefined
}

/** How far a compressed body may grow. */
export interface InflationBounds {
  /** Bytes. */
  readonly limit: number
  /** Times its compressed size. */
  readonly ratio: number
}

/** What is smaller harms nobody, however well it was compressed. */
const RATIO_FROM = 64 * 1024

/**
 * Takes content codings off a body; no more is written than the bounds allow.
 *
 * @param bytes the body as received
 * @param codings in the order in which they were applied
 * @param bounds of the result, and of what is between two codings
 * @throws {CorbelError} CORBEL_BODY_TOO_LARGE, CORBEL_BODY_INFLATED (both 413), CORBEL_BODY_MALFORMED (400)
 */
export async function inflateBody(
  bytes: Uint8Array,
  codings: readonly string[],
  { limit, ratio }: InflationBounds,
): Promise<Uint8Array> {
  const allowed = Math.max(RATIO_FROM, Math.floor(bytes.length * ratio))
  const maxOutputLength = Math.max(1, Math.min(limit, allowed))
  let result = bytes
  for (const coding of codings.toReversed()) {
    try {
      result = await inflateOne(INFLATERS[coding]!, result, maxOutputLength)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE')
        throw new BodyMalformed({ type: coding, reason: 'it cannot be decompressed.' }, { cause: error })
      throw limit <= allowed ? new BodyTooLarge({ limit }) : new BodyInflated({ ratio })
    }
  }
  return result
}

function inflateOne(inflate: Inflate, bytes: Uint8Array, maxOutputLength: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    inflate(bytes, { maxOutputLength }, (error, result) => {
      if (error === null) resolve(result)
      else reject(error)
    })
  })
}

/** `deflate` is the zlib format; some clients send it without its header all the same (RFC 9110 §8.4.1.2). */
function inflateEither(...[bytes, options, done]: Parameters<Inflate>): void {
  const [method = 0, flags = 0] = bytes
  const hasHeader = (method & 0x0f) === 8 && ((method << 8) | flags) % 31 === 0
  if (hasHeader) zlib.inflate(bytes, options, done)
  else zlib.inflateRaw(bytes, options, done)
}
