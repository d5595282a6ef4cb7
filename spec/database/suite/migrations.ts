import {
  generateMigration,
  migrationStatus,
  revertMigrations,
  runMigrations,
  schemaDrift,
} from 'corbel/database/typeorm'
import { compile } from '../migrations/compile.js'
import { CreateStones1700000000001, FillStones1700000000002, Stone } from '../migrations/migrations.js'
import type { DatabaseUse } from './database-use.js'

const MIGRATIONS = [CreateStones1700000000001, FillStones1700000000002]
const NAMES = MIGRATIONS.map(({ name }) => name)

export function migrations(use: DatabaseUse): void {
  const part = use.part({ entities: [Stone], migrations: MIGRATIONS })
  const states = async () => (await migrationStatus(part.source)).map(({ state }) => state)

  it('are pending, run, and reverted, the last first', async () => {
    await revertMigrations(part.source, 2)
    expect(await states()).toEqual(['pending', 'pending'])
    expect(await runMigrations(part.source)).toEqual(NAMES)
    expect(await runMigrations(part.source)).toEqual([])
    expect(await states()).toEqual(['applied', 'applied'])
    expect(await revertMigrations(part.source)).toEqual([NAMES[1]])
    expect(await states()).toEqual(['applied', 'pending'])
    expect(await revertMigrations(part.source, 5)).toEqual([NAMES[0]])
    expect(await revertMigrations(part.source)).toEqual([])
    expect(await states()).toEqual(['pending', 'pending'])
  })

  it('are not reverted where the program does not have them', async () => {
    await runMigrations(part.source)
    const { migrations } = part.source
    Object.assign(part.source, { migrations: migrations.slice(0, 1) })
    expect(await migrationStatus(part.source)).toEqual([
      { name: NAMES[0], state: 'applied' },
      { name: NAMES[1], state: 'unknown' },
    ])
    await expect(revertMigrations(part.source, 2)).rejects.toMatchObject({ code: 'CORBEL_MIGRATION_UNKNOWN' })
    expect(await part.source.query('SELECT name FROM runs')).toHaveLength(2)
    Object.assign(part.source, { migrations })
  })

  it('are generated from what the tables lack, and bring them there and back', async () => {
    await runMigrations(part.source)
    expect(await schemaDrift(part.source)).toEqual({ up: [], down: [] })
    expect(await generateMigration(part.source, { name: 'nothing' })).toBeUndefined()
    await part.source.query('ALTER TABLE stone DROP COLUMN name')
    const drift = await schemaDrift(part.source)
    expect(drift.up.length).toBeGreaterThan(0)
    const made = (await generateMigration(part.source, { name: 'add-name', timestamp: 1700000000003 }))!
    expect(made).toMatchObject({ name: 'AddName1700000000003', path: undefined })
    const migration = compile(made.source)
    await part.source.query('DELETE FROM stone')
    // one connection is all that some have, so nothing else may hold it
    const apply = async (way: 'up' | 'down'): Promise<void> => {
      const runner = part.source.createQueryRunner()
      await migration[way](runner)
      await runner.release()
    }
    await apply('up')
    expect((await schemaDrift(part.source)).up).toEqual([])
    await apply('down')
    expect((await schemaDrift(part.source)).up).toEqual(drift.up)
    await apply('up')
    await revertMigrations(part.source, 2)
  })
}
