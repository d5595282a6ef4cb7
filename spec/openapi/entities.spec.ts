import {
  Body,
  checkContract,
  Controller,
  createApp,
  createOpenApiDocument,
  Get,
  Module,
  OpenApiModule,
  PartialType,
  PickType,
  Post,
  Returns,
  type Application,
  type OpenApiDocument,
  type SchemaObject,
} from 'corbel'
import { getRepositoryToken, InjectRepository, TypeOrmModule } from 'corbel/database/typeorm'
import { IsEmail, IsOptional } from 'class-validator'
import {
  Column,
  CreateDateColumn,
  DeleteDateColumn,
  Entity,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  VersionColumn,
  type Repository,
} from 'typeorm'

enum Colour {
  Black,
  White,
}

class Names {
  @Column({ length: 40 }) first: string
  @Column({ type: 'varchar', nullable: true }) middle: string | null
}

class Settings {
  @IsOptional() @IsEmail() contact?: string
}

abstract class Stored {
  @PrimaryGeneratedColumn() id: number
  @CreateDateColumn() createdAt: Date
  @VersionColumn() version: number
  @DeleteDateColumn() deletedAt: Date | null
}

@Entity()
class Owner extends Stored {
  @Column(() => Names) name: Names
  @Column() @IsEmail() email: string
  @Column({ select: false }) password: string
  @OneToMany(() => Cat, (cat) => cat.owner) cats: Cat[]
}

@Entity()
class Toy {
  @PrimaryGeneratedColumn('uuid') id: string
  @Column({ comment: 'As on the box' }) title: string
  @ManyToMany(() => Cat, (cat) => cat.toys) cats: Cat[]
}

@Entity()
class Cat extends Stored {
  @Column({ length: 20, default: 'Tom' }) name: string
  @Column('int', { unsigned: true }) age: number
  @Column('float') weight: number
  @Column('bigint') seen: number
  @Column('decimal', { precision: 8, scale: 2, nullable: true }) price: string | null
  @Column() indoor: boolean
  @Column('date') born: string
  @Column({ type: 'simple-enum', enum: Colour }) colour: Colour
  @Column({ type: 'simple-enum', enum: ['thin', 'fat'], nullable: true }) shape: string | null
  @Column('simple-array') tags: string[]
  @Column('simple-json') notes: Record<string, unknown>
  @Column('simple-json') settings: Settings
  @Column({ type: 'varchar', transformer: { to: String, from: Number } }) points: number
  @Column('blob', { nullable: true, select: false }) picture: Buffer | null
  @ManyToOne(() => Owner, (owner) => owner.cats) owner: Owner | null
  @ManyToMany(() => Toy, (toy) => toy.cats) @JoinTable() toys: Toy[]
  @ManyToOne(() => Owner, { lazy: true }) vet: Promise<Owner>
}
class NewOwner extends PickType(Owner, ['email', 'name', 'password'] as const) {}
class OwnerPatch extends PartialType(NewOwner) {}

@Controller()
class CatsController {
  constructor(
    @InjectRepository(Cat) private readonly cats: Repository<Cat>,
    @InjectRepository(Owner) private readonly owners: Repository<Owner>,
  ) {}
  @Get('cats') @Returns([Cat]) list(): Promise<Cat[]> {
    return this.cats.find()
  }
  @Get('cats/related') @Returns([Cat]) related(): Promise<Cat[]> {
    return this.cats.find({ relations: { owner: true, toys: true } })
  }
  @Get('owners') @Returns([Owner]) all(): Promise<Owner[]> {
    return this.owners.find({ relations: { cats: true } })
  }
  @Post('owners') @Returns(Owner) create(@Body() owner: NewOwner): Promise<Owner> {
    return this.owners.save(owner)
  }
  @Post('owners/patch') patch(@Body() patch: OwnerPatch): void {
    void patch
  }
  @Post('cats') add(@Body() cat: Cat): void {
    void cat
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({ database: ':memory:', synchronize: true }),
    TypeOrmModule.forFeature([Cat, Owner, Toy]),
    OpenApiModule.forRoot({ contract: 'enforce' }),
  ],
  controllers: [CatsController],
})
class AppModule {}

