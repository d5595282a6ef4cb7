import type { DataSource } from 'typeorm'
import type { MaybePromise } from '../../../common/index.js'
import { generateMigration, schemaDrift } from './generate.js'
import { migrationStatus, revertMigrations, runMigrations } from './status.js'

/** What the migration command works on. */
export interface MigrationCommandOptions {
  /** Opens the data source: with entities and migrations, and neither `synchronize` nor `migrationsRun`. */
  readonly open: () => MaybePromise<DataSource>
  /** Where `generate` and `create` write. Default `migrations`. */
  readonly folder?: string
  /** Where lines go. Default the standard output. */
  readonly print?: (line: string) => void
}

const USAGE = `Usage: <command>
  status             lists the migrations and whether they were run
  run                runs those that were not
  revert [count]     undoes the last one, or several
  generate <name>    writes one that brings the tables to what the entities say
  create <name>      writes an empty one
  check              fails where migrations are pending, or tables are not what the entities say`

/**
 * A command for migrations, to be called by a script of the application.
 *
 * @param args the command and what it takes, such as `process.argv.slice(2)`
 * @param options the data source, which is closed at the end
 * @returns the exit code: 0; 1 if `check` or `generate` finds what it should not; 2 for a command that does not exist
 * @example
 * process.exitCode = await migrationCommand(process.argv.slice(2), {
 *   open: () => openDataSource({ url: process.env.DATABASE_URL, entities, migrations }),
 *   folder: 'migrations',
 * })
 */
export async function migrationCommand(
  args: readonly string[],
  { open, folder = 'migrations', print = console.log }: MigrationCommandOptions,
): Promise<number> {
  const [name = '', argument] = args
  const command = COMMANDS.get(name)
  const isWrong = command === undefined || (argument === undefined && command.needs !== undefined)
  if (isWrong) {
    print(USAGE)
    return 2
  }
  const source = await open()
  try {
    return await command.run({ source, argument: argument ?? '', folder, print })
  } finally {
    await source.destroy()
  }
}

interface Call {
  readonly source: DataSource
  readonly argument: string
  readonly folder: string
  print(line: string): void
}

interface Command {
  /** The argument that it cannot do without. */
  readonly needs?: string
  run(call: Call): Promise<number>
}

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    'status',
    {
      async run({ source, print }) {
        for (const { name, state } of await migrationStatus(source)) print(`${state.padEnd(8)} ${name}`)
        return 0
      },
    },
  ],
  [
    'run',
    {
      async run({ source, print }) {
        const names = await runMigrations(source)
        print(names.length === 0 ? 'No migrations are pending.' : `Run: ${names.join(', ')}`)
        return 0
      },
    },
  ],
  [
    'revert',
    {
      async run({ source, argument, print }) {
        const count = argument === '' ? 1 : Number(argument)
        if (!Number.isInteger(count) || count < 1) {
          print(USAGE)
          return 2
        }
        const names = await revertMigrations(source, count)
        print(names.length === 0 ? 'There is nothing to revert.' : `Reverted: ${names.join(', ')}`)
        return 0
      },
    },
  ],
  [
    'generate',
    {
      needs: 'name',
      async run({ source, argument, folder, print }) {
        const made = await generateMigration(source, { name: argument, folder })
        print(made === undefined ? 'The tables are what the entities say.' : `Written: ${made.path!}`)
        return made === undefined ? 1 : 0
      },
    },
  ],
  [
    'create',
    {
      needs: 'name',
      async run({ source, argument, folder, print }) {
        const made = await generateMigration(source, { name: argument, folder, empty: true })
        print(`Written: ${made!.path!}`)
        return 0
      },
    },
  ],
  ['check', { run: ({ source, print }) => check(source, print) }],
])

async function check(source: DataSource, print: (line: string) => void): Promise<number> {
  const wrong = (await migrationStatus(source)).filter(({ state }) => state !== 'applied')
  for (const { name, state } of wrong) print(`${state.padEnd(8)} ${name}`)
  const { up } = await schemaDrift(source)
  for (const { sql } of up) print(`drift    ${sql}`)
  if (wrong.length === 0 && up.length === 0)
    print('All migrations were run, and the tables are what the entities say.')
  return wrong.length === 0 && up.length === 0 ? 0 : 1
}
