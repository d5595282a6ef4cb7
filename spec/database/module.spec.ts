import { createApp, createContext, Get, Controller, Inject, Injectable, Module, type LogLevel } from 'corbel'
import {
  getDataSourceToken,
  getEntityManagerToken,
  getRepositoryToken,
  InjectDataSource,
  InjectEntityManager,
  InjectRepository,
  TypeOrmModule,
  type TypeOrmModuleOptions,
  type TypeOrmOptionsFactory,
} from 'corbel/database/typeorm'
import { copyFile } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  Column,
  DataSource,
  Entity,
  EntityManager,
  PrimaryGeneratedColumn,
  type MigrationInterface,
  type QueryRunner,
  type Repository,
} from 'typeorm'
import { loadLibsql, loadTypeOrm } from '../../lib/database/typeorm/packages.js'
import { deferred } from '../server/start.js'
import { databaseFile } from './temporary.js'

@Entity()
class Book {
  @PrimaryGeneratedColumn()
  id: number

  @Column('text')
  title: string
}

@Entity()
class Log {
  @PrimaryGeneratedColumn()
  id: number
}

class CreateBooks1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE book (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, title TEXT NOT NULL)',
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE book')
  }
}

@Injectable()
class Books {
  constructor(
    @InjectRepository(Book) readonly repository: Repository<Book>,
    @InjectDataSource() readonly source: DataSource,
    @InjectEntityManager() readonly manager: EntityManager,
  ) {}
}

@Module({ imports: [TypeOrmModule.forFeature([Book])], providers: [Books], exports: [Books, TypeOrmModule] })
class BooksModule {}

const options = async (extra: object = {}): Promise<TypeOrmModuleOptions> => ({
  database: await databaseFile(),
  synchronize: true,
  ...extra,
})
const quiet = { logger: [] as LogLevel[] }

