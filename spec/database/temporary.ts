import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders: string[] = []

afterAll(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

/** The path of a database file that does not exist yet; removed after the specs of the file. */
export async function databaseFile(name = 'test.sqlite'): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'corbel-'))
  folders.push(folder)
  return join(folder, name)
}
