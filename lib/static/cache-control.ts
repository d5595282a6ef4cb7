import type { Stats } from 'node:fs'
import type { StaticSettings } from './options.js'

const YEAR = 31_536_000
/** Eight characters of base64 that have a capital, a small letter and a digit (Vite, Rollup, esbuild); eight or more of hex. */
const HASHED =
  /[.-](?:(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{8}|(?=[\da-f]*\d)(?=\d*[a-f])[\da-f]{8,64})\.\w+$/

/** True for names that change with what is in the file. */
export function isImmutable(path: string, immutable: boolean | RegExp = false): boolean {
  if (typeof immutable === 'boolean') return immutable && HASHED.test(path)
  return path.search(immutable) !== -1
}

/**
 * The value of `Cache-Control` for a file.
 *
 * @param path below the root
 * @param stats of the file
 * @param settings what the application says of it
 * @param isImmutable whether its name changes with it
 * @returns undefined for none
 */
export function cacheControlOf(
  path: string,
  stats: Stats,
  { cacheControl, maxAge }: StaticSettings,
  isImmutable: boolean,
): string | undefined {
  if (cacheControl === false) return undefined
  const chosen = typeof cacheControl === 'function' ? cacheControl({ path, stats }) : cacheControl
  if (chosen !== undefined) return chosen
  if (isImmutable) return `public, max-age=${YEAR}, immutable`
  // a page names the files that belong to it: an old one would name files that are gone
  if (/\.html?$/i.test(path)) return 'no-cache'
  return `public, max-age=${maxAge}`
}
