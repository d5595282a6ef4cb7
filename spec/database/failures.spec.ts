import { EntityNotFoundError, OptimisticLockVersionMismatchError, QueryFailedError } from 'typeorm'
import { explainFailure } from '../../lib/database/typeorm/explain-failure.js'
import { failureKind } from '../../lib/database/typeorm/failure-kind.js'

const failed = (properties: object, message = 'it failed'): QueryFailedError =>
  new QueryFailedError('SELECT secret', [], Object.assign(new Error(message), properties))

describe('what databases refuse', () => {
  it.each([
    ['PostgreSQL', { code: '23505' }, 'CORBEL_RECORD_EXISTS', 409],
    ['PostgreSQL', { code: '23503' }, 'CORBEL_RECORD_REFERENCED', 409],
    ['PostgreSQL', { code: '23514' }, 'CORBEL_RECORD_INVALID', 422],
    ['PostgreSQL', { code: '22001' }, 'CORBEL_RECORD_INVALID', 422],
    ['PostgreSQL', { code: '40001' }, 'CORBEL_DATABASE_CONFLICT', 503],
    ['PostgreSQL', { code: '40P01' }, 'CORBEL_DATABASE_CONFLICT', 503],
    ['PostgreSQL', { code: '57014' }, 'CORBEL_DATABASE_TIMEOUT', 503],
    ['PostgreSQL', { code: '57P01' }, 'CORBEL_DATABASE_LOST', 503],
    ['PostgreSQL', { code: '08006' }, 'CORBEL_DATABASE_LOST', 503],
    ['MariaDB', { code: 'ER_DUP_ENTRY', errno: 1062 }, 'CORBEL_RECORD_EXISTS', 409],
    ['MariaDB', { code: 'ER_LOCK_DEADLOCK', errno: 1213 }, 'CORBEL_DATABASE_CONFLICT', 503],
    ['MariaDB', { code: 'ER_LOCK_WAIT_TIMEOUT', errno: 1205 }, 'CORBEL_DATABASE_TIMEOUT', 503],
    ['MariaDB', { code: 'PROTOCOL_CONNECTION_LOST' }, 'CORBEL_DATABASE_LOST', 503],
    ['SQLite', { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' }, 'CORBEL_RECORD_EXISTS', 409],
    ['SQLite', { code: 'SQLITE_BUSY' }, 'CORBEL_DATABASE_TIMEOUT', 503],
  ])('%s %o is %s', (_, properties, code, status) => {
    expect(explainFailure(failed(properties))).toMatchObject({ code, status })
    expect(explainFailure(failed(properties))!.message).not.toMatch(/secret|it failed/)
  })

  it('is told by words where drivers give nothing else', () => {
    expect(failureKind(new Error('Connection terminated unexpectedly'))).toBe('connection')
    expect(failureKind(failed({}, 'timeout exceeded when trying to connect'))).toBe('exhausted')
  })

  it.each([
    ['MongoServerError', { code: 11000 }, 'unique'],
    ['MongoServerError', { code: 112 }, 'conflict'],
    ['MongoServerError', { code: 26 }, undefined],
    ['MongoServerSelectionError', {}, 'connection'],
    ['MongoWaitQueueTimeoutError', {}, 'exhausted'],
  ])('is told by %s %o of MongoDB', (name, properties, kind) => {
    expect(failureKind(Object.assign(new Error('it failed'), { name, ...properties }))).toBe(kind)
  })

  it('is about records, too', () => {
    expect(explainFailure(new EntityNotFoundError('User', {}))).toMatchObject({
      code: 'CORBEL_RECORD_MISSING',
    })
    const changed = new OptimisticLockVersionMismatchError('User', 1, 2)
    expect(explainFailure(changed)).toMatchObject({ code: 'CORBEL_RECORD_CHANGED', status: 409 })
  })

  it('is nothing of the kind for mistakes in statements, and for what others have lost', () => {
    expect(explainFailure(failed({ code: '42601' }))).toBeUndefined()
    expect(explainFailure(failed({ code: 'ER_PARSE_ERROR', errno: 1064 }))).toBeUndefined()
    // of a fetch, say
    expect(explainFailure(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBeUndefined()
    expect(explainFailure('text')).toBeUndefined()
  })
})
