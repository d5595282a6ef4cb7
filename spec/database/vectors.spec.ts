import { closeDataSource, openDataSource } from 'corbel/database/typeorm'
import { nearest, VectorColumn, vectorIndex } from 'corbel/database/typeorm/postgres'
import {
  Column,
  type DataSource,
  Entity,
  type MigrationInterface,
  MoreThan,
  PrimaryGeneratedColumn,
  type QueryRunner,
  type Repository,
} from 'typeorm'
import { OPENING_MS } from '../support/databases.js'

// #region column
@Entity()
class Passage {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar') title: string
  @Column('varchar', { default: 'en' }) language: string
  @VectorColumn({ dimensions: 3, nullable: true }) meaning: number[] | null
  @VectorColumn({ dimensions: 2, half: true, nullable: true, select: true }) rough: number[] | null
}
// #endregion

const titles = (found: readonly { record: Passage }[]): string[] => found.map(({ record }) => record.title)

// #region index
class IndexMeanings implements MigrationInterface {
  async up({ manager }: QueryRunner): Promise<void> {
    await manager.query(vectorIndex('passage', { column: 'meaning', distance: 'cosine' }))
  }
  async down({ manager }: QueryRunner): Promise<void> {
    await manager.query('DROP INDEX "passage_meaning_cosine"')
  }
}
// #endregion

// #region search
/** The three passages that say most nearly the same, in one language. */
async function related(passages: Repository<Passage>, meaning: number[], language: string) {
  const found = await nearest(passages, 'meaning', meaning, { limit: 3, where: { language }, efSearch: 100 })
  return found.map(({ record, distance }) => ({ title: record.title, similarity: 1 - distance }))
}
// #endregion

describe('vectors', () => {
  let source: DataSource
  let passages: Repository<Passage>

  beforeAll(async () => {
    source = await openDataSource({ url: 'pglite:', entities: [Passage], synchronize: true })
    passages = source.getRepository(Passage)
    await passages.insert([
      { title: 'east', meaning: [1, 0, 0], rough: [1, 0.5] },
      { title: 'north', meaning: [0, 1, 0] },
      { title: 'north-east', meaning: [0.7, 0.7, 0], language: 'de' },
      { title: 'far north', meaning: [0, 10, 0], language: 'de' },
      { title: 'nowhere', meaning: null },
    ])
  }, OPENING_MS)
  afterAll(() => closeDataSource(source))

  it('are read as numbers, and only where they are asked for', async () => {
    const east = await passages.findOneByOrFail({ title: 'east' })
    expect(east).toMatchObject({ rough: [1, 0.5] })
    expect('meaning' in east).toBe(false)
    const whole = await passages.find({ select: { id: true, meaning: true }, where: { title: 'north' } })
    expect(whole).toEqual([{ id: 2, meaning: [0, 1, 0] }])
  })

  it.each([
    ['cosine', [0, 2, 0], ['far north', 'north', 'north-east', 'east'], [0, 0, 0.2929, 1]],
    ['l2', [0, 2, 0], ['north', 'north-east', 'east', 'far north'], [1, 1.4765, 2.2361, 8]],
    ['inner', [0, 2, 0], ['far north', 'north', 'north-east', 'east'], [-20, -2, -1.4, 0]],
    ['l1', [0, 2, 0], ['north', 'north-east', 'east', 'far north'], [1, 2, 3, 8]],
  ] as const)('are found by their distance: %s', async (distance, vector, expected, apart) => {
    const found = await nearest(passages, 'meaning', vector, { distance })
    expect(new Set(titles(found).slice(0, 2))).toEqual(new Set(expected.slice(0, 2)))
    expect(titles(found).slice(2)).toEqual(expected.slice(2))
    found.forEach(({ distance: actual }, i) => expect(actual).toBeCloseTo(apart[i]!, 3))
  })

  it('are found among some of the records, up to some distance, and so many', async () => {
    expect(titles(await nearest(passages, 'meaning', [0, 1, 0], { where: { language: 'de' } }))).toEqual([
      'far north',
      'north-east',
    ])
    const either = [{ title: 'east' }, { id: MoreThan(3) }]
    expect(titles(await nearest(passages, 'meaning', [1, 0, 0], { where: either }))).toEqual([
      'east',
      'far north',
    ])
    expect(titles(await nearest(passages, 'meaning', [1, 0, 0], { within: 0.5 }))).toEqual([
      'east',
      'north-east',
    ])
    expect(titles(await nearest(passages, 'meaning', [1, 0, 0], { limit: 1 }))).toEqual(['east'])
    expect(titles(await nearest(passages, 'rough', [1, 0], { distance: 'l2' }))).toEqual(['east'])
  })

  it('are found by an index, with its settings for the one search', async () => {
    const runner = source.createQueryRunner()
    await new IndexMeanings().up(runner)
    await new IndexMeanings().down(runner)
    await runner.release()
    await source.query(vectorIndex('passage', { column: 'meaning', m: 8, efConstruction: 32 }))
    await source.query(
      vectorIndex('passage', { column: 'meaning', distance: 'l2', method: 'ivfflat', lists: 1 }),
    )
    await source.query(vectorIndex('public.passage', { column: 'rough', distance: 'l1', half: true }))
    await source.query('SET enable_seqscan = off')
    const plan = await source.query<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN SELECT id, meaning <=> CAST('[1,0,0]' AS vector) AS d FROM passage WHERE meaning IS NOT NULL ORDER BY d LIMIT 1`,
    )
    expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain(
      'Index Scan using passage_meaning_cosine',
    )
    const found = await nearest(passages, 'meaning', [1, 0, 0], { efSearch: 10, probes: 1, limit: 2 })
    expect(titles(found)).toEqual(['east', 'north-east'])
    expect(await related(passages, [0, 3, 0], 'de')).toEqual([
      { title: 'far north', similarity: 1 },
      { title: 'north-east', similarity: expect.closeTo(Math.SQRT1_2, 3) as number },
    ])
    const [left] = await source.query<{ ef: string | null }[]>(
      `SELECT current_setting('hnsw.ef_search') AS ef`,
    )
    expect(left).toEqual({ ef: '40' })
  })

  it('that cannot be compared are refused before the database is asked', async () => {
    await expect(nearest(passages, 'meaning', [1, 2])).rejects.toThrow(
      expect.objectContaining({
        code: 'CORBEL_VECTOR_INVALID',
        message: expect.stringContaining('it has 2 numbers, and the column 3') as string,
      }),
    )
    await expect(nearest(passages, 'meaning', [1, 2, Number.NaN])).rejects.toMatchObject({
      code: 'CORBEL_VECTOR_INVALID',
    })
    await expect(
      nearest(passages, 'meaning', ['1', 2, '0] DROP'] as unknown as number[]),
    ).rejects.toMatchObject({ code: 'CORBEL_VECTOR_INVALID' })
    await expect(nearest(passages, 'none' as 'meaning', [1])).rejects.toMatchObject({
      code: 'CORBEL_COLUMN_UNKNOWN',
    })
    await expect(nearest(passages, 'meaning', [1, 0, 0], { efSearch: 0.5 })).rejects.toThrow(RangeError)
    expect(() => vectorIndex('passage', { column: 'meaning', m: -1 })).toThrow(RangeError)
  })
})
