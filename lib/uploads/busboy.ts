import { createRequire } from 'node:module'
import type { Readable, Writable } from 'node:stream'
import { explainMissingPackage } from '../common/index.js'

/** A part as the splitter emits it: its bytes, and its header fields once they are complete. */
export interface RawPart extends Readable {
  on(event: 'header', listener: (fields: RawFields) => void): this
  on(event: string, listener: (...args: never[]) => void): this
}

/** Header fields by name in lower case, as latin1. */
export type RawFields = Readonly<Record<string, readonly string[] | undefined>>

/** Takes a multipart body apart: the part of `@fastify/busboy` that is used here. */
export interface MultipartSplitter extends Writable {
  on(event: 'part', listener: (part: RawPart) => void): this
  on(event: string, listener: (...args: never[]) => void): this
}

/** How a body is taken apart. */
export interface SplitterOptions {
  readonly boundary: string
  readonly maxHeaderPairs: number
  readonly maxHeaderSize: number
}

/** The class that makes splitters. */
export type MultipartSplitterClass = new (options: SplitterOptions) => MultipartSplitter

let known: MultipartSplitterClass | undefined

/**
 * Loads `@fastify/busboy` with the first upload, or when an interceptor for uploads is built.
 *
 * @param from for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export function loadSplitter(from?: (name: string) => unknown): MultipartSplitterClass {
  if (known !== undefined && from === undefined) return known
  try {
    const load = from ?? createRequire(import.meta.url)
    const { Dicer } = load('@fastify/busboy') as { readonly Dicer: MultipartSplitterClass }
    return (known = Dicer)
  } catch (error) {
    throw explainMissingPackage(error, '@fastify/busboy', 'FileInterceptor')
  }
}
