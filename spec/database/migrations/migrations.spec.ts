import { readFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  closeDataSource,
  generateMigration,
  migrationCommand,
  migrationStatus,
  openDataSource,
  runMigrations,
  schemaDrift,
} from 'corbel/database/typeorm'
import {
  Column,
  Entity,
  PrimaryColumn,
  type DataSource,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm'
import { deferred } from '../../server/start.js'
import { databaseFile } from '../temporary.js'
import { compile } from './compile.js'
import { CreateStones1700000000001, FillStones1700000000002, Stone } from './migrations.js'

const MIGRATIONS = [CreateStones1700000000001, FillStones1700000000002]
const NAMES = MIGRATIONS.map(({ name }) => name)

@Entity()
class Odd {
  @PrimaryColumn('integer') id: number
  @Column('varchar', { default: 'a `quoted` \\ ${word}' }) text: string
}

describe('a migration that is written', () => {
  it('keeps quotes, backslashes and dollar signs as they are', async () => {
    const source = await openDataSource({ database: ':memory:', entities: [Odd] })
    const { sql } = (await schemaDrift(source)).up[0]!
    const said: string[] = []
    const runner = { query: (text: string) => Promise.resolve(said.push(text)) } as unknown as QueryRunner
    await compile((await generateMigration(source, { name: 'odd' }))!.source).up(runner)
    expect(said).toEqual([sql])
    await closeDataSource(source)
  })

  it.each(['', '1st', 'a b', '../a', 'a;b'])('is not called %j', async (name) => {
    await expect(generateMigration({} as DataSource, { name })).rejects.toMatchObject({
      code: 'CORBEL_MIGRATION_NAME',
    })
  })
})

describe('the lock of migrations', () => {
  it('is waited for only so long', async () => {
    const database = await databaseFile()
    const options = { database, migrations: MIGRATIONS, entities: [Stone] }
    const one = await openDataSource(options)
    const other = await openDataSource({ ...options, migrationsWait: 1 })
    const [begun, held] = [deferred(), deferred()]
    Object.assign(one.migrations[0]!, { up: () => (begun.resolve(), held.promise) })
    Object.assign(one.migrations[1]!, { up: () => Promise.resolve() })
    const running = one.runMigrations()
    await begun.promise
    await expect(other.runMigrations()).rejects.toMatchObject({ code: 'CORBEL_MIGRATIONS_LOCKED' })
    held.resolve()
    await running
    expect(await other.runMigrations()).toEqual([])
    await closeDataSource(one)
    await closeDataSource(other)
  })

  it('is given back after a migration that fails', async () => {
    class Broken1700000000003 implements MigrationInterface {
      up(): Promise<void> {
        return Promise.reject(new Error('broken'))
      }
      down(): Promise<void> {
        return Promise.resolve()
      }
    }
    const database = await databaseFile()
    const migrations = [...MIGRATIONS, Broken1700000000003]
    const source = await openDataSource({ database, migrations, entities: [Stone], migrationsWait: 1 })
    await expect(runMigrations(source)).rejects.toThrow('broken')
    await expect(runMigrations(source)).rejects.toThrow('broken')
    // all or nothing
    expect((await migrationStatus(source)).map(({ state }) => state)).toEqual([
      'pending',
      'pending',
      'pending',
    ])
    await closeDataSource(source)
  })
})

describe('the command for migrations', () => {
  let folder: string
  let database: string
  let lines: string[]

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'corbel-migrations-'))
    database = await databaseFile()
    lines = []
  })
  afterEach(() => rm(folder, { recursive: true }))

  const call = (args: string, entities: Function[] = [Stone]): Promise<number> =>
    migrationCommand(args.split(' '), {
      open: () => openDataSource({ database, entities, migrations: MIGRATIONS }),
      folder,
      print: (line) => void lines.push(line),
    })

  it('lists, runs, checks and reverts', async () => {
    expect(await call('status')).toBe(0)
    expect(lines.splice(0)).toEqual(NAMES.map((name) => `pending  ${name}`))
    expect(await call('check')).toBe(1)
    expect(lines.splice(0).slice(0, 2)).toEqual(NAMES.map((name) => `pending  ${name}`))
    expect([await call('run'), await call('run')]).toEqual([0, 0])
    expect(lines.splice(0)).toEqual([`Run: ${NAMES.join(', ')}`, 'No migrations are pending.'])
    expect(await call('check')).toBe(0)
    expect(await call('revert 2')).toBe(0)
    expect(lines.splice(0).at(-1)).toBe(`Reverted: ${[...NAMES].reverse().join(', ')}`)
    expect(await call('revert')).toBe(0)
    expect(lines.splice(0)).toEqual(['There is nothing to revert.'])
  })

  it('finds tables that are not what the entities say, and writes what brings them there', async () => {
    await call('run')
    expect(await call('generate nothing')).toBe(1)
    expect(await call('check', [Stone, Odd])).toBe(1)
    expect(lines.at(-1)).toMatch(/^drift +CREATE TABLE "odd"/)
    expect(await call('generate add-odd', [Stone, Odd])).toBe(0)
    const path = /^Written: (.*-add-odd\.ts)$/.exec(lines.at(-1)!)![1]!
    expect(await readFile(path, 'utf8')).toMatch(/export class AddOdd\d{13} implements MigrationInterface/)
    expect(await call('create by-hand')).toBe(0)
    const empty = /^Written: (.*)$/.exec(lines.at(-1)!)![1]!
    expect(await readFile(empty, 'utf8')).not.toContain('query')
  })

  it.each(['', 'explode', 'generate', 'revert x', 'revert 0'])('says how it is used for %j', async (args) => {
    expect(await call(args)).toBe(2)
    expect(lines.join('\n')).toMatch(/^Usage:[^]*status/)
  })
})
