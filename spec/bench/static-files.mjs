import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/** Sizes in bytes by name. */
export const FILES = {
  'small.js': 1024,
  'page.html': 8 * 1024,
  'script.js': 60 * 1024,
  'large.bin': 512 * 1024,
}

/** Makes the folder that the static servers send: the same for all of them. */
export function makeFiles() {
  const root = mkdtempSync(join(tmpdir(), 'corbel-bench-static-'))
  for (const [name, size] of Object.entries(FILES)) {
    const content = Buffer.alloc(size, 'export const answer = 42\n')
    writeFileSync(join(root, name), content)
    if (name === 'script.js') writeFileSync(join(root, `${name}.gz`), gzipSync(content))
  }
  return { root, remove: () => rmSync(root, { recursive: true }) }
}
