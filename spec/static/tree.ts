import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** When all files of a tree were changed. */
export const CHANGED = new Date('2026-01-01T00:00:00Z')

/** A folder for one spec file, removed when it is done. */
export interface Tree {
  /** Absolute. */
  readonly root: string
  path(name: string): string
  write(name: string, content: string | Uint8Array, changed?: Date): Promise<void>
  link(name: string, target: string): Promise<void>
  remove(): Promise<void>
}

/**
 * Makes a folder.
 *
 * @param files content by path
 */
export async function makeTree(files: Readonly<Record<string, string | Uint8Array>>): Promise<Tree> {
  const root = await mkdtemp(join(tmpdir(), 'corbel-static-'))
  const tree: Tree = {
    root,
    path: (name) => join(root, name),
    async write(name, content, changed = CHANGED) {
      await mkdir(dirname(join(root, name)), { recursive: true })
      await writeFile(join(root, name), content)
      await utimes(join(root, name), changed, changed)
    },
    async link(name, target) {
      await mkdir(dirname(join(root, name)), { recursive: true })
      await symlink(target, join(root, name))
    },
    remove: () => rm(root, { recursive: true }),
  }
  for (const [name, content] of Object.entries(files)) await tree.write(name, content)
  return tree
}