describe('TypeOrmModule', () => {
  it('opens the embedded database with nothing but a file name', async () => {
    @Module({ imports: [TypeOrmModule.forRoot(await options()), BooksModule] })
    class AppModule {}
    const app = await createContext(AppModule, quiet)
    const { repository, source, manager } = app.get(Books)
    await repository.save({ title: 'Stone' })
    expect(await manager.count(Book)).toBe(1)
    expect(await source.query('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
    expect(app.get(DataSource)).toBe(source)
    expect(app.get(EntityManager)).toBe(manager)
    await app.close()
    expect(source.isInitialized).toBe(false)
  })

  it('leaves everything in the database file when it closes', async () => {
    const database = await databaseFile()
    @Module({ imports: [TypeOrmModule.forRoot({ database, synchronize: true }), BooksModule] })
    class AppModule {}
    const app = await createContext(AppModule, quiet)
    await app.get(Books).repository.save({ title: 'Stone' })
    await app.close()
    const copy = await databaseFile('copy.sqlite')
    await copyFile(database, copy)
    @Module({ imports: [TypeOrmModule.forRoot({ database: copy }), BooksModule] })
    class CopyModule {}
    const second = await createContext(CopyModule, quiet)
    expect(await second.get(Books).repository.count()).toBe(1)
    await second.close()
  })

  it.each(['sqlite', 'libsql'] as const)('takes type %s for the embedded database', async (type) => {
    @Module({ imports: [TypeOrmModule.forRoot(await options({ type })), BooksModule] })
    class AppModule {}
    const app = await createContext(AppModule, quiet)
    expect(app.get(Books).source.options.type).toBe('better-sqlite3')
    await app.close()
  })

  it('runs migrations at boot, and each only once', async () => {
    const given = await options({
      synchronize: false,
      migrations: [CreateBooks1700000000000],
      migrationsRun: true,
    })
    for (const expected of [1, 2]) {
      @Module({ imports: [TypeOrmModule.forRoot(given), BooksModule] })
      class AppModule {}
      const app = await createContext(AppModule, quiet)
      const { repository } = app.get(Books)
      await repository.save({ title: 'Stone' })
      expect(await repository.count()).toBe(expected)
      await app.close()
    }
  })

  it('knows several data sources by name, each with its own entities', async () => {
    @Injectable()
    class Logs {
      constructor(
        @InjectRepository(Log, 'logs') readonly repository: Repository<Log>,
        @InjectDataSource('logs') readonly source: DataSource,
      ) {}
    }
    @Module({ imports: [TypeOrmModule.forFeature([Log], 'logs')], providers: [Logs] })
    class LogsModule {}
    @Module({
      imports: [
        TypeOrmModule.forRoot(await options()),
        TypeOrmModule.forRoot(await options({ name: 'logs' })),
        BooksModule,
        LogsModule,
      ],
    })
    class AppModule {}
    const app = await createContext(AppModule, quiet)
    const { source, repository } = app.get(Logs)
    await repository.save({})
    expect(source.entityMetadatas.map(({ name }) => name)).toEqual(['Log'])
    expect(app.get(Books).source.entityMetadatas.map(({ name }) => name)).toEqual(['Book'])
    expect(app.get(getDataSourceToken('logs'))).toBe(source)
    await app.close()
  })

  it('leaves the entities to the options where autoLoadEntities is off', async () => {
    @Module({
      imports: [
        TypeOrmModule.forRoot(await options({ autoLoadEntities: false, entities: [Book] })),
        BooksModule,
      ],
    })
    class AppModule {}
    const app = await createContext(AppModule, quiet)
    expect(app.get(Books).source.entityMetadatas).toHaveLength(1)
    await app.close()
  })

  it('takes options from a factory, a class, or a provider', async () => {
    const FILE = Symbol('FILE')
    @Module({ providers: [{ provide: FILE, useFactory: () => databaseFile() }], exports: [FILE] })
    class ConfigModule {}
    @Injectable()
    class DatabaseOptions implements TypeOrmOptionsFactory {
      constructor(@Inject(FILE) private readonly file: string) {}
      createTypeOrmOptions() {
        return { database: this.file, synchronize: true }
      }
    }
    @Module({ imports: [ConfigModule], providers: [DatabaseOptions], exports: [DatabaseOptions] })
    class OptionsModule {}
    const ways = [
      {
        useFactory: (database: string) => ({ database, synchronize: true }),
        inject: [FILE],
        imports: [ConfigModule],
      },
      { useClass: DatabaseOptions, imports: [ConfigModule] },
      { useExisting: DatabaseOptions, imports: [OptionsModule] },
    ]
    for (const way of ways) {
      @Module({ imports: [TypeOrmModule.forRootAsync(way), BooksModule] })
      class AppModule {}
      const app = await createContext(AppModule, quiet)
      expect(await app.get(Books).repository.count()).toBe(0)
      await app.close()
    }
    expect(() => TypeOrmModule.forRootAsync({})).toThrow(
      expect.objectContaining({ code: 'CORBEL_DATABASE_OPTIONS_MISSING' }),
    )
  })

  it('takes a data source that the application makes', async () => {
    const given = await options()
    let made: DataSource | undefined
    @Module({
      imports: [
        TypeOrmModule.forRootAsync({
          useFactory: () => given,
          dataSourceFactory: (complete) => (made = new DataSource(complete)),
        }),
        BooksModule,
      ],
    })
    class AppModule {}
    const app = await createContext(AppModule, quiet)
    expect(app.get(Books).source).toBe(made)
    await app.close()
  })

  it('lets a test put doubles in the place of all three', async () => {
    const double = { count: () => 7 }
    @Module({
      providers: [
        Books,
        { provide: getRepositoryToken(Book), useValue: double },
        { provide: getDataSourceToken(), useValue: {} },
        { provide: getEntityManagerToken(), useValue: {} },
      ],
    })
    class AppModule {}
    const app = await createContext(AppModule, quiet)
    expect(app.get(Books).repository).toBe(double)
    expect(getRepositoryToken(Book)).toBe(getRepositoryToken(Book, 'default'))
    expect(getRepositoryToken(Book)).not.toBe(getRepositoryToken(Book, 'logs'))
    await app.close()
  })

  it('refuses a data source that is declared twice, and one that is not declared, by name', async () => {
    @Module({ imports: [TypeOrmModule.forFeature([Log], 'lost')] })
    class LostModule {}
    @Module({
      imports: [TypeOrmModule.forRoot(await options()), TypeOrmModule.forRoot(await options()), LostModule],
    })
    class AppModule {}
    const starting = createContext(AppModule, quiet)
    await expect(starting).rejects.toThrow(/CORBEL_DATA_SOURCE_DUPLICATE/)
    await expect(starting).rejects.toThrow(/CORBEL_DATA_SOURCE_UNKNOWN.*LostModule/)
  })

  it('tries a server again before it gives up', async () => {
    let attempts = 0
    const given = await options({ retryAttempts: 2, retryDelay: 1 })
    const broken = (complete: ConstructorParameters<typeof DataSource>[0]) => {
      const source = new DataSource(complete)
      source.initialize = () => {
        attempts++
        return Promise.reject(new Error('connect ECONNREFUSED'))
      }
      return source
    }
    @Module({ imports: [TypeOrmModule.forRootAsync({ useFactory: () => given, dataSourceFactory: broken })] })
    class AppModule {}
    await expect(createContext(AppModule, { logger: false })).rejects.toMatchObject({
      code: 'CORBEL_DATABASE_UNAVAILABLE',
    })
    expect(attempts).toBe(3)
  })

  it('says how to install what is missing', () => {
    const missing = (name: string) => {
      throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' })
    }
    expect(() => loadTypeOrm(missing)).toThrow(/npm install typeorm/)
    expect(() => loadLibsql(missing)).toThrow(expect.objectContaining({ code: 'CORBEL_PACKAGE_MISSING' }))
    expect(() => loadLibsql(() => fail())).toThrow('broken binary')
    function fail() {
      throw new Error('broken binary')
    }
  })

  it('keeps the database open until the requests in flight have ended', async () => {
    const arrived = deferred()
    const released = deferred()
    @Controller('books')
    class BooksController {
      constructor(private readonly books: Books) {}
      @Get('slow')
      async slow() {
        arrived.resolve()
        await released.promise
        return { count: await this.books.repository.count() }
      }
    }
    @Module({
      imports: [TypeOrmModule.forRoot(await options()), BooksModule],
      controllers: [BooksController],
    })
    class AppModule {}
    const app = await createApp(AppModule, { ...quiet, shutdownSignals: false })
    await app.listen(0, '127.0.0.1')
    const { source } = app.get(Books)
    const answer = fetch(`${await app.getUrl()}/books/slow`)
    await arrived.promise
    const closing = app.close()
    // enough turns for a database that does not wait to be gone
    for (let turn = 0; turn < 50; turn++) await nextTurn()
    released.resolve()
    const response = await answer
    expect([response.status, await response.json()]).toEqual([200, { count: 0 }])
    await closing
    expect(source.isInitialized).toBe(false)
  })
})
