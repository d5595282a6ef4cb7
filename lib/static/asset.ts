import type { Stats } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { fileTypeOf, HeaderList } from '../http/index.js'
import { fileDate, FileSource, fileTag } from '../web/index.js'
import { cacheControlOf, isImmutable } from './cache-control.js'
import { CODINGS } from './codings.js'
import type { StaticSettings } from './options.js'
import { isHidden } from './request-path.js'

/** One form in which a file can be sent: as it is, or compressed beforehand. */
export interface AssetForm {
  /** `identity` for the file itself. */
  readonly coding: string
  /** Bytes. */
  readonly size: number
  /** Where it is, behind all links. */
  readonly file: string
  readonly stats: Stats
  /** What is in it; undefined if it is read each time. */
  readonly bytes: Uint8Array | undefined
  /** What tells about it. */
  readonly headers: HeaderList
  /** The same with all that answers have, where nobody else has a say: without TLS, and with it. */
  prepared: HeaderList | undefined
  preparedForTls: HeaderList | undefined
}

/** A file with its forms. */
export interface Asset {
  /** The file itself first. */
  readonly forms: readonly AssetForm[]
  /** By what a change is noticed. */
  readonly signature: string
  /** Bytes that it takes in memory, about. */
  readonly weight: number
}

/** What keeping a file costs beside its bytes. */
const OVERHEAD = 2048

/**
 * Reads a file, or what is to be known of it if it is large.
 *
 * @param path below the root, as `relativePath` gives it
 * @param settings of the root
 * @returns undefined if there is no such file, or if a link leads out of the root
 */
export async function loadAsset(path: string, settings: StaticSettings): Promise<Asset | undefined> {
  const signature = await signatureOf(path, settings)
  if (signature === undefined) return undefined
  const plain = await loadForm(path, '', settings)
  if (plain === undefined) return undefined
  const others = await Promise.all(endings(settings).map((ending) => loadForm(path, ending, settings)))
  const forms = [plain, ...others.filter((form) => form !== undefined)]
  // caches have to keep the forms apart
  if (forms.length > 1) for (const { headers } of forms) headers.set('vary', 'Accept-Encoding')
  const weight = forms.reduce((sum, { bytes }) => sum + OVERHEAD + (bytes?.length ?? 0), 0)
  return { forms, signature, weight }
}

/**
 * What changes with a file or its forms.
 *
 * @returns undefined if there is no such file
 */
export async function signatureOf(path: string, settings: StaticSettings): Promise<string | undefined> {
  const file = join(settings.root, path)
  const states = await Promise.all(
    ['', ...endings(settings)].map((ending) => stat(file + ending).catch(() => undefined)),
  )
  if (states[0]?.isFile() !== true) return undefined
  return states.map((state) => (state === undefined ? '' : stateOf(state))).join(' ')
}

/** True if a file is still the one that it was. */
export function isSameState(a: Stats, b: Stats): boolean {
  return stateOf(a) === stateOf(b)
}

/** True for folders. */
export async function isFolder(path: string, { root }: StaticSettings): Promise<boolean> {
  return (await stat(join(root, path)).catch(() => undefined))?.isDirectory() ?? false
}

function stateOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`
}

function endings({ precompressed = true }: StaticSettings): readonly string[] {
  return precompressed ? Object.keys(CODINGS) : []
}

async function loadForm(
  path: string,
  ending: string,
  settings: StaticSettings,
): Promise<AssetForm | undefined> {
  const name = join(settings.root, path + ending)
  const source = await FileSource.open(name)
  if (source === undefined) return undefined
  try {
    const file = await placeOf(name, source.stats, settings)
    if (file === undefined) return undefined
    const { stats, size } = source
    const bytes = size <= settings.cacheFileSize && settings.cacheSize > 0 ? await readAll(source) : undefined
    const coding = CODINGS[ending] ?? 'identity'
    const headers = describe(path, coding, stats, settings)
    return { coding, size, file, stats, bytes, headers, prepared: undefined, preparedForTls: undefined }
  } finally {
    await source.close()
  }
}

/**
 * Where an open file is behind all links.
 *
 * @returns undefined if that is not below the root, or if it has been replaced since it was opened
 */
async function placeOf(name: string, opened: Stats, settings: StaticSettings): Promise<string | undefined> {
  const [root, file] = await Promise.all([realpath(settings.root), realpath(name).catch(() => undefined)])
  if (file === undefined) return undefined
  const now = await stat(file).catch(() => undefined)
  if (now === undefined || now.ino !== opened.ino || now.dev !== opened.dev) return undefined
  if (settings.followSymlinks === true) return file
  const folder = root.endsWith(sep) ? root : root + sep
  if (!file.startsWith(folder)) return undefined
  // a link of another name shows what is hidden no more than its own name does
  const inside = file.slice(folder.length).replaceAll(sep, '/')
  return settings.dotfiles !== 'allow' && isHidden(inside) ? undefined : file
}

/** Undefined if it has become shorter meanwhile: then it is read when it is sent. */
async function readAll(source: FileSource): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source.read({ start: 0, end: source.size - 1 })) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  return bytes.length === source.size ? bytes : undefined
}

function describe(path: string, coding: string, stats: Stats, settings: StaticSettings): HeaderList {
  const extension = path.slice(path.lastIndexOf('.') + 1).toLowerCase()
  const { types = {}, etag = true, lastModified, acceptRanges, headers = {} } = settings
  const type = Object.hasOwn(types, extension) ? types[extension] : fileTypeOf(path)
  const immutable = isImmutable(path, settings.immutable)
  const list = new HeaderList().set('content-type', type ?? 'application/octet-stream')
  if (coding !== 'identity') list.set('content-encoding', coding)
  const cacheControl = cacheControlOf(path, stats, settings, immutable)
  if (cacheControl !== undefined) list.set('cache-control', cacheControl)
  if (lastModified !== false) list.set('last-modified', fileDate(stats))
  if (etag !== false) {
    const tag = fileTag(stats, etag === 'strong' || immutable)
    list.set('etag', coding === 'identity' ? tag : `${tag.slice(0, -1)}-${coding}"`)
  }
  if (acceptRanges !== false) list.set('accept-ranges', 'bytes')
  const own = typeof headers === 'function' ? headers({ path, stats }) : headers
  for (const [name, value] of Object.entries(own)) list.set(name, value)
  return list
}