describe('entities', () => {
  let app: Application
  let document: OpenApiDocument
  let schemas: Record<string, SchemaObject>

  beforeAll(async () => {
    app = await createApp(AppModule, { logger: false })
    await app.listen(0, '127.0.0.1')
    document = createOpenApiDocument(app)
    schemas = document.components!.schemas!
  })

  afterAll(() => app.close())

  it('are schemas: types, lengths, nullability, enums, what the database writes', () => {
    expect(schemas['Cat']!.properties).toMatchObject({
      id: { type: 'integer', readOnly: true },
      createdAt: { type: 'string', format: 'date-time', readOnly: true },
      version: { readOnly: true },
      deletedAt: { type: ['string', 'null'], format: 'date-time', readOnly: true },
      name: { type: 'string', maxLength: 20 },
      age: { type: 'integer', minimum: 0 },
      weight: { type: 'number', format: 'float' },
      seen: { type: 'integer', format: 'int64' },
      price: { type: ['string', 'null'] },
      indoor: { type: 'boolean' },
      born: { type: 'string', format: 'date' },
      colour: { enum: [0, 1] },
      shape: { type: ['string', 'null'], enum: ['thin', 'fat', null] },
      tags: { type: 'array', items: { type: 'string' } },
      notes: {},
      settings: { $ref: '#/components/schemas/Settings' },
      points: { type: 'number' },
    })
    expect(Object.keys(schemas['Cat']!.properties!).slice(0, 5)).toEqual([
      'id',
      'createdAt',
      'version',
      'deletedAt',
      'name',
    ])
    expect(schemas['Toy']!.properties).toMatchObject({
      id: { type: 'string', format: 'uuid', readOnly: true },
      title: { description: 'As on the box' },
    })
  })

  it('refer to each other in circles; relations are there if they were loaded', () => {
    expect(schemas['Cat']!.properties).toMatchObject({
      owner: { anyOf: [{ $ref: '#/components/schemas/Owner' }, { type: 'null' }] },
      toys: { type: 'array', items: { $ref: '#/components/schemas/Toy' } },
    })
    expect(schemas['Owner']!.properties).toMatchObject({
      cats: { type: 'array', items: { $ref: '#/components/schemas/Cat' } },
      name: { $ref: '#/components/schemas/Names' },
      email: { format: 'email' },
    })
    expect(schemas['Names']!.properties).toEqual({
      first: { type: 'string', maxLength: 40 },
      middle: { type: ['string', 'null'] },
    })
    expect(schemas['Cat']!.properties).not.toHaveProperty('vet')
    for (const name of ['owner', 'toys']) expect(schemas['Cat']!.required).not.toContain(name)
    expect(schemas['Cat']!.required).toEqual(expect.arrayContaining(['id', 'name', 'price', 'deletedAt']))
  })

  it('do without what is never sent, and clients without what has a default', () => {
    expect(schemas['Owner']!.properties).not.toHaveProperty('password')
    expect(schemas['Cat']!.properties).not.toHaveProperty('picture')
    const body = (document.paths['/cats']!.post!.requestBody as any).content['application/json'].schema
    expect(body.$ref).toBe('#/components/schemas/CatInput')
    expect(schemas['CatInput']!.properties).toHaveProperty('picture')
    expect(schemas['CatInput']!.required).toEqual(expect.arrayContaining(['age', 'indoor', 'tags']))
    for (const name of ['name', 'price', 'shape']) expect(schemas['CatInput']!.required).not.toContain(name)
  })

  it('are carried through mapped types', () => {
    expect(schemas['NewOwner']).toMatchObject({
      properties: { email: { format: 'email' }, password: { type: 'string' } },
    })
    expect(schemas['NewOwner']!.required!.sort()).toEqual(['email', 'name', 'password'])
    expect(schemas['OwnerPatch']!.required).toBeUndefined()
    expect(Object.keys(schemas['OwnerPatch']!.properties!).sort()).toEqual(['email', 'name', 'password'])
  })

  it('are sent as they are described', async () => {
    const url = await app.getUrl()
    const owners = app.get(getRepositoryToken(Owner)) as Repository<Owner>
    const { manager } = owners
    const own = { email: 'a@example.com', password: 'x', name: { first: 'Ada', middle: null } }
    const owner = await owners.save(owners.create(own))
    const toy = await manager.save(Toy, { title: 'Ball' })
    const about = { age: 3, weight: 4.5, seen: 12, price: null, indoor: true, born: '2024-02-29' }
    const more = { colour: Colour.White, shape: 'fat', tags: ['a'], notes: {}, settings: {}, points: 7 }
    await manager.save(Cat, manager.create(Cat, { ...about, ...more, name: 'Tom', owner, toys: [toy] }))
    for (const path of ['cats', 'cats/related', 'owners']) {
      const answer = await fetch(`${url}/${path}`)
      expect([path, answer.status, await answer.text()]).toEqual([path, 200, expect.stringContaining('id')])
    }
    const skip = ['catsAdd', 'catsPatch', 'catsCreate']
    expect(await checkContract(app, { skip })).toEqual([])
  })
})
