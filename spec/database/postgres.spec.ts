import { text } from 'node:stream/consumers'
import { createRequire } from 'node:module'
import {
  arrayHasAll,
  arrayHasAny,
  asTenant,
  copyIn,
  copyOut,
  fullText,
  jsonContains,
  jsonMatches,
  PostgresLock,
  PostgresPubSub,
  rowSecurity,
  SearchColumn,
} from 'corbel/database/typeorm/postgres'
import { Column, DataSource, Entity, PrimaryGeneratedColumn, type DataSourceOptions } from 'typeorm'
import { PUB_SUB_RULES } from '../ports/pub-sub-rules.js'
import { DATABASES, OPENING_MS, unreachable, type TestDatabase } from '../support/databases.js'
import { eventually } from '../support/eventually.js'

@Entity()
class Product {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar') name: string
  @Column('jsonb', { default: {} }) details: Record<string, unknown>
  @Column('text', { array: true, default: [] }) labels: string[]
  @SearchColumn({ columns: { name: 'A' }, language: 'english' }) words: string
}

@Entity()
class Reading {
  @PrimaryGeneratedColumn() id: number
  @Column('timestamp', { nullable: true }) clock: Date | null
  @Column('timestamptz', { nullable: true }) moment: Date | null
  @Column('bytea', { nullable: true }) bytes: Buffer | null
  @Column('text', { array: true, nullable: true }) labels: (string | null)[] | null
  @Column('int', { array: true, nullable: true }) grid: number[][] | null
  @Column('jsonb', { nullable: true }) json: unknown
  @Column('boolean', { nullable: true }) flag: boolean | null
}

@Entity()
class Note {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar') tenant: string
  @Column('varchar') text: string
}

const postgres = DATABASES.find(({ name }) => name === 'PostgreSQL')!
const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

