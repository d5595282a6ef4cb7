import type { DataSource } from 'typeorm'
import type { Class, MaybePromise } from '../../../common/index.js'
import { Logger, type OnApplicationBootstrap } from '../../../core/index.js'
import { Module, type DynamicModule, type ModuleImport } from '../../../di/index.js'
import { DEFAULT_DATA_SOURCE, getDataSourceToken } from '../../tokens.js'
import { MIGRATIONS_WAIT_MS, withMigrationLock } from '../migrations/index.js'
import { Seeding, type SeedingOptions } from './seeding.js'
import { SeedLog } from './seed-log.js'

/** A class that puts records into a database. It is a provider: what it needs is injected. */
export interface Seeder {
  /** Runs each time instead of once in the life of a database: then `run` has to look what is there. Default false. */
  readonly always?: boolean
  /**
   * Runs in a transaction, which injected repositories take part in.
   *
   * @param seeding makes records by their factories
   */
  run(seeding: Seeding): MaybePromise<unknown>
}

/** The options of `SeedModule.forRoot`. */
export interface SeedModuleOptions extends SeedingOptions {
  /** In the order in which they run. */
  readonly seeders: readonly Class<Seeder>[]
  /** Modules that provide what the seeders need. */
  readonly imports?: readonly ModuleImport[]
  /** The data source's name; the default one if left out. */
  readonly dataSource?: string
  /** Whether they run when the application starts, before it listens. Default false: `Seeders.run()` runs them. */
  readonly onBoot?: boolean
}

/**
 * Runs seeders: each once in the life of a database, whichever of several instances comes first.
 *
 * @example
 * await app.get(Seeders).run()
 */
export class Seeders implements OnApplicationBootstrap {
  private readonly logger = new Logger('Seeders')

  constructor(
    private readonly source: DataSource,
    private readonly seeders: readonly Seeder[],
    private readonly options: SeedModuleOptions,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.options.onBoot === true) await this.run()
  }

  /**
   * Runs those that have not run on this database, each in a transaction of its own. The first that fails ends the run; it
   * leaves nothing behind.
   *
   * @returns the names of those that ran
   * @throws {CorbelError} CORBEL_MIGRATIONS_LOCKED while another process migrates or seeds for too long
   */
  run(): Promise<readonly string[]> {
    return withMigrationLock(this.source, MIGRATIONS_WAIT_MS, async () => {
      const log = new SeedLog(this.source)
      const done = await log.read()
      const ran: string[] = []
      for (const seeder of this.seeders) {
        const { name } = seeder.constructor
        if (seeder.always !== true && done.has(name)) continue
        await this.source.transaction(async () => {
          await seeder.run(new Seeding(this.source, this.options))
          if (!done.has(name)) await log.add(name)
        })
        this.logger.log(`${name} has run`)
        ran.push(name)
      }
      return ran
    })
  }
}

/** Puts records into a database: for demo data, for what every installation needs, for tests by hand. */
@Module()
export class SeedModule {
  /** @param options which seeders, and when */
  static forRoot(options: SeedModuleOptions): DynamicModule {
    const { seeders, imports = [], dataSource = DEFAULT_DATA_SOURCE } = options
    return {
      module: SeedModule,
      imports,
      providers: [
        ...seeders,
        {
          provide: Seeders,
          useFactory: (source: DataSource, ...built: Seeder[]) => new Seeders(source, built, options),
          inject: [getDataSourceToken(dataSource), ...seeders],
        },
      ],
      exports: [Seeders],
    }
  }
}
