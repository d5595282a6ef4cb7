import { createRequire } from 'node:module'

/** The part of `mime-types` that is used here. */
interface MimeTypes {
  lookup(name: string): string | false
  contentType(type: string): string | false
}

/** Short names that are no extensions, and types that were registered after the package learned another one (RFC 9512). */
const SHORT: Readonly<Record<string, string>> = {
  form: 'application/x-www-form-urlencoded',
  multipart: 'multipart/form-data',
  urlencoded: 'application/x-www-form-urlencoded',
  ndjson: 'application/x-ndjson',
  msgpack: 'application/vnd.msgpack',
  cbor: 'application/cbor',
  yaml: 'application/yaml',
  yml: 'application/yaml',
}

let known: MimeTypes | undefined

/** Loaded when a type is first asked for: its table takes 11 ms, which an application that only sends JSON does not need. */
function mimeTypes(): MimeTypes {
  return (known ??= createRequire(import.meta.url)('mime-types') as MimeTypes)
}

/**
 * The media type of a file name, an extension, or the short name of a type.
 *
 * @param name `report.pdf`, `.pdf`, `pdf`, `/a/b.pdf`
 * @returns the type, with `charset=utf-8` for text; undefined if it is not known
 */
export function mediaTypeOf(name: string): string | undefined {
  const extension = name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf('/')) + 1).toLowerCase()
  if (Object.hasOwn(SHORT, extension)) return SHORT[extension]
  const type = mimeTypes().lookup(extension)
  return type === false ? undefined : mimeTypes().contentType(type) || type
}

/**
 * The media type of a file by the extension of its name: a file that is called `html` has none.
 *
 * @param path of the file
 * @returns as `mediaTypeOf`
 */
export function fileTypeOf(path: string): string | undefined {
  const extension = /[^/\\](\.[^./\\]+)$/.exec(path)?.[1]
  return extension === undefined ? undefined : mediaTypeOf(extension)
}

/**
 * A media type in full.
 *
 * @param type a media type, returned as it is, or a short name such as `json`
 * @returns without parameters; the short name itself if it is not known
 */
export function fullMediaType(type: string): string {
  return type.includes('/') ? type : (mediaTypeOf(type)?.split(';', 1)[0] ?? type)
}
