import { createRequire } from 'node:module'
import { IsString, MaxLength } from 'class-validator'
import { Body, Controller, HttpCode, Inject, Post } from 'corbel'
import { getRepositoryToken, TypeOrmModule } from 'corbel/database/typeorm'
import { Column, Entity, PrimaryGeneratedColumn, type Repository } from 'typeorm'
import { json, serve, type Served } from '../auth/served.js'

@Entity()
class Person {
  @PrimaryGeneratedColumn() id: number
  @Column('text') name: string
  @Column('text') secret: string
}

class Search {
  @IsString() @MaxLength(100) name: string
}

@Controller('people')
class People {
  constructor(@Inject(getRepositoryToken(Person)) private readonly people: Repository<Person>) {}

  @Post('by-name') @HttpCode(200) async byName(@Body() { name }: Search) {
    return { found: await this.people.countBy({ name }) }
  }
  @Post('by-builder') @HttpCode(200) async byBuilder(@Body() { name }: Search) {
    return { found: await this.people.createQueryBuilder('p').where('p.name = :name', { name }).getCount() }
  }
}

describe('SQL injection', () => {
  let served: Served
  beforeAll(async () => {
    served = await serve({
      imports: [
        TypeOrmModule.forRoot({
          type: 'better-sqlite3',
          driver: createRequire(import.meta.url)('libsql') as unknown,
          database: ':memory:',
          entities: [Person],
          synchronize: true,
        }),
        TypeOrmModule.forFeature([Person]),
      ],
      controllers: [People],
    })
    const people = served.app.get(getRepositoryToken(Person)) as unknown as Repository<Person>
    await people.save([
      { name: 'ada', secret: 'a' },
      { name: "o'brien", secret: 'b' },
    ])
  })
  afterAll(() => served.close())

  it.each(['by-name', 'by-builder'])('values stay values (%s)', async (path) => {
    const search = async (name: unknown) => await served.send(`/people/${path}`, json({ name }))
    expect((await search("o'brien")).body).toEqual({ found: 1 })
    for (const evil of [
      "' OR '1'='1",
      "ada' --",
      "'; DROP TABLE person; --",
      'ada" OR ""="',
      "ada' UNION SELECT * FROM person --",
    ])
      expect((await search(evil)).body, evil).toEqual({ found: 0 })
    expect((await search('ada')).body).toEqual({ found: 1 })
    // objects in the place of text would be conditions of their own
    for (const evil of [{ $ne: '' }, ['ada'], { _type: 'not', _value: '' }, true])
      expect((await search(evil)).status, JSON.stringify(evil)).toBe(400)
  })
})
