import * as zlib from 'node:zlib'
import type { Transform } from 'node:stream'

/** The content codings that there are; `zstd` where Node has it (22.15, 23.8 and later). */
export type Coding = 'br' | 'gzip' | 'deflate' | 'zstd'

/** How much work goes into a coding. */
export interface CodingLevels {
  /** 0–11. Default 4: more costs much time for few bytes. */
  readonly br?: number
  /** 1–9. Default 6. */
  readonly gzip?: number
  /** 1–9. Default 6. */
  readonly deflate?: number
  /** 1–22. Default 3. */
  readonly zstd?: number
}

/** A stream that compresses, and can be made to let go of what it has. */
export type Compressor = Transform & { flush(kind: number, done: () => void): void; close(): void }

type Done = (error: Error | null, result: Uint8Array) => void

/** One coding at one level. */
export interface Codec {
  readonly coding: Coding
  /** Compresses at once; the whole process waits for it. */
  now(body: Uint8Array): Uint8Array
  /** Compresses beside the process. */
  later(body: Uint8Array, done: Done): void
  /** Compresses as it comes. */
  stream(): Compressor
  /** What makes `flush` let everything out. */
  readonly flushKind: number
}

/** What newer versions have, and the types of older ones do not know. */
interface NewZlib {
  readonly zstdCompress?: (body: Uint8Array, options: object, done: Done) => void
  readonly zstdCompressSync: (body: Uint8Array, options: object) => Uint8Array
  readonly createZstdCompress: (options: object) => Compressor
}

const { constants } = zlib
const numbers = constants as unknown as Readonly<Record<string, number>>
const newer = zlib as unknown as NewZlib

/** Whether this version of Node has a coding. */
export function hasCoding(coding: string): coding is Coding {
  return coding === 'zstd'
    ? newer.zstdCompress !== undefined
    : coding === 'br' || coding === 'gzip' || coding === 'deflate'
}

/** The levels that a coding has. */
export const LEVELS: Readonly<Record<Coding, readonly [least: number, usual: number, most: number]>> = {
  br: [0, 4, 11],
  gzip: [1, 6, 9],
  deflate: [1, 6, 9],
  zstd: [1, 3, 22],
}

/**
 * Makes the means of a coding.
 *
 * @param coding that this version of Node has
 * @param level within `LEVELS`
 */
export function codecOf(coding: Coding, level: number): Codec {
  if (coding === 'br') {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: level,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    }
    // a stream keeps its window in memory for as long as it lasts: 256 KiB instead of 4 MiB
    const small = { params: { ...params, [constants.BROTLI_PARAM_LGWIN]: 18 } }
    return {
      coding,
      now: (body) =>
        zlib.brotliCompressSync(body, {
          params: { ...params, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
        }),
      later: (body, done) => zlib.brotliCompress(body, { params }, done),
      stream: () => zlib.createBrotliCompress(small),
      flushKind: constants.BROTLI_OPERATION_FLUSH,
    }
  }
  if (coding === 'zstd') {
    const options = { params: { [numbers['ZSTD_c_compressionLevel']!]: level } }
    return {
      coding,
      now: (body) => newer.zstdCompressSync(body, options),
      later: (body, done) => newer.zstdCompress!(body, options, done),
      stream: () => newer.createZstdCompress(options),
      flushKind: numbers['ZSTD_e_flush']!,
    }
  }
  const options = { level }
  const isGzip = coding === 'gzip'
  return {
    coding,
    now: (body) => (isGzip ? zlib.gzipSync(body, options) : zlib.deflateSync(body, options)),
    later: (body, done) => (isGzip ? zlib.gzip(body, options, done) : zlib.deflate(body, options, done)),
    stream: () => (isGzip ? zlib.createGzip(options) : zlib.createDeflate(options)),
    flushKind: constants.Z_SYNC_FLUSH,
  }
}
