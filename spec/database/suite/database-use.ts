import { closeDataSource, openDataSource, type TypeOrmModuleOptions } from 'corbel/database/typeorm'
import type { DataSource } from 'typeorm'
import { OPENING_MS, unreachable, type DatabaseKind, type TestDatabase } from '../../support/databases.js'

/** The database that the parts of the suite have one after the other, each from empty to empty. */
export class DatabaseUse {
  private database: TestDatabase | undefined

  constructor(readonly kind: DatabaseKind) {
    beforeAll(async () => {
      if (!(await unreachable(kind))) this.database = await kind.create()
    })
    afterAll(() => this.database?.drop())
    beforeEach(({ skip }) => {
      if (this.database === undefined) skip(`${kind.name} does not answer`)
    })
  }

  /** Undefined where the database does not answer; asked before the specs of a part. */
  get options(): TypeOrmModuleOptions | undefined {
    return this.database?.options
  }

  /** A data source for all specs of a part; what is in it goes with them. */
  part(options: object): { readonly source: DataSource } {
    const part = {} as { source: DataSource }
    beforeAll(async () => {
      if (this.database === undefined) return
      part.source = await openDataSource({ ...this.database.options, ...options } as TypeOrmModuleOptions)
    }, OPENING_MS)
    afterAll(async () => {
      if (part.source === undefined) return
      await part.source.dropDatabase()
      await closeDataSource(part.source)
    })
    return part
  }
}
