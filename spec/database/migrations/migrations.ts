import { setTimeout as delay } from 'node:timers/promises'
import { Column, Entity, PrimaryColumn, type MigrationInterface, type QueryRunner } from 'typeorm'

@Entity()
export class Stone {
  @PrimaryColumn('integer') id: number
  @Column('varchar', { length: 40 }) name: string
}

export class CreateStones1700000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE stone (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(40) NOT NULL)')
    // whoever else migrates has time to get in between
    await delay(100)
    await runner.query('CREATE TABLE runs (name VARCHAR(40) NOT NULL)')
    await runner.query("INSERT INTO runs VALUES ('create')")
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE runs')
    await runner.query('DROP TABLE stone')
  }
}

export class FillStones1700000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query("INSERT INTO stone VALUES (1, 'granite')")
    await delay(50)
    await runner.query("INSERT INTO runs VALUES ('fill')")
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM stone')
    await runner.query("DELETE FROM runs WHERE name = 'fill'")
  }
}
