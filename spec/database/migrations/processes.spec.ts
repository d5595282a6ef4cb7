import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { closeDataSource, openDataSource, type TypeOrmModuleOptions } from 'corbel/database/typeorm'
import { DATABASES, unreachable } from '../../support/databases.js'
import { databaseFile } from '../temporary.js'

const SCRIPT = fileURLToPath(new URL('process.ts', import.meta.url))

/** A process that has opened the database, and its further lines. */
async function start(
  options: TypeOrmModuleOptions,
): Promise<{ child: ChildProcessWithoutNullStreams; lines: AsyncIterator<string> }> {
  const child = spawn(process.execPath, [
    '--import',
    '@oxc-node/core/register',
    SCRIPT,
    JSON.stringify(options),
  ])
  let problems = ''
  child.stderr.on('data', (chunk: Buffer) => (problems += chunk.toString()))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.value !== 'ready') throw new Error(`The process has not started: ${problems}`)
  return { child, lines }
}

describe.each(DATABASES.filter(({ name }) => name !== 'PGlite'))(
  'processes that migrate $name at once',
  (kind) => {
    it('run each migration once', async ({ skip }) => {
      if (await unreachable(kind)) skip(`${kind.name} does not answer`)
      const database = await kind.create()
      const options = kind.name === 'libsql' ? { database: await databaseFile() } : database.options
      const processes = await Promise.all([start(options), start(options)])
      for (const { child } of processes) child.stdin.write('go\n')
      const ended = processes.map(({ child }) => once(child, 'exit'))
      const run = await Promise.all(
        processes.map(async ({ lines }) => JSON.parse((await lines.next()).value as string) as string[]),
      )
      // they have closed the database, too
      await Promise.all(ended)
      // one of them has run all, the other has found nothing to do
      expect(run.sort((one, other) => other.length - one.length)).toEqual([
        ['CreateStones1700000000001', 'FillStones1700000000002'],
        [],
      ])
      const source = await openDataSource(options)
      expect(await source.query('SELECT name FROM runs ORDER BY name')).toMatchObject([
        { name: 'create' },
        { name: 'fill' },
      ])
      await closeDataSource(source)
      await database.drop()
    }, 120_000)
  },
)
