import { DATABASES } from '../support/databases.js'
import { DatabaseUse } from './suite/database-use.js'
import { inspection, snapshots } from './suite/inspection.js'
import { migrations } from './suite/migrations.js'
import { seeding } from './suite/seeding.js'

describe.each(DATABASES)('$name', (kind) => {
  const use = new DatabaseUse(kind)
  describe('migrations', () => migrations(use))
  describe('seeding', () => seeding(use))
  describe('inspection', () => inspection(use))
  describe('snapshots', () => snapshots(use))
})
