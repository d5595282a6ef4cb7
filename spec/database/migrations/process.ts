// One of several processes that migrate a database at once: opens it, waits for a line, migrates, says what it has run.
import { once } from 'node:events'
import 'reflect-metadata'
import {
  closeDataSource,
  openDataSource,
  runMigrations,
  type TypeOrmModuleOptions,
} from '../../../lib/database/typeorm/index.js'
import { CreateStones1700000000001, FillStones1700000000002, Stone } from './migrations.js'

const options = JSON.parse(process.argv[2]!) as TypeOrmModuleOptions
const source = await openDataSource({
  ...options,
  entities: [Stone],
  migrations: [CreateStones1700000000001, FillStones1700000000002],
} as TypeOrmModuleOptions)
process.stdout.write('ready\n')
await once(process.stdin, 'data')
process.stdin.destroy()
process.stdout.write(`${JSON.stringify(await runMigrations(source))}\n`)
await closeDataSource(source)
