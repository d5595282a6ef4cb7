import type { BodyFormat } from './format.js'

/** Kinds of bodies: the first four are read by every application, the others where it names them, by a package. */
export type BodyKind = 'json' | 'urlencoded' | 'text' | 'raw' | 'xml' | 'msgpack' | 'cbor'

/** How bodies of one kind are read. */
export interface BodyKindOptions {
  /** Bytes, or text such as `'10mb'`, instead of the limit of all. */
  readonly limit?: number | string
  /** Media types that are read as this kind, beside its own: `'text/csv'`; `*` for any subtype. */
  readonly type?: string | readonly string[]
}

/** How bodies are read. */
export interface BodyOptions {
  /** Bytes, or text such as `'10mb'`; larger ones are refused with 413. Default 1 MiB. `@BodyLimit` wins. */
  readonly limit?: number | string
  /** What is different for a kind; true for those that are read only where they are named, false for those not to be read. */
  readonly kinds?: Readonly<Partial<Record<BodyKind, BodyKindOptions | boolean>>>
  /** False reads only the kinds that are named in `kinds`: others are left to middleware. Default true. */
  readonly parse?: boolean
  /** Keeps the bytes of every body that is read, for `request.rawBody` and `@RawBody()`. Default false. */
  readonly rawBody?: boolean
  /** Levels of objects and lists; deeper bodies are refused with 400. Default 100. */
  readonly depth?: number
  /**
   * Whether compressed bodies are read, and how many times its size such a body may grow, above 64 KiB. Default
   * `{ ratio: 100 }`; the limit is about what it has grown to.
   */
  readonly inflate?: boolean | { readonly ratio: number }
  /** Formats of the application's own; they come before the others. */
  readonly formats?: readonly BodyFormat[]
}
