import { Controller, createApp, Module, type Application } from 'corbel'
import { Crud } from 'corbel/crud/typeorm'
import { TypeOrmModule } from 'corbel/database/typeorm'
import { IsArray, IsInt, IsOptional, IsString, Length } from 'class-validator'
import {
  Column,
  CreateDateColumn,
  DataSource,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
  VersionColumn,
  type Relation,
} from 'typeorm'
import { DATABASES, OPENING_MS, unreachable, type TestDatabase } from '../support/databases.js'

@Entity()
class Country {
  @PrimaryColumn('varchar', { length: 2 }) code: string
  @Column('varchar', { length: 40 }) name: string
  @Column('varchar', { length: 40, default: 'nobody' }) owner: string
  @ManyToMany(() => Label) @JoinTable() labels: Relation<Label[]>
}

@Entity()
class Label {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 20 }) text: string
}

@Entity()
class City {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40 }) name: string
  @Column('integer', { default: 0 }) people: number
  @Column('smallint', { default: 0 }) rank: number
  @Column('bigint', { default: 0 }) steps: string
  @Column('float', { default: 0 }) area: number
  @Column('date', { nullable: true }) founded: string | null
  @Column('varchar', { length: 40, nullable: true, select: false }) nickname: string | null
  @ManyToOne(() => Country, { nullable: true }) country: Relation<Country> | null
  @ManyToMany(() => Label) @JoinTable() labels: Relation<Label[]>
  @CreateDateColumn() createdAt: Date
  @UpdateDateColumn() updatedAt: Date
  @VersionColumn() version: number
}

class NewCountry {
  @IsString() @Length(2, 2) code: string
  @IsString() name: string
  @IsOptional() @IsArray() @IsInt({ each: true }) labels?: number[]
}

class NewCity {
  @IsString() name: string
  @IsOptional() @IsInt() people?: number
  @IsOptional() @IsString() nickname?: string
  @IsOptional() @IsString() country?: string
  @IsOptional() @IsArray() @IsInt({ each: true }) labels?: number[]
}

@Crud(Country, {
  dto: NewCountry,
  relations: ['labels'],
  policy: ({ request }) => ({ owner: request.get('x-user') ?? 'nobody' }),
})
@Controller('countries')
class Countries {}

@Crud(City, {
  dto: NewCity,
  filter: ['id', 'name', 'people', 'rank', 'steps', 'area', 'founded', 'createdAt', 'country'],
  sort: ['createdAt', 'people', 'rank', 'steps', 'area'],
  relations: ['country', 'labels'],
})
@Controller('cities')
class Cities {}

@Crud(City, { dto: NewCity, policy: ({ request }) => ({ country: request.get('x-country') }) })
@Controller('ours')
class OurCities {}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: any
}

