import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformWithOxc } from 'vite'

const CLIENT = fileURLToPath(new URL('../../../lib/client', import.meta.url))

/** The client library as a folder of scripts, as the build makes it. */
export async function clientFolder(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'corbel-client-'))
  for (const name of await readdir(CLIENT, { recursive: true })) {
    if (!name.endsWith('.ts')) continue
    const target = join(folder, name.replace(/\.ts$/, '.js'))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, (await transformWithOxc(await readFile(join(CLIENT, name), 'utf8'), name)).code)
  }
  return { folder, remove: () => rm(folder, { recursive: true }) }
}
