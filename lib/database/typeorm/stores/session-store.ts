import type { DataSource, SelectQueryBuilder } from 'typeorm'
import type { SessionRecord, SessionStore } from '../../../core/index.js'
import { failureKind } from '../failure-kind.js'
import { storeEntities, type SessionRow } from './entities.js'
import { Sweep } from './sweep.js'

/** Sessions in a table of the application's database: every statement decides by itself, so that processes need no lock. */
export class TypeOrmSessionStore implements SessionStore {
  private readonly entity = storeEntities().sessions
  private readonly sweep: Sweep

  /**
   * @param source that has the entities
   * @param now milliseconds since 1970; the same for all processes
   */
  constructor(
    private readonly source: DataSource,
    private readonly now: () => number = Date.now,
  ) {
    this.sweep = new Sweep(source, this.entity, now)
  }

  async read(id: string): Promise<SessionRecord | undefined> {
    const row = await this.alive().andWhere('s.id = :id', { id }).getOne()
    return row === null ? undefined : recordOf(row)
  }

  async write(record: SessionRecord): Promise<boolean> {
    await this.sweep.run()
    return record.version === 1 ? this.insert(record) : this.update(record)
  }

  async touch(id: string, expiresAt: number): Promise<boolean> {
    const { affected } = await this.source
      .createQueryBuilder()
      .update(this.entity)
      .set({ expiresAt })
      .where('id = :id AND expires_at > :now', { id, now: this.now() })
      .execute()
    return affected === 1
  }

  async destroy(id: string): Promise<boolean> {
    const { affected } = await this.source
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where('id = :id AND expires_at > :now', { id, now: this.now() })
      .execute()
    return affected === 1
  }

  async destroyAll(subject: string, except?: string): Promise<number> {
    const { affected } = await this.source
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where('subject = :subject AND expires_at > :now AND id <> :except', {
        subject,
        now: this.now(),
        except: except ?? '',
      })
      .execute()
    return affected ?? 0
  }

  async list(subject: string): Promise<readonly SessionRecord[]> {
    const rows = await this.alive()
      .andWhere('s.subject = :subject', { subject })
      .orderBy('s.createdAt')
      .getMany()
    // collations may take texts for equal that are not
    return rows.filter((row) => row.subject === subject).map(recordOf)
  }

  private alive(): SelectQueryBuilder<SessionRow> {
    return this.source.createQueryBuilder(this.entity, 's').where('s.expiresAt > :now', { now: this.now() })
  }

  private async insert(record: SessionRecord): Promise<boolean> {
    const { id } = record
    // what has expired is not there any more
    await this.source
      .createQueryBuilder()
      .delete()
      .from(this.entity)
      .where('id = :id AND expires_at <= :now', { id, now: this.now() })
      .execute()
    try {
      await this.source.createQueryBuilder().insert().into(this.entity).values(rowOf(record)).execute()
      return true
    } catch (error) {
      if (failureKind(error) === 'unique') return false
      throw error
    }
  }

  private async update(record: SessionRecord): Promise<boolean> {
    const { id, ...values } = rowOf(record)
    const { affected } = await this.source
      .createQueryBuilder()
      .update(this.entity)
      .set(values)
      .where('id = :id AND version = :before AND expires_at > :now', {
        id,
        before: record.version - 1,
        now: this.now(),
      })
      .execute()
    return affected === 1
  }
}

function rowOf({ id, subject, values, createdAt, expiresAt, version }: SessionRecord): SessionRow {
  return { id, subject: subject ?? null, data: JSON.stringify(values), createdAt, expiresAt, version }
}

function recordOf({ id, subject, data, createdAt, expiresAt, version }: SessionRow): SessionRecord {
  return {
    id,
    subject: subject ?? undefined,
    values: JSON.parse(data) as Record<string, unknown>,
    createdAt: Number(createdAt),
    expiresAt: Number(expiresAt),
    version,
  }
}
