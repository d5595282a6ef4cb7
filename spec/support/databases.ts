import { randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import type { TypeOrmModuleOptions } from 'corbel/database/typeorm'
import { DataSource, type DataSourceOptions } from 'typeorm'

/** Milliseconds for a hook that opens one: an embedded PostgreSQL has to be unpacked and compiled first. */
export const OPENING_MS = 300_000

/** A database of its own for a file of specs. */
export interface TestDatabase {
  readonly options: TypeOrmModuleOptions
  /** Removes it. */
  drop(): Promise<void>
}

/** A kind of database that specs run against. */
export interface DatabaseKind {
  readonly name: string
  /** Whether it has one connection for everything. */
  readonly isEmbedded: boolean
  create(): Promise<TestDatabase>
}

const require = createRequire(import.meta.url)
const environment = process.env
const unique = (): string => `corbel_${randomBytes(6).toString('hex')}`

const libsql: DatabaseKind = {
  name: 'libsql',
  isEmbedded: true,
  create: () => Promise.resolve({ options: { database: ':memory:' }, drop: () => Promise.resolve() }),
}

const pglite: DatabaseKind = {
  name: 'PGlite',
  isEmbedded: false,
  async create() {
    const pg: unknown = require('pg')
    // its declarations need those of browsers
    const name: string = '@electric-sql/pglite/node-postgres'
    const { createPgConfig } = (await import(name)) as { createPgConfig(driver: unknown): object }
    const extra = { ...createPgConfig(pg), max: 1, connectionTimeoutMillis: 60_000 }
    return { options: { type: 'postgres', extra }, drop: () => Promise.resolve() }
  },
}

const postgres = server(
  'PostgreSQL',
  {
    type: 'postgres',
    url: environment['DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/test',
    // also the wait for a connection of the pool; a server that is not there refuses at once
    extra: { connectionTimeoutMillis: 60_000 },
  },
  async (admin) => {
    const schema = unique()
    await admin.query(`CREATE SCHEMA ${schema}`)
    return {
      own: { schema, applicationName: schema, extra: { options: `-c search_path=${schema}` } },
      name: `SCHEMA ${schema} CASCADE`,
    }
  },
)

const mariadb = server(
  'MariaDB',
  {
    type: 'mariadb',
    url: environment['MARIADB_URL'] ?? 'mysql://root@127.0.0.1:3306/test',
    extra: { connectTimeout: 60_000 },
  },
  async (admin) => {
    const database = unique()
    await admin.query(`CREATE DATABASE ${database}`)
    return { own: { database }, name: `DATABASE ${database}` }
  },
)

/** All of them; a server is asked only when specs begin. */
export const DATABASES: readonly DatabaseKind[] = [libsql, pglite, postgres, mariadb]

function server(
  name: string,
  base: DataSourceOptions,
  prepare: (admin: DataSource) => Promise<{ own: object; name: string }>,
): DatabaseKind {
  return {
    name,
    isEmbedded: false,
    async create() {
      const admin = await new DataSource(base).initialize()
      const { own, name: object } = await prepare(admin)
      const { url, ...rest } = base as { url?: string }
      const address = new URL(url!)
      const options = {
        ...rest,
        host: address.hostname,
        port: Number(address.port),
        username: decodeURIComponent(address.username),
        password: decodeURIComponent(address.password),
        database: address.pathname.slice(1),
        ...own,
      }
      return {
        // eslint-disable-next-line typescript/no-unsafe-type-assertion -- of the driver that `base` names
        options: options as TypeOrmModuleOptions,
        async drop() {
          await admin.query(`DROP ${object}`)
          await admin.destroy()
        },
      }
    },
  }
}

/** Those whose server does not answer: specs are skipped for them, and fail where services are required. */
export async function unreachable(kind: DatabaseKind): Promise<boolean> {
  if (kind.name === 'libsql' || kind.name === 'PGlite') return false
  try {
    await (await kind.create()).drop()
    return false
  } catch (error) {
    if (environment['CORBEL_REQUIRE_SERVICES'] === '1') throw error
    return true
  }
}