describe.each(DATABASES)('@Crud on $name', (kind) => {
  let app: Application
  let database: TestDatabase
  let source: DataSource
  let skipped = false
  const send = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await app.inject({
      method,
      url,
      headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(payload !== undefined && { payload: JSON.stringify(payload) }),
    })
    const body: unknown = response.body === '' ? undefined : response.json()
    return { status: response.statusCode, headers: response.headers, body }
  }
  const make = async (city: object = {}): Promise<string> => {
    const { status, body } = await send('POST', '/cities', { name: 'Rome', ...city })
    expect(status, JSON.stringify(body)).toBe(201)
    return `/cities/${body.id}`
  }

  beforeAll(async () => {
    skipped = await unreachable(kind)
    if (skipped) return
    database = await kind.create()
    @Module({
      imports: [
        TypeOrmModule.forRoot({ ...database.options, synchronize: true }),
        TypeOrmModule.forFeature([Country, Label, City]),
      ],
      controllers: [Countries, Cities, OurCities],
    })
    class App {}
    app = await createApp(App, { logger: false })
    source = app.get(DataSource)
    await source.manager.save(Label, [{ text: 'old' }, { text: 'large' }, { text: 'by the sea' }])
    await source.manager.save(Country, [
      { code: 'IT', name: 'Italy' },
      { code: 'FR', name: 'France' },
    ])
  }, OPENING_MS)
  beforeEach(({ skip }) => {
    if (skipped) skip(`${kind.name} is not reachable`)
  })
  afterAll(async () => {
    if (skipped) return
    await app.close()
    await database.drop()
  })

  it('never creates over a record that is there', async () => {
    const eve = { 'x-user': 'eve' }
    for (const answer of [
      await send('POST', '/countries', { code: 'IT', name: 'Mine' }, eve),
      await send('POST', '/countries/bulk', [{ code: 'IT', name: 'Mine' }], eve),
      await send('POST', '/countries', { code: 'IT', name: 'Mine', labels: [1] }, eve),
    ])
      expect([answer.status, answer.body.code]).toEqual([409, 'CORBEL_RECORD_EXISTS'])
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => send('POST', '/countries', { code: 'ES', name: `No. ${i}` })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409])
    expect((await send('GET', '/countries/IT')).body).toMatchObject({ name: 'Italy', owner: 'nobody' })
  })

  it('creates records with keys of the client, and their relations', async () => {
    const { status, body } = await send('POST', '/countries', { code: 'PT', name: 'Portugal', labels: [3] })
    expect([status, body]).toMatchObject([201, { code: 'PT', name: 'Portugal' }])
    expect((await send('GET', '/countries/PT?include=labels')).body.labels).toEqual([
      { id: 3, text: 'by the sea' },
    ])
  })

  it('writes lists of related records by their ids, and replaces them', async () => {
    const city = await make({ labels: [1, 2] })
    const labels = async (): Promise<number[]> =>
      (await send('GET', `${city}?include=labels`)).body.labels.map(({ id }: { id: number }) => id)
    expect(await labels()).toEqual([1, 2])
    expect((await send('PATCH', city, { labels: [2, 3] })).status).toBe(200)
    expect(await labels()).toEqual([2, 3])
    expect((await send('PATCH', city, { labels: [] })).status).toBe(200)
    expect(await labels()).toEqual([])
    // a change of the list is a change of the record
    const { headers } = await send('GET', city)
    const match = { 'if-match': String(headers['etag']) }
    expect((await send('PATCH', city, { labels: [1] }, match)).status).toBe(200)
    expect((await send('PATCH', city, { labels: [2] }, match)).status).toBe(412)
    const ours = city.replace('cities', 'ours')
    await send('PATCH', city, { country: 'IT' })
    const { headers: seen } = await send('GET', city)
    const both = { 'if-match': String(seen['etag']), 'x-country': 'IT' }
    expect((await send('PATCH', ours, { labels: [3] }, both)).status).toBe(200)
    expect((await send('PATCH', ours, { labels: [2] }, both)).status).toBe(412)
    const none = await send('PATCH', city, { labels: [99] })
    expect([none.status, none.body.code]).toEqual([409, 'CORBEL_RECORD_REFERENCED'])
  })

  it('takes away relations and hidden values by null', async () => {
    const city = await make({ country: 'IT', nickname: 'Roma' })
    expect((await send('GET', `${city}?include=country`)).body.country).toMatchObject({ name: 'Italy' })
    expect((await send('PATCH', city, { country: null, nickname: null })).status).toBe(200)
    const id = Number(city.split('/').at(-1))
    const stored = await source.manager
      .createQueryBuilder(City, 'city')
      .addSelect('city.nickname')
      .leftJoinAndSelect('city.country', 'country')
      .where({ id })
      .getOneOrFail()
    expect(stored).toMatchObject({ country: null, nickname: null })
  })

  it('filters by relations, and policies know them', async () => {
    const city = await make({ name: 'Paris', country: 'FR' })
    const found = await send('GET', '/cities?filter[country]=FR&filter[name]=Paris&fields=name')
    expect([found.status, found.body]).toEqual([200, [{ name: 'Paris' }]])
    expect((await send('GET', '/cities?filter[country][null]=true&filter[name]=Paris')).body).toEqual([])
    expect(
      (await send('GET', `/ours/${city.split('/').at(-1)}`, undefined, { 'x-country': 'FR' })).status,
    ).toBe(200)
    expect(
      (await send('GET', `/ours/${city.split('/').at(-1)}`, undefined, { 'x-country': 'IT' })).status,
    ).toBe(404)
    const made = await send('POST', '/ours', { name: 'Lyon', country: 'IT' }, { 'x-country': 'FR' })
    expect(made.status).toBe(201)
    expect((await send('GET', '/cities?filter[name]=Lyon&include=country')).body).toMatchObject([
      { country: { code: 'FR' } },
    ])
  })

  it.each(['99999999999', '9007199254740991', '-1', '0'])('knows no record %s', async (id) => {
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const { status, body } = await send(
        method,
        `/cities/${id}`,
        method === 'PATCH' ? { people: 1 } : undefined,
      )
      expect([status, body.code]).toEqual([404, 'CORBEL_CRUD_NOT_FOUND'])
    }
  })

  it.each([
    'filter[founded]=2026-02-30',
    'filter[founded]=0000-01-01',
    'filter[createdAt]=2026-02-30',
    'filter[createdAt]=2026-02-30T10:00:00Z',
    'filter[steps]=9999999999999999999',
    'filter[area]=1e400',
    `sort=createdAt&cursor=${Buffer.from('["createdAt,id","2026-13-45 99:00:00","1"]').toString('base64url')}`,
    `sort=createdAt&cursor=${Buffer.from('["createdAt,id","2026-02-30 10:00:00","1"]').toString('base64url')}`,
    `sort=steps&cursor=${Buffer.from('["steps,id","9999999999999999999","1"]').toString('base64url')}`,
  ])('refuses %s', async (query) => {
    const { status, body } = await send('GET', `/cities?${query}`)
    expect([status, body.code]).toEqual([400, 'CORBEL_CRUD_QUERY'])
  })

  it.each([
    'filter[people][lt]=99999999999',
    'filter[rank][lt]=99999',
    'filter[people][in]=1,99999999999',
    'filter[area][lt]=1e300',
    `sort=people&cursor=${Buffer.from('["people,id","99999999999","1"]').toString('base64url')}`,
  ])('answers %s as a list, or refuses it', async (query) => {
    const { status, body } = await send('GET', `/cities?${query}`)
    expect([200, 400], JSON.stringify(body)).toContain(status)
  })

  it('has another tag for a record with relations once they change', async () => {
    const city = await make({ country: 'FR' })
    const path = `${city}?include=country`
    const { headers } = await send('GET', path)
    const tag = String(headers['etag'])
    expect((await send('GET', path, undefined, { 'if-none-match': tag })).status).toBe(304)
    await send('PATCH', '/countries/FR', { name: `France ${tag}` })
    const second = await send('GET', path, undefined, { 'if-none-match': tag })
    expect([second.status, second.body?.country.name]).toEqual([200, `France ${tag}`])
    // the record itself is as it was seen
    expect((await send('PATCH', city, { people: 7 }, { 'if-match': tag })).status).toBe(200)
    expect((await send('PATCH', city, { people: 8 }, { 'if-match': tag })).status).toBe(412)
  })
})
