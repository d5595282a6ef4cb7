import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataSource } from 'typeorm'
import { MigrationNameInvalid } from './errors.js'

/** Statements that bring a database to what the entities say, and back. */
export interface SchemaDrift {
  readonly up: readonly DriftStatement[]
  readonly down: readonly DriftStatement[]
}

/** One statement of a drift. */
export interface DriftStatement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** What a new migration is made of. */
export interface NewMigration {
  /** In words: `add-prices`. */
  readonly name: string
  /** Where the file is written, made if it is not there; nothing is written if left out. */
  readonly folder?: string
  /** Milliseconds since 1970; now, if left out. */
  readonly timestamp?: number
  /** A migration without statements, to be written by hand. Default false. */
  readonly empty?: boolean
}

/** A migration that was written. */
export interface GeneratedMigration {
  /** Of the class. */
  readonly name: string
  /** The file; undefined if none was asked for. */
  readonly path: string | undefined
  readonly source: string
}

/**
 * Compares the tables of a database with the entities. It changes nothing.
 *
 * @param source open
 * @returns no statements where they agree
 */
export async function schemaDrift(source: DataSource): Promise<SchemaDrift> {
  const { upQueries, downQueries } = await source.driver.createSchemaBuilder().log()
  const statement = ({ query, parameters }: (typeof upQueries)[number]): DriftStatement => ({
    sql: query,
    parameters: parameters ?? [],
  })
  return { up: upQueries.map(statement), down: downQueries.map(statement).reverse() }
}

/**
 * Writes a migration that brings the tables of a database to what the entities say. Compare with a database on which all
 * migrations were run, and read what was written: a renamed column looks like one that is dropped and one that is added.
 *
 * @param source open
 * @param migration its name, and where it is written
 * @returns undefined where there is nothing to change
 * @throws {CorbelError} CORBEL_MIGRATION_NAME
 */
export async function generateMigration(
  source: DataSource,
  { name, folder, timestamp = Date.now(), empty = false }: NewMigration,
): Promise<GeneratedMigration | undefined> {
  if (!/^[A-Za-z][\w-]*$/.test(name)) throw new MigrationNameInvalid({ name })
  const drift = empty ? { up: [], down: [] } : await schemaDrift(source)
  if (!empty && drift.up.length === 0) return undefined
  const className = `${pascalCase(name)}${timestamp}`
  const text = sourceOf(className, drift)
  if (folder === undefined) return { name: className, path: undefined, source: text }
  await mkdir(folder, { recursive: true })
  const path = join(folder, `${timestamp}-${name}.ts`)
  // never over a file that is there
  await writeFile(path, text, { flag: 'wx' })
  return { name: className, path, source: text }
}

function sourceOf(name: string, { up, down }: SchemaDrift): string {
  return `import type { MigrationInterface, QueryRunner } from 'typeorm'

export class ${name} implements MigrationInterface {
  async up(${up.length === 0 ? '_runner' : 'runner'}: QueryRunner): Promise<void> {
${up.map(lineOf).join('')}  }

  async down(${down.length === 0 ? '_runner' : 'runner'}: QueryRunner): Promise<void> {
${down.map(lineOf).join('')}  }
}
`
}

function lineOf({ sql, parameters }: DriftStatement): string {
  const text = sql.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')
  const bound = parameters.length === 0 ? '' : `, ${JSON.stringify(parameters)}`
  return `    await runner.query(\`${text}\`${bound})\n`
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|[-_]+)([A-Za-z0-9]?)/g, (_, letter: string) => letter.toUpperCase())
}
