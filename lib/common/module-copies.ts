/** A process makes at most so many copies; each is some ten KiB of code that is never freed. */
const MOST = 400
let made = 0

/**
 * Loads a module once more. The engine keeps what it has learned about an operation (which object shapes, which functions)
 * with the place in the code: closures of one function share it, and what serves a hundred classes is slow for each. The
 * functions of a copy learn for themselves.
 *
 * @param url the module's own `import.meta.url`
 * @param name of its file, without extension; in a bundle, whose parts cannot be loaded by themselves, nothing is
 * @returns its exports; undefined where there is no copy: in bundles, beyond 400 of them, and with
 * CORBEL_MODULE_COPIES=0 in the environment
 * @example
 * const { createFill } = (await copyOfModule<typeof import('./fill.js')>(fillUrl, 'fill')) ?? shared
 */
export async function copyOfModule<M>(url: string, name: string): Promise<M | undefined> {
  const copy = new URL(url)
  if (made === MOST || !copy.pathname.includes(`/${name}.`)) return undefined
  if (globalThis.process?.env['CORBEL_MODULE_COPIES'] === '0') return undefined
  made += 1
  copy.searchParams.set('copy', String(made))
  try {
    return (await import(/* @vite-ignore */ copy.href)) as M
  } catch {
    // whoever asks works without a copy, too
    return undefined
  }
}
