import { databaseSnapshot, inspectDatabase } from 'corbel/database/typeorm'
import {
  Column,
  Entity,
  Index,
  ManyToOne,
  OneToOne,
  JoinColumn,
  PrimaryGeneratedColumn,
  Unique,
  type Relation,
} from 'typeorm'
import type { DatabaseUse } from './database-use.js'

@Entity()
@Unique('one_name', ['name'])
class Team {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40 }) name: string
  // each refers to the other: no order of writing is right
  @OneToOne(() => Player, { nullable: true }) @JoinColumn() captain: Relation<Player> | null
}

@Entity()
@Index('by_age', ['age', 'name'])
class Player {
  @PrimaryGeneratedColumn() id: number
  @Column('varchar', { length: 40 }) name: string
  @Column('integer', { default: 18, nullable: true }) age: number | null
  @ManyToOne(() => Team, { nullable: true, onDelete: 'CASCADE' }) team: Relation<Team>
  @ManyToOne(() => Player, { nullable: true }) mentor: Relation<Player> | null
}

export function inspection(use: DatabaseUse): void {
  const part = use.part({ entities: [Team, Player], synchronize: true })

  it('tells tables, columns, indexes, references and sizes', async () => {
    const players = part.source.getRepository(Player)
    await players.save(Array.from({ length: 50 }, (_, i) => ({ name: `player ${i}` })))
    const analyse = use.kind.name === 'MariaDB' ? 'ANALYZE TABLE player' : 'ANALYZE player'
    await part.source.query(analyse)
    const tables = await inspectDatabase(part.source)
    expect(tables.map(({ name }) => name)).toEqual(['player', 'team'])
    const [player, team] = tables
    // InnoDB looks at samples
    expect(player!.rows).toBeGreaterThan(25)
    expect(player!.rows).toBeLessThan(100)
    if (use.kind.name !== 'libsql') {
      expect(player!.bytes).toBeGreaterThan(0)
      expect(player!.indexBytes).toBeGreaterThan(0)
    }
    const column = (name: string) => player!.columns.find((one) => one.name === name)
    expect(column('id')).toMatchObject({
      isPrimary: true,
      isGenerated: true,
      isNullable: false,
      isComputed: false,
    })
    expect(column('name')).toMatchObject({ isPrimary: false, isNullable: false, default: undefined })
    expect(column('name')!.type).toMatch(/^(varchar|character varying)\(40\)$/)
    expect(column('age')).toMatchObject({ isNullable: true, default: expect.stringMatching(/18/) })
    expect(player!.indexes).toContainEqual({ name: 'by_age', columns: ['age', 'name'], isUnique: false })
    expect(team!.indexes).toContainEqual({ name: 'one_name', columns: ['name'], isUnique: true })
    expect(player!.references).toContainEqual({
      columns: ['teamId'],
      table: 'team',
      tableColumns: ['id'],
      onDelete: 'CASCADE',
    })
  })
}

export function snapshots(use: DatabaseUse): void {
  const part = use.part({ entities: [Team, Player], synchronize: true })

  it('bring back all records, whatever refers to what, and how they are numbered', async () => {
    const players = part.source.getRepository(Player)
    const teams = part.source.getRepository(Team)
    const mentor = await players.save({ name: 'mentor' })
    const team = await teams.save({ name: 'reds' })
    const captain = await players.save({ name: 'captain', team, mentor })
    await teams.save({ id: team.id, name: team.name, captain: { id: captain.id } })
    const read = () =>
      Promise.all([
        players.find({ relations: { team: true, mentor: true }, order: { id: 'ASC' } }),
        teams.find({ relations: { captain: true } }),
      ])
    const before = await read()
    const snapshot = await databaseSnapshot(part.source)
    for (const change of [
      async () => {
        await teams.update(team.id, { captain: null })
        await players.update(captain.id, { mentor: null })
        await players.deleteAll()
      },
      () => players.update(captain.id, { name: 'changed' }),
      () => players.save({ name: 'another' }),
    ]) {
      await change()
      expect(await read()).not.toEqual(before)
      await snapshot.restore()
      expect(await read()).toEqual(before)
    }
    // references are looked at again
    await expect(players.insert({ name: 'lost', team: { id: 4711 } })).rejects.toThrow(/foreign key/i)
    const { id } = await players.save({ name: 'next' })
    expect(id).toBeGreaterThan(captain.id)
    await snapshot.drop()
    expect((await inspectDatabase(part.source)).map(({ name }) => name)).toEqual(['player', 'team'])
  })
}
