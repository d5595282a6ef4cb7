import type { Application, InjectResponse } from 'corbel'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { DataSource } from 'typeorm'
import { createConduit } from './conduit.js'
import { configFromEnvironment } from './config/config.js'

describe('Conduit without a socket', () => {
  let app: Application
  let token: string

  const send = (method: string, url: string, body?: object): Promise<InjectResponse> =>
    app.inject({ method, url: `/api${url}`, headers: { authorization: `Token ${token}` }, body })

  beforeAll(async () => {
    app = await createConduit(
      { port: 0, database: ':memory:', jwtSecret: 'only for this spec, but long enough', seed: true },
      false,
    )
    const response = await app.inject({
      method: 'POST',
      url: '/api/users',
      body: { user: { username: 'ada', email: 'ada@conduit.example', password: 'a password' } },
    })
    token = response.json<{ user: { token: string } }>().user.token
  })

  afterAll(() => app.close())

  it('has migrations that make exactly the tables of the entities', async () => {
    const { upQueries } = await app.get(DataSource).driver.createSchemaBuilder().log()
    expect(upQueries.map(({ query }) => query)).toEqual([])
  })

  it('can undo its migrations', async () => {
    const other = await createConduit({ port: 0, database: ':memory:', seed: false }, false)
    const source = other.get(DataSource)
    await source.undoLastMigration()
    expect(await source.query(`SELECT name FROM sqlite_master WHERE name = 'article'`)).toEqual([])
    await other.close()
  })

  it('lists articles with as many queries for fifty as for one', async () => {
    const query = vi.spyOn(app.get(DataSource).logger, 'logQuery')
    const count = async (): Promise<number> => {
      query.mockClear()
      const response = await send('GET', '/articles?limit=100')
      expect(response.status).toBe(200)
      return query.mock.calls.length
    }
    const few = await count()
    for (let i = 0; i < 50; i++) {
      await send('POST', '/articles', {
        article: { title: `Article ${i}`, description: 'one', body: 'of many', tagList: ['many'] },
      })
    }
    expect(await count()).toBe(few)
    query.mockRestore()
  })

  it('does not tell accounts apart at login', async () => {
    const login = (email: string): Promise<InjectResponse> =>
      send('POST', '/users/login', { user: { email, password: 'wrong' } })
    const [known, unknown] = [await login('ada@conduit.example'), await login('nobody@conduit.example')]
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body])
  })
})

describe('the configuration', () => {
  it('comes from the environment', () => {
    expect(configFromEnvironment({})).toEqual({ port: 3000, database: 'conduit.sqlite', seed: true })
    expect(
      configFromEnvironment({
        PORT: '0',
        HOST: '127.0.0.1',
        CONDUIT_DATABASE: '/data/conduit.sqlite',
        CONDUIT_JWT_SECRET: 'secret',
        NODE_ENV: 'production',
      }),
    ).toEqual({
      port: 0,
      host: '127.0.0.1',
      database: '/data/conduit.sqlite',
      jwtSecret: 'secret',
      seed: false,
    })
    expect(() => configFromEnvironment({ PORT: 'http' })).toThrow(/PORT/)
  })
})
