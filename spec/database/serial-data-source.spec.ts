import * as typeorm from 'typeorm'
import { Column, Entity, PrimaryGeneratedColumn, type DataSource } from 'typeorm'
import { setTimeout as delay } from 'node:timers/promises'
import { resolveOptions, type EmbeddedOptions } from '../../lib/database/typeorm/options.js'
import { createSerialDataSource } from '../../lib/database/typeorm/serial-data-source.js'
import { deferred } from '../server/start.js'
import { databaseFile } from './temporary.js'

@Entity()
class Entry {
  @PrimaryGeneratedColumn()
  id: number

  @Column('text', { unique: true })
  text: string
}

describe('an SQLite data source that everybody uses at once', () => {
  let source: DataSource

  async function open(busyTimeout = 60_000, extra: Partial<EmbeddedOptions> = {}): Promise<DataSource> {
    const { options } = resolveOptions(
      { database: await databaseFile(), synchronize: true, ...extra },
      'default',
      [Entry],
    )
    source = createSerialDataSource(typeorm, options, busyTimeout)
    return source.initialize()
  }

  afterEach(async () => {
    if (source.isInitialized) await source.destroy()
  })

  it('takes a null that is the only parameter', async () => {
    await open()
    expect(await source.query('SELECT ? IS NULL AS is_null', [null])).toEqual([{ is_null: 1 }])
    await source.query('CREATE TABLE notes (text TEXT)')
    await source.query('INSERT INTO notes VALUES (?)', [null])
    expect(await source.query('SELECT text FROM notes')).toEqual([{ text: null }])
  })

  const texts = async () =>
    (await source.getRepository(Entry).find({ order: { id: 'ASC' } })).map(({ text }) => text)

  it('runs 50 overlapping transactions, each of them whole', async () => {
    await open()
    await source.query('CREATE TABLE counter (value INTEGER)')
    await source.query('INSERT INTO counter VALUES (0)')
    const increment = () =>
      source.transaction(async (manager) => {
        const [{ value }] = await manager.query('SELECT value FROM counter')
        await delay(1)
        await manager.query('UPDATE counter SET value = ?', [value + 1])
        await manager.save(Entry, { text: `entry ${value}` })
      })
    await Promise.all(Array.from({ length: 50 }, increment))
    expect(await source.query('SELECT value FROM counter')).toEqual([{ value: 50 }])
    expect(await source.getRepository(Entry).count()).toBe(50)
  })

  it('keeps what others write while a transaction fails', async () => {
    await open()
    const [written, end] = [deferred(), deferred()]
    const failing = source.transaction(async (manager) => {
      await manager.save(Entry, { text: 'undone' })
      written.resolve()
      await end.promise
      throw new Error('no')
    })
    await written.promise
    const saved = source.getRepository(Entry).save({ text: 'kept' })
    const inserted = source.getRepository(Entry).insert({ text: 'kept too' })
    end.resolve()
    await expect(failing).rejects.toThrow('no')
    await Promise.all([saved, inserted])
    expect((await texts()).sort()).toEqual(['kept', 'kept too'])
  })

  it('shows nobody what is not committed', async () => {
    await open()
    const [written, end] = [deferred(), deferred()]
    const writing = source.transaction(async (manager) => {
      await manager.save(Entry, { text: 'never' })
      written.resolve()
      await end.promise
      throw new Error('no')
    })
    await written.promise
    const seen = source.getRepository(Entry).count()
    end.resolve()
    await expect(writing).rejects.toThrow('no')
    expect(await seen).toBe(0)
  })

  it('lets overlapping saves fail one by one', async () => {
    await open()
    const save = () => source.getRepository(Entry).save({ text: 'same' })
    const results = await Promise.allSettled(Array.from({ length: 10 }, save))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await texts()).toEqual(['same'])
  })

  it('lets repositories from outside take part in the transaction that runs', async () => {
    await open()
    const outside = source.getRepository(Entry)
    const failing = source.transaction(async () => {
      await outside.save({ text: 'undone' })
      expect(await outside.count()).toBe(1)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await outside.count()).toBe(0)
  })

  it('joins nested transactions by savepoints', async () => {
    await open()
    await source.transaction(async (manager) => {
      await manager.save(Entry, { text: 'outer' })
      const inner = source.transaction(async (nested) => {
        await nested.save(Entry, { text: 'inner' })
        throw new Error('only the inner one')
      })
      await expect(inner).rejects.toThrow('only the inner one')
      await manager.transaction((nested) => nested.save(Entry, { text: 'second inner' }))
    })
    expect(await texts()).toEqual(['outer', 'second inner'])
  })

  it('lets nested transactions beside each other take turns', async () => {
    await open()
    await source.transaction(async (manager) => {
      const nested = Array.from({ length: 10 }, (_, i) =>
        source.transaction(async () => {
          await source.getRepository(Entry).save({ text: `nested ${i}` })
          await delay(1)
          if (i % 2 === 1) throw new Error('odd')
        }),
      )
      const beside = manager.insert(Entry, { text: 'beside' })
      const results = await Promise.allSettled(nested)
      await beside
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5)
    })
    expect((await texts()).sort()).toEqual([
      'beside',
      'nested 0',
      'nested 2',
      'nested 4',
      'nested 6',
      'nested 8',
    ])
  })

  it('serves work that a transaction started and did not wait for', async () => {
    await open()
    let late: Promise<unknown> | undefined
    const ended = deferred()
    await source.transaction(async (manager) => {
      await manager.save(Entry, { text: 'first' })
      late = ended.promise.then(() =>
        source.transaction(() => source.getRepository(Entry).save({ text: 'late' })),
      )
    })
    ended.resolve()
    await late
    expect(await texts()).toEqual(['first', 'late'])
  })

  it('takes turns with transactions by hand, and ends one that was released open', async () => {
    await open()
    const runner = source.createQueryRunner()
    await runner.startTransaction()
    await runner.manager.save(Entry, { text: 'by hand' })
    const other = source.getRepository(Entry).save({ text: 'other' })
    await runner.commitTransaction()
    await other
    await runner.startTransaction()
    await runner.manager.save(Entry, { text: 'forgotten' })
    await runner.release()
    expect(await texts()).toEqual(['by hand', 'other'])
  })

  it('gives up after the timeout and says why (CORBEL_DATABASE_BUSY)', async () => {
    await open(20)
    const runner = source.createQueryRunner()
    await runner.startTransaction()
    await expect(source.getRepository(Entry).count()).rejects.toMatchObject({
      code: 'CORBEL_DATABASE_BUSY',
      status: 503,
    })
    await runner.rollbackTransaction()
    expect(await source.getRepository(Entry).count()).toBe(0)
  })

  it('is usable after a transaction whose end failed', async () => {
    await open()
    const failing = source.transaction(async (manager) => {
      await manager.save(Entry, { text: 'undone' })
      await manager.query('ROLLBACK')
    })
    await expect(failing).rejects.toThrow(/no transaction is active/)
    await source.transaction((manager) => manager.save(Entry, { text: 'after' }))
    expect(await texts()).toEqual(['after'])
  })

  it('closes only after the transaction that is open', async () => {
    await open()
    const database = String(source.options.database)
    const [begun, rest] = [deferred(), deferred()]
    const writing = source.transaction(async (manager) => {
      begun.resolve()
      await rest.promise
      await manager.save(Entry, { text: 'written' })
    })
    await begun.promise
    const closing = source.destroy()
    rest.resolve()
    await Promise.all([closing, writing])
    await open(undefined, { database })
    expect(await texts()).toEqual(['written'])
  })
})
