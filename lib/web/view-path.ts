import { statSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Finds the file of a view. A name cannot lead out of the folders, wherever it comes from: it has forward slashes between
 * plain names, and nothing else.
 *
 * @param folders asked in order
 * @param name `users/list`, with or without the extension
 * @param extension without the dot
 * @returns its path; undefined if there is none
 */
export function findView(folders: readonly string[], name: string, extension: string): string | undefined {
  if (!isPlain(name)) return undefined
  for (const folder of folders) {
    for (const file of [name, `${name}.${extension}`]) {
      const path = join(folder, file)
      if (statSync(path, { throwIfNoEntry: false })?.isFile() === true) return path
    }
  }
  return undefined
}

/** No empty segments (so no absolute path), no dots, no separators and drives of other systems, no NUL. */
function isPlain(name: string): boolean {
  return name
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\0]/.test(part))
}
