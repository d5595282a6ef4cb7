import type { Stats } from 'node:fs'
import { resolve } from 'node:path'
import { byteSize, durationMs, joinPaths } from '../web/index.js'
import { StaticOptionsInvalid } from './errors.js'

/** What is told about a file to functions in options. */
export interface StaticFileInfo {
  /** Below the root, with forward slashes: `assets/app.js`. */
  readonly path: string
  readonly stats: Stats
}

/** Which files are served, where and how. */
export interface StaticOptions {
  /** The folder; relative to the working directory. */
  readonly root: string
  /** The path below which its files appear. Default `/`. */
  readonly prefix?: string
  /** The file that is sent for a folder; false for none. Default `index.html`. */
  readonly index?: string | false
  /** Sends a folder's path without slash at its end to the one with it. Default true. */
  readonly redirect?: boolean
  /**
   * The page of a single-page application: sent where there is no file, to navigations of browsers, for paths without
   * extension. True for `index.html`. Default false.
   */
  readonly spa?: boolean | string
  /** Paths (with `*` for the rest) that the page of the application is not sent for: `['/api/*rest']`. */
  readonly exclude?: readonly string[]
  /** How long caches may keep files: milliseconds, or text such as `'1h'`. Default 0: they ask each time. */
  readonly maxAge?: number | string
  /** The whole of `Cache-Control`, or a function that gives it; false for none. Undefined from a function: the default. */
  readonly cacheControl?: string | false | ((file: StaticFileInfo) => string | undefined)
  /**
   * Files that never change because their names carry a hash of what is in them: true for the names that build tools
   * make (`app-BfG3aK2x.js`, `app.3f2c91ab.css`), or a pattern for paths. They are kept for a year. Default false.
   */
  readonly immutable?: boolean | RegExp
  /** False for no `ETag`; `'strong'` if files are replaced and never written to. Default true: weak ones. */
  readonly etag?: boolean | 'strong'
  /** Default true. */
  readonly lastModified?: boolean
  /** Whether parts may be asked for. Default true. */
  readonly acceptRanges?: boolean
  /** Looks for `.br`, `.zst` and `.gz` beside files, for clients that take them. Default true. */
  readonly precompressed?: boolean
  /** Names that begin with a dot: 404 (the default), 403, or they are sent. `.well-known` at the top always is. */
  readonly dotfiles?: 'ignore' | 'deny' | 'allow'
  /** Follows links that lead out of the folder. Default false: there is no file then. */
  readonly followSymlinks?: boolean
  /** More headers: for all files, or a function that gives them. */
  readonly headers?:
    Readonly<Record<string, string>> | ((file: StaticFileInfo) => Readonly<Record<string, string>>)
  /** Media types by extension, before those that are known: `{ gltf: 'model/gltf+json' }`. */
  readonly types?: Readonly<Record<string, string>>
  /** Keeps small files in memory; false for none. */
  readonly cache?: StaticCacheOptions | false
}

/** What is kept in memory. */
export interface StaticCacheOptions {
  /** Bytes of all files together, or text such as `'64mb'`. Default 32 MiB. */
  readonly maxSize?: number | string
  /** Larger files are read each time. Default 256 KiB. */
  readonly maxFileSize?: number | string
  /** How long a file is taken for unchanged without a look at it: milliseconds, or text. Default 1 s. */
  readonly checkAfter?: number | string
}

/** Options with nothing left open. */
export interface StaticSettings extends Omit<StaticOptions, 'root' | 'prefix' | 'maxAge' | 'cache' | 'spa'> {
  readonly root: string
  /** Without slash at its end; empty for `/`. */
  readonly prefix: string
  readonly index: string | false
  readonly redirect: boolean
  readonly spa: string | undefined
  readonly exclude: readonly string[]
  /** Seconds. */
  readonly maxAge: number
  readonly dotfiles: 'ignore' | 'deny' | 'allow'
  /** Bytes. */
  readonly cacheSize: number
  /** Bytes. */
  readonly cacheFileSize: number
  /** ms. */
  readonly checkAfter: number
}

/**
 * Fills in what is not said.
 *
 * @throws {CorbelError} CORBEL_STATIC_OPTIONS
 */
export function settingsOf(given: string | StaticOptions): StaticSettings {
  const options: StaticOptions = typeof given === 'string' ? { root: given } : given
  check(options)
  const { root, prefix = '/', spa = false, cache = {} } = options
  const {
    maxSize = '32mb',
    maxFileSize = '256kb',
    checkAfter = 1000,
  } = cache === false ? { maxSize: 0 } : cache
  const joined = joinPaths(prefix)
  return {
    index: 'index.html',
    redirect: true,
    exclude: [],
    dotfiles: 'ignore',
    ...options,
    root: resolve(root),
    prefix: joined === '/' ? '' : joined,
    spa: spa === true ? 'index.html' : spa === false ? undefined : spa,
    maxAge: Math.floor(durationMs(options.maxAge ?? 0) / 1000),
    cacheSize: byteSize(maxSize),
    cacheFileSize: byteSize(maxFileSize),
    checkAfter: durationMs(checkAfter),
  }
}

function check(options: StaticOptions): void {
  const { root, prefix, index, spa, dotfiles } = options
  const refuse = (option: string, value: unknown, advice: string): never => {
    throw new StaticOptionsInvalid({ option, value: JSON.stringify(value) ?? String(value), advice })
  }
  if (typeof root !== 'string' || root === '') refuse('root', root, 'Name a folder.')
  if (prefix !== undefined && /[:*{}?#%\\]|\/\//.test(prefix))
    refuse('prefix', prefix, 'It is a plain path such as "/assets".')
  for (const [name, file] of Object.entries({ index, spa })) {
    if (typeof file !== 'string') continue
    if (file === '' || /^[./\\]|\.\.|\\/.test(file))
      refuse(name, file, 'Name a file below the root, such as "index.html".')
  }
  if (dotfiles !== undefined && !['ignore', 'deny', 'allow'].includes(dotfiles))
    refuse('dotfiles', dotfiles, "Say 'ignore', 'deny' or 'allow'.")
}
