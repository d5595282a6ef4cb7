import { parseSync } from 'oxc-parser'
import type { MigrationInterface } from 'typeorm'

/** The class in the text of a migration, made to run. */
export function compile(text: string): MigrationInterface {
  expect(parseSync('migration.ts', text).errors).toEqual([])
  const plain = text
    .replace(/^import .*\n/m, '')
    .replace('export class', 'return class')
    .replaceAll(/ implements \w+|: QueryRunner|: Promise<void>/g, '')
  // eslint-disable-next-line typescript/no-implied-eval -- a generated migration is source text
  const type = new Function(plain)() as new () => MigrationInterface
  return new type()
}