describe('PostgreSQL', () => {
  let database: TestDatabase
  let source: DataSource
  let skipped = false

  beforeAll(async () => {
    skipped = await unreachable(postgres)
    if (skipped) return
    database = await postgres.create()
    const options = {
      ...database.options,
      entities: [Product, Note, Reading],
      synchronize: true,
      poolSize: 6,
    }
    source = await new DataSource(options as DataSourceOptions).initialize()
  }, OPENING_MS)
  beforeEach(({ skip }) => {
    if (skipped) skip('PostgreSQL is not reachable')
  })
  afterAll(async () => {
    if (skipped) return
    await source.destroy()
    await database.drop()
  })

  /** Channels and locks are those of a database, which other runs of the specs use, too. */
  const own = (name: string): string =>
    `${(database.options as { applicationName: string }).applicationName} ${name}`

  /** A promise for the next message, and the listener that keeps it. */
  function mailbox() {
    const messages: string[] = []
    const waiting: ((message: string) => void)[] = []
    return {
      listen(message: Uint8Array): void {
        const next = waiting.shift()
        if (next === undefined) messages.push(decode(message))
        else next(decode(message))
      },
      next: (): Promise<string> =>
        messages.length > 0
          ? Promise.resolve(messages.shift()!)
          : new Promise((resolve) => waiting.push(resolve)),
    }
  }

  describe('as a carrier of messages', () => {
    for (const [rule, check] of Object.entries(PUB_SUB_RULES))
      it(rule, async () => {
        const [one, two] = [new PostgresPubSub(source), new PostgresPubSub(source)]
        await check({ one, two, name: own(rule) })
        await Promise.all([one.close(), two.close()])
      })

    it('reaches who listens on other connections, with text and bytes, on channels of any name', async () => {
      const [one, two] = [new PostgresPubSub(source), new PostgresPubSub(source)]
      const long = own(`"; DROP TABLE product; -- ${'x'.repeat(80)}`)
      const news = own('news')
      const [box, other] = [mailbox(), mailbox()]
      await one.subscribe(long, box.listen)
      const subscription = await one.subscribe(news, other.listen)
      await two.publish(long, 'with \0 and ä')
      await two.publish(news, new Uint8Array([65, 66]))
      expect([await box.next(), await other.next()]).toEqual(['with \0 and ä', 'AB'])
      await expect(two.publish(news, 'x'.repeat(8000))).rejects.toMatchObject({
        code: 'CORBEL_POSTGRES_MESSAGE_TOO_LARGE',
      })
      await subscription.close()
      await Promise.all([one.close(), two.close()])
    })

    it('is heard after the commit, and not after a rollback', async () => {
      const pubSub = new PostgresPubSub(source)
      const box = mailbox()
      await pubSub.subscribe(own('orders'), box.listen)
      const send = (message: string) =>
        ['SELECT pg_notify($1, $2)', [`corbel:${own('orders')}`, `t${message}`]] as const
      await source
        .transaction(async (manager) => {
          await manager.query(...(send('undone') as unknown as [string, unknown[]]))
          throw new Error('no')
        })
        .catch(() => undefined)
      await source.transaction((manager) =>
        manager.query(...(send('done') as unknown as [string, unknown[]])),
      )
      expect(await box.next()).toBe('done')
      await pubSub.close()
    })

    it('listens again when its connection is cut', async () => {
      const pubSub = new PostgresPubSub(source)
      const box = mailbox()
      let returns = 0
      pubSub.onReconnect(() => (returns += 1))
      await pubSub.subscribe(own('again'), box.listen)
      expect(returns).toBe(0)
      await source.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE $1 AND pid <> pg_backend_pid()`,
        [`LISTEN "corbel:${own('again')}"%`],
      )
      // what is said while nobody listens is lost
      await eventually(() => expect(returns).toBe(1))
      await pubSub.publish(own('again'), 'hello')
      expect(await box.next()).toBe('hello')
      await pubSub.close()
    })

    it('tries anew where it could not be opened', async () => {
      const pubSub = new PostgresPubSub(source)
      const box = mailbox()
      const { master } = source.driver as unknown as { master: { connect(): Promise<unknown> } }
      const connect = jest.spyOn(master, 'connect')
      connect.mockRejectedValueOnce(new Error('sorry, too many clients already'))
      await expect(pubSub.subscribe(own('tried'), box.listen)).rejects.toThrow('too many clients')
      connect.mockRestore()
      await pubSub.subscribe(own('tried'), box.listen)
      await pubSub.publish(own('tried'), 'hello')
      expect(await box.next()).toBe('hello')
      await pubSub.close()
    })

    it('is heard by whoever was told that he listens, also beside somebody who was first', async () => {
      const pubSub = new PostgresPubSub(source)
      const [first, second] = [mailbox(), mailbox()]
      // there is a connection, so that nobody waits for one
      await pubSub.subscribe(own('before'), () => undefined)
      const told: string[] = []
      await Promise.all([
        pubSub.subscribe(own('both'), first.listen).then(() => told.push('first')),
        pubSub.subscribe(own('both'), second.listen).then(() => told.push('second')),
      ])
      // it is the first one's LISTEN that both wait for
      expect(told).toEqual(['first', 'second'])
      await pubSub.publish(own('both'), 'hello')
      expect([await first.next(), await second.next()]).toEqual(['hello', 'hello'])
      await pubSub.close()
    })
  })

  describe('as a lock', () => {
    it('lets one at a time, and tokens grow', async () => {
      const [one, two] = [new PostgresLock(source), new PostgresLock(source)]
      const first = await one.acquire(own('invoices'))
      await expect(two.acquire(own('invoices'))).rejects.toMatchObject({ code: 'CORBEL_LOCK_TAKEN' })
      const other = await two.acquire(own('other'))
      const waiting = two.acquire(own('invoices'), { wait: 60_000 })
      await first.release()
      const second = await waiting
      expect(second.token! > first.token!).toBe(true)
      await Promise.all([second.release(), other.release(), first.release()])
    })

    it('is free when the connection of its holder ends, who is told so', async () => {
      const lock = new PostgresLock(source)
      const lease = await lock.acquire(own('cut'))
      const told = new Promise((resolve) => lease.signal.addEventListener('abort', resolve))
      await source.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_current_xact_id%' AND application_name = $1`,
        [(database.options as { applicationName: string }).applicationName],
      )
      await told
      await (await lock.acquire(own('cut'), { wait: 60_000 })).release()
    })

    it('is free when its time is over', async () => {
      const lock = new PostgresLock(source)
      const lease = await lock.acquire(own('timed'), { ttl: 50 })
      const next = await lock.acquire(own('timed'), { wait: 60_000 })
      expect(lease.signal.aborted).toBe(true)
      await next.release()
    })

    it('stops waiting when it is told to, and keeps nothing that came too late', async () => {
      const lock = new PostgresLock(source)
      const lease = await lock.acquire(own('given up'))
      for (const isFree of [false, true]) {
        const controller = new AbortController()
        const waiting = lock.acquire(own('given up'), { wait: 60_000, signal: controller.signal })
        controller.abort(new Error('enough'))
        await expect(waiting).rejects.toThrow(isFree ? 'enough' : /aborted|enough/)
        await lease.release()
      }
      await (await lock.acquire(own('given up'))).release()
    })
  })

  it('looks into jsonb and arrays, with everything bound', async () => {
    const products = source.getRepository(Product)
    await products.save([
      { name: 'red shirt', details: { colour: 'red', sizes: [1, 2] }, labels: ['new', 'sale'] },
      { name: 'blue shirt', details: { colour: "bl'ue", sizes: [5] }, labels: ['new'] },
    ])
    const names = async (where: object): Promise<string[]> =>
      (await products.find({ where, order: { id: 'ASC' } })).map(({ name }) => name)
    expect(await names({ details: jsonContains({ colour: "bl'ue" }) })).toEqual(['blue shirt'])
    expect(await names({ details: jsonMatches('$.sizes[*] ? (@ > $least)', { least: 4 }) })).toEqual([
      'blue shirt',
    ])
    expect(await names({ labels: arrayHasAny(['sale', "x'"]) })).toEqual(['red shirt'])
    expect(await names({ labels: arrayHasAll(['new']), details: jsonContains({ colour: 'red' }) })).toEqual([
      'red shirt',
    ])
  })

  it('finds by words, whatever the term', async () => {
    const products = source.getRepository(Product)
    await products.save([{ name: 'running shoes' }, { name: 'a shoe for the runner' }, { name: 'hat' }])
    const found = await fullText(products, 'words', 'shoes -runner', { language: 'english' })
    expect(found.map(({ record }) => record.name)).toEqual(['running shoes'])
    expect(found[0]!.rank).toBeGreaterThan(0)
    for (const term of ['', `"`, `' OR 1=1 --`, '&|!:*()']) await fullText(products, 'words', term)
    await expect(fullText(products, 'nothing' as 'words', 'x')).rejects.toMatchObject({
      code: 'CORBEL_COLUMN_UNKNOWN',
    })
  })

  it('copies in and out as streams, all or nothing', async () => {
    const products = source.getRepository(Product)
    await products.clear()
    const rows = function* () {
      for (let i = 0; i < 5000; i++)
        yield { name: `p${i}\t\\ "quoted"\n,`, details: { i }, labels: undefined as never }
    }
    expect(await copyIn(products, ['name', 'details'], rows())).toBe(5000)
    expect(await products.count()).toBe(5000)
    expect((await products.findOneByOrFail({ details: jsonContains({ i: 7 }) })).name).toBe(
      'p7\t\\ "quoted"\n,',
    )
    const failing = function* () {
      yield { name: 'last' }
      throw new Error('no more')
    }
    await expect(copyIn(products, ['name'], failing())).rejects.toThrow('no more')
    expect(await products.count()).toBe(5000)
    const csv = await text(await copyOut(products, ['name', 'details']))
    expect(csv.startsWith('name,details\n')).toBe(true)
    expect(csv.match(/""quoted""/g)).toHaveLength(5000)
    const partly = await copyOut(products, ['name'])
    partly.destroy()
    expect(await products.count()).toBe(5000)
  })

  it.each(['UTC', 'America/New_York', 'Asia/Kathmandu'])(
    'copies in what save would write, in %s',
    async (zone) => {
      const { TZ } = process.env
      process.env['TZ'] = zone
      try {
        const readings = source.getRepository(Reading)
        await readings.clear()
        const full = {
          clock: new Date('2026-03-04T05:06:07.089Z'),
          moment: new Date('2026-07-04T23:06:07.089Z'),
          bytes: Buffer.from([0, 92, 9, 10, 255]),
          labels: ['a', 'b,"c\\', '', null, 'NULL', '{x}\n\t'],
          grid: [
            [1, 2],
            [3, 4],
          ],
          json: ['a', { b: 'c"\\\n' }],
          flag: false,
        }
        const empty = {
          clock: null,
          moment: null,
          bytes: null,
          labels: null,
          grid: null,
          json: null,
          flag: null,
        }
        await readings.save([full, empty].map((one) => readings.create(one as object)))
        const names = ['clock', 'moment', 'bytes', 'labels', 'grid', 'json', 'flag'] as const
        expect(await copyIn(readings, names, [full, empty] as never)).toBe(2)
        const stored = await readings.find({ order: { id: 'ASC' } })
        const [saved, nothing, copied, copiedNothing] = stored.map(({ id: _, ...rest }) => rest)
        expect([copied, copiedNothing]).toEqual([saved, nothing])
        expect(copied).toEqual(full)
      } finally {
        if (TZ === undefined) delete process.env['TZ']
        else process.env['TZ'] = TZ
      }
    },
  )

  it('shows each tenant its own rows, and nobody without a tenant anything', async () => {
    const notes = source.getRepository(Note)
    await notes.save([
      { tenant: 'a', text: 'of a' },
      { tenant: 'b', text: 'of b' },
    ])
    for (const statement of rowSecurity('note', { column: 'tenant' })) await source.query(statement)
    const { schema } = database.options as { schema: string }
    const role = `${schema}_app`
    await source.query(`CREATE ROLE ${role} NOSUPERUSER`)
    await source.query(`GRANT USAGE ON SCHEMA ${schema} TO ${role}`)
    await source.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${role}`)
    await source.query(`GRANT ALL ON ALL SEQUENCES IN SCHEMA ${schema} TO ${role}`)
    try {
      const seen = (tenant: string): Promise<string[]> =>
        asTenant(source, tenant, async (manager) => {
          await manager.query(`SET LOCAL ROLE ${role}`)
          return (await manager.find(Note)).map((note) => note.text)
        })
      expect([await seen('a'), await seen('b'), await seen('')]).toEqual([['of a'], ['of b'], []])
      const smuggle = asTenant(source, 'a', async (manager) => {
        await manager.query(`SET LOCAL ROLE ${role}`)
        await manager.insert(Note, { tenant: 'b', text: 'smuggled' })
      })
      await expect(smuggle).rejects.toThrow(/row-level security/)
    } finally {
      await source.query(`DROP OWNED BY ${role}`)
      await source.query(`DROP ROLE ${role}`)
    }
  })

  it('is needed, with more than one connection', async () => {
    const embedded = new DataSource({
      type: 'better-sqlite3',
      database: ':memory:',
      driver: createRequire(import.meta.url)('libsql'),
    })
    await embedded.initialize()
    await expect(new PostgresLock(embedded).acquire('x')).rejects.toMatchObject({
      code: 'CORBEL_POSTGRES_REQUIRED',
    })
    await embedded.destroy()
  })
})
