import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createContext, Injectable, Module } from 'corbel'
import {
  CustomRepository,
  databaseSnapshot,
  defineFactory,
  InjectRepository,
  migrationCommand,
  openDataSource,
  Seeders,
  SeedModule,
  tenantFromHeader,
  Tenants,
  TypeOrmModule,
  type Seeder,
  type Seeding,
  type TenantsOptions,
} from 'corbel/database/typeorm'
import {
  Column,
  Entity,
  EventSubscriber,
  ManyToOne,
  PrimaryGeneratedColumn,
  Repository,
  type EntitySubscriberInterface,
  type InsertEvent,
  type MigrationInterface,
  type QueryRunner,
  type Relation,
} from 'typeorm'

@Entity()
class Mason {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40 }) name: string
}

@Entity()
class Arch {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40 }) name: string
  @Column('integer') span: number
  @ManyToOne(() => Mason, { nullable: false }) mason: Relation<Mason>
}

// #region custom
@CustomRepository(Arch)
class ArchRepository extends Repository<Arch> {
  widest(): Promise<Arch | null> {
    return this.findOne({ where: {}, order: { span: 'DESC' } })
  }
}
// #endregion

@Injectable()
class SearchIndex {
  readonly names: string[] = []
  add(name: string): void {
    this.names.push(name)
  }
}

// #region subscriber
@Injectable()
@EventSubscriber()
class IndexArches implements EntitySubscriberInterface<Arch> {
  constructor(private readonly index: SearchIndex) {}
  listenTo = () => Arch
  afterInsert({ entity }: InsertEvent<Arch>): void {
    this.index.add(entity.name)
  }
}
// #endregion

// #region factories
const masons = defineFactory(Mason, ({ random }) => ({
  name: random.pick(['Maren', 'Tomasz', 'Ada']),
}))

const arches = defineFactory(Arch, ({ random, sequence, use }) => ({
  name: `Arch ${sequence}`,
  span: random.integer(2, 40),
  mason: use(masons),
}))
// #endregion

// #region seeder
@Injectable()
class DemoArches implements Seeder {
  constructor(@InjectRepository(Mason) private readonly masons: Repository<Mason>) {}

  async run(seeding: Seeding): Promise<void> {
    const mason = await this.masons.save({ name: 'Maren' })
    await seeding.createMany(arches, 5, { mason })
  }
}

@Module({
  imports: [
    TypeOrmModule.forFeature([ArchRepository, Mason]),
    SeedModule.forRoot({ seeders: [DemoArches], imports: [TypeOrmModule.forFeature([Mason])] }),
  ],
  providers: [SearchIndex, IndexArches],
})
class ArchesModule {}
// #endregion

// #region run
@Injectable()
class Payroll {
  constructor(
    private readonly tenants: Tenants,
    @InjectRepository(Mason) private readonly masons: Repository<Mason>,
  ) {}

  async run(names: Iterable<string>): Promise<number[]> {
    const counts: number[] = []
    for (const name of names) counts.push(await this.tenants.run(name, () => this.pay()))
    return counts
  }

  private async pay(): Promise<number> {
    await this.masons.save({ name: 'Maren' })
    return this.masons.count()
  }
}
// #endregion

class CreateMasons1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE mason (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name varchar(40) NOT NULL)',
    )
  }
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE mason')
  }
}

describe('docs/seeding.md and docs/database.md', () => {
  it('seed once, with custom repositories and subscribers; snapshots bring it back', async () => {
    @Module({
      imports: [TypeOrmModule.forRoot({ database: ':memory:', synchronize: true }), ArchesModule],
    })
    class App {}
    const app = await createContext(App, { logger: false })
    expect(await app.get(Seeders).run()).toEqual(['DemoArches'])
    expect(await app.get(Seeders).run()).toEqual([])
    const repository = app.get(ArchRepository)
    const widest = (await repository.widest())!
    expect(Math.max(...(await repository.find()).map(({ span }) => span))).toBe(widest.span)
    expect(app.get(SearchIndex).names).toHaveLength(5)
    const { dataSource } = repository.manager
    // #region snapshot
    const snapshot = await databaseSnapshot(dataSource)
    await repository.delete(widest.id)
    await snapshot.restore()
    // #endregion
    expect(await repository.count()).toBe(5)
    await snapshot.drop()
    await app.close()
  })
})

describe('docs/migrations.md', () => {
  it('has a script that returns an exit code', async () => {
    const database = join(await mkdtemp(join(tmpdir(), 'corbel-docs-')), 'arches.sqlite')
    const lines: string[] = []
    const migrate = (...args: string[]) =>
      // #region script
      migrationCommand(args, {
        open: () => openDataSource({ database, entities: [Mason], migrations: [CreateMasons1700000000000] }),
        folder: 'migrations',
        print: (line) => void lines.push(line),
      })
    // #endregion
    expect(await migrate('check')).toBe(1)
    expect(lines[0]).toBe('pending  CreateMasons1700000000000')
    expect(await migrate('run')).toBe(0)
    expect(await migrate('run')).toBe(0)
    expect(lines.at(-1)).toBe('No migrations are pending.')
    await rm(dirname(database), { recursive: true })
  })
})

describe('docs/tenants.md', () => {
  it('works for one tenant after the other', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'corbel-docs-'))
    const names = new Set(['acme', 'globex'])
    // #region tenants
    @Module({
      imports: [
        TypeOrmModule.forTenants({
          useFactory: (): TenantsOptions => ({
            resolve: tenantFromHeader('x-tenant'),
            options: (tenant) =>
              names.has(tenant)
                ? { database: join(folder, `${tenant}.sqlite`), synchronize: true }
                : undefined,
            max: 20,
          }),
        }),
        TypeOrmModule.forFeature([Mason]),
      ],
      providers: [Payroll],
    })
    class App {}
    // #endregion
    const app = await createContext(App, { logger: false })
    expect(await app.get(Payroll).run(names)).toEqual([1, 1])
    await app.close()
    await rm(folder, { recursive: true })
  })
})
