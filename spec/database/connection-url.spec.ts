import { optionsFromUrl } from 'corbel/database/typeorm'
import { resolveOptions } from '../../lib/database/typeorm/options.js'

const resolve = (options: object, name = 'default') => resolveOptions(options as never, name, []).options

describe('the URL of a database', () => {
  it.each([
    [
      'postgres://ada:p%40ss@db.example:6432/shop?schema=app&application_name=web&sslmode=verify-full',
      {
        type: 'postgres',
        host: 'db.example',
        port: 6432,
        username: 'ada',
        password: 'p@ss',
        database: 'shop',
        schema: 'app',
        applicationName: 'web',
        ssl: true,
      },
    ],
    [
      'postgresql:///shop?host=/var/run/postgresql',
      { type: 'postgres', host: '/var/run/postgresql', database: 'shop' },
    ],
    [
      'postgres://db/shop?sslmode=require',
      { type: 'postgres', host: 'db', database: 'shop', ssl: { rejectUnauthorized: false } },
    ],
    [
      'mysql://root@db:3306/shop',
      { type: 'mysql', host: 'db', port: 3306, username: 'root', database: 'shop' },
    ],
    ['mariadb://db/shop?sslmode=verify-ca', { type: 'mariadb', host: 'db', database: 'shop', ssl: {} }],
    ['sqlite:shop.sqlite', { database: 'shop.sqlite' }],
    ['sqlite:///var/shop%20one.sqlite', { database: '/var/shop one.sqlite' }],
    ['libsql::memory:', { database: ':memory:' }],
    ['file:./shop.sqlite', { database: './shop.sqlite' }],
    ['mongodb://db/shop', { type: 'mongodb', url: 'mongodb://db/shop' }],
  ])('%s', (url, expected) => {
    expect(optionsFromUrl(url)).toEqual(expected)
  })

  it.each([
    ['oracle://ada:secret@db/shop', /scheme "oracle"/],
    ['ada:secret@db', /scheme "ada"/],
    ['postgres://ada:se#cret@[db/shop', /percent-encode/],
    ['postgres://ada:secret%@db/shop', /write %25/],
    ['postgres:///shop', /no host/],
    ['postgres://ada:secret@db/shop?sslmode=maybe', /sslmode "maybe"/],
  ])('%s is refused, without a word of the password', (url, message) => {
    const refused = () => optionsFromUrl(url)
    expect(refused).toThrow(expect.objectContaining({ code: 'CORBEL_DATABASE_URL' }))
    expect(refused).toThrow(message)
    expect(refused).not.toThrow(/se#?cret/)
  })

  it('is taken with further options, or from the environment by the name of the data source', () => {
    expect(resolve({ url: 'postgres://db/shop', synchronize: true })).toMatchObject({
      type: 'postgres',
      host: 'db',
      synchronize: true,
    })
    vi.stubEnv('DATABASE_URL', 'mysql://db/shop')
    vi.stubEnv('AUDIT_LOG_DATABASE_URL', 'postgres://audit/log')
    expect(resolve({})).toMatchObject({ type: 'mysql', host: 'db' })
    expect(resolve({}, 'auditLog')).toMatchObject({ type: 'postgres', host: 'audit' })
    expect(() => resolve({}, 'other')).toThrow(/OTHER_DATABASE_URL/)
    expect(() => resolve({}, 'other')).toThrow(
      expect.objectContaining({ code: 'CORBEL_DATABASE_URL_MISSING' }),
    )
    vi.unstubAllEnvs()
  })
})

describe('the settings of a pool', () => {
  const pool = { max: 7, min: 2, idleTimeout: 1000, acquireTimeout: 500, maxLifetime: 60_000 }

  it.each([
    [
      'postgres',
      {
        extra: {
          max: 7,
          min: 2,
          idleTimeoutMillis: 1000,
          connectionTimeoutMillis: 500,
          maxLifetimeSeconds: 60,
        },
      },
    ],
    ['mariadb', { extra: { connectionLimit: 7, maxIdle: 2, idleTimeout: 1000 } }],
    ['mongodb', { maxPoolSize: 7, minPoolSize: 2, maxIdleTimeMS: 1000, waitQueueTimeoutMS: 500 }],
  ])('are told to %s in its own words', (type, expected) => {
    expect(resolve({ type, pool })).toMatchObject(expected)
    expect(resolve({ type, pool })).not.toHaveProperty('pool')
  })

  it('give way to what is said to the driver itself, and always end the wait for a connection', () => {
    expect(resolve({ type: 'postgres', pool, extra: { max: 3 } })).toMatchObject({
      extra: { max: 3, min: 2 },
    })
    expect(resolve({ type: 'postgres' })).toMatchObject({ extra: { connectionTimeoutMillis: 30_000 } })
    expect(resolve({ type: 'postgres', connectTimeoutMS: 5 })).toMatchObject({
      extra: { connectionTimeoutMillis: 5 },
    })
  })
})

describe('replicas', () => {
  it('are servers that are like the first, unless their URLs say otherwise', () => {
    const options = resolve({
      url: 'postgres://ada:secret@one:6432/shop',
      replicas: ['postgres://two/shop', 'postgres://eve:other@three:5433/shop'],
    })
    expect(options).toMatchObject({
      replication: {
        master: { host: 'one', port: 6432, username: 'ada', password: 'secret', database: 'shop' },
        slaves: [
          { host: 'two', port: undefined, username: 'ada', password: 'secret', database: 'shop' },
          { host: 'three', port: 5433, username: 'eve', password: 'other', database: 'shop' },
        ],
      },
    })
  })

  it('are refused where there cannot be any', () => {
    expect(() => resolve({ database: ':memory:', replicas: ['postgres://two/shop'] })).toThrow(
      expect.objectContaining({ code: 'CORBEL_REPLICAS_UNSUPPORTED' }),
    )
  })
})
