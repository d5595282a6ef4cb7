import type { Application } from 'corbel'
import { Attempts } from 'corbel/auth'
import { DataSource } from 'typeorm'
import type { RunnerTestSuite } from 'vitest'
import { createConduit } from '../../samples/conduit/conduit.js'
import { databaseFile } from '../database/temporary.js'
import { waitLong } from '../support/attempts.js'
import { eventually } from '../support/eventually.js'
import { ConduitClient, seen } from './conduit/client.js'
import { OPERATIONS, type Operation } from './conduit/contract.js'

// eslint-disable-next-line typescript/no-unsafe-type-assertion -- Object.keys forgets which keys they are
const operations = Object.keys(OPERATIONS) as Operation[]
/** Without a body or a query there is nothing to be wrong. */
const NOTHING_TO_REFUSE = [
  'GET /user → 422',
  'GET /profiles/{username} → 422',
  'POST /profiles/{username}/follow → 422',
  'DELETE /profiles/{username}/follow → 422',
  'GET /articles/{slug} → 422',
  'DELETE /articles/{slug} → 422',
  'GET /articles/{slug}/comments → 422',
  'POST /articles/{slug}/favorite → 422',
  'DELETE /articles/{slug}/favorite → 422',
  'GET /tags → 422',
]
let app: Application
let nobody: ConduitClient
let ada: ConduitClient
let ben: ConduitClient

async function start(file: string): Promise<Application> {
  const started = await createConduit({ port: 0, database: file, seed: false }, false)
  await started.listen(0, '127.0.0.1')
  return started
}

beforeAll(async () => {
  app = await start(await databaseFile('conduit.sqlite'))
  nobody = new ConduitClient(await app.getUrl())
  ada = await nobody.register('ada')
  ben = await nobody.register('ben')
})

afterAll(() => app.close())

// eslint-disable-next-line no-empty-pattern -- Vitest reads here which fixtures are wanted: none
afterAll(({}, file) => {
  // some of them chosen by name cannot meet all
  if (hasSkipped(file)) return
  const missing = operations.flatMap((operation) =>
    Object.keys(OPERATIONS[operation])
      .map(Number)
      .filter((status) => seen.get(operation)?.has(status) !== true)
      .map((status) => `${operation} → ${status}`),
  )
  expect(missing.sort(), 'what of the contract no spec has met').toEqual(NOTHING_TO_REFUSE.toSorted())
})

function hasSkipped({ tasks }: Pick<RunnerTestSuite, 'tasks'>): boolean {
  return tasks.some((task) => task.mode === 'skip' || (task.type === 'suite' && hasSkipped(task)))
}

describe('users', () => {
  const user = { username: 'cora', email: 'cora@conduit.example', password: 'open sesame' }

  it('registers, logs in, and tells who is logged in', async () => {
    const registered = await nobody.call('POST /users', { body: { user } })
    expect(registered.status).toBe(201)
    expect(registered.body.user).toMatchObject({ username: 'cora', email: user.email, bio: '', image: '' })
    const { email, password } = user
    const login = await nobody.call('POST /users/login', { body: { user: { email, password } } })
    expect(login.status).toBe(200)
    const current = await nobody.call('GET /user', { token: login.body.user.token })
    expect(current.body.user).toMatchObject({ username: 'cora', email })
  })

  it('slows down who guesses a password, and nobody else', async () => {
    const guess = (email: string, password = 'a guess') =>
      fetch(`${nobody.base}/api/users/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ user: { email, password } }),
      })
    waitLong(app.get(Attempts, { strict: false }))
    await nobody.register('guessed')
    const email = 'guessed@conduit.example'
    const statuses: number[] = []
    for (let i = 0; i < 20; i += 1) statuses.push((await guess(email)).status)
    expect(statuses).toEqual(statuses.map(() => 401))
    const refused = await guess(` ${email.toUpperCase()}`)
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, true])
    expect(await refused.json()).toEqual({ errors: { body: [expect.stringContaining('too many tries')] } })
    expect((await guess('ben@conduit.example')).status).toBe(401)
  })

  it('changes what is given and keeps the rest, also the password', async () => {
    const cora = await nobody.register('cora-changes')
    const changes = {
      email: 'new@conduit.example',
      bio: 'Likes change.',
      image: 'https://conduit.example/c.png',
    }
    const changed = await cora.call('PUT /user', { body: { user: changes } })
    expect([changed.status, changed.body.user]).toMatchObject([200, { username: 'cora-changes', ...changes }])
    const password = 'another password'
    await cora.call('PUT /user', { body: { user: { password, image: null } } })
    const login = await nobody.call('POST /users/login', {
      body: { user: { email: changes.email, password } },
    })
    expect(login.body.user).toMatchObject({ username: 'cora-changes', bio: 'Likes change.', image: '' })
  })

  it('refuses names and addresses that somebody has (422)', async () => {
    const taken = { username: 'ADA', email: 'Ben@conduit.example', password: 'x' }
    const registered = await nobody.call('POST /users', { body: { user: taken } })
    expect([registered.status, registered.body.errors.body]).toEqual([
      422,
      ['email has already been taken', 'username has already been taken'],
    ])
    const changed = await ada.call('PUT /user', { body: { user: { username: 'ben' } } })
    expect([changed.status, changed.body.errors.body]).toEqual([422, ['username has already been taken']])
    expect((await ada.call('PUT /user', { body: { user: { username: 'ada' } } })).status).toBe(200)
  })

  it.each([
    [{}, ['username', 'email', 'password']],
    [{ username: '', email: 'a@b.example', password: 'x' }, ['username']],
    [{ username: ' a', email: 'a@b.example', password: 'x' }, ['username']],
    [{ username: 'a', email: 'nowhere', password: 'x' }, ['email']],
    [{ username: 'a', email: 'a@b.example', password: '' }, ['password']],
    [{ username: 'a', email: 'a@b.example', password: 7 }, ['password']],
    [{ username: ['a'], email: { a: 1 }, password: null }, ['username', 'email', 'password']],
  ])('refuses to register %j (422)', async (wrong, fields) => {
    const { status, body } = await nobody.call('POST /users', { body: { user: wrong } })
    expect(status).toBe(422)
    expect(body.errors.body.map((message: string) => message.split(' ')[0])).toEqual(fields)
  })

  it.each([
    ['\ud800x', 'control'],
    ['x\udc00', 'control'],
    ['a\0b', 'control'],
    ['a\nb', 'control'],
    ['a\n', 'control'],
    ['a\u2028b', 'control'],
    ['a\u200bb', 'control'],
    ['a\u202eb', 'control'],
    ['\u3164', 'control'],
    [' a', 'space'],
    ['a\u00a0', 'space'],
    ['', 'longer'],
    ['a'.repeat(61), 'shorter'],
  ])('refuses the name %j and say why (422)', async (username, why) => {
    const registered = await nobody.call('POST /users', {
      body: { user: { username, email: 'unseen@conduit.example', password: 'x' } },
    })
    const renamed = await ada.call('PUT /user', { body: { user: { username } } })
    for (const { status, body } of [registered, renamed]) {
      expect([status, body.errors.body]).toEqual([422, [expect.stringContaining(why)]])
    }
  })

  it.each(['ádám b', '石工', 'कर्म', 'smile 😀'])('takes the name %j as it is', async (username) => {
    const email = `visible${encodeURIComponent(username).replaceAll('%', '')}@conduit.example`.slice(-64)
    const user = { username, email, password: 'x' }
    const registered = await nobody.call('POST /users', { body: { user } })
    expect([registered.status, registered.body.user?.username]).toEqual([201, username])
    const shown = await nobody.call('GET /profiles/{username}', { params: { username } })
    expect(shown.body.profile.username).toBe(username)
  })

  it.each([undefined, {}, [], 'text', { user: 'text' }, { user: [] }, { user: null }])(
    'refuses a body of another form: %j (422)',
    async (body) => {
      expect((await nobody.call('POST /users', { body })).status).toBe(422)
      expect((await nobody.call('POST /users/login', { body })).status).toBe(422)
      expect((await ada.call('PUT /user', { body })).status).toBe(422)
    },
  )

  it('refuses changes that are wrong, or none (422)', async () => {
    for (const wrong of [
      {},
      { email: null },
      { email: 'nowhere' },
      { username: '' },
      { password: '' },
      { bio: 7 },
    ]) {
      expect((await ada.call('PUT /user', { body: { user: wrong } })).status).toBe(422)
    }
  })

  it('refuses wrong passwords and unknown addresses alike (401)', async () => {
    for (const email of ['ada@conduit.example', 'nobody@conduit.example']) {
      const { status } = await nobody.call('POST /users/login', {
        body: { user: { email, password: 'wrong' } },
      })
      expect(status).toBe(401)
    }
  })

  it('lets one of twenty register who want the same name', async () => {
    const wish = (i: number) => ({ username: 'popular', email: `popular${i}@conduit.example`, password: 'x' })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => nobody.call('POST /users', { body: { user: wish(i) } })),
    )
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      201,
      ...Array.from({ length: 19 }, () => 422),
    ])
  })
})

describe('profiles', () => {
  it('shows, follows and unfollows', async () => {
    const params = { username: 'ben' }
    expect((await nobody.call('GET /profiles/{username}', { params })).body.profile).toEqual({
      username: 'ben',
      bio: '',
      image: '',
      following: false,
    })
    for (let twice = 0; twice < 2; twice++) {
      const followed = await ada.call('POST /profiles/{username}/follow', { params })
      expect([followed.status, followed.body.profile.following]).toEqual([200, true])
    }
    expect((await ada.call('GET /profiles/{username}', { params })).body.profile.following).toBe(true)
    expect((await ben.call('GET /profiles/{username}', { params })).body.profile.following).toBe(false)
    for (let twice = 0; twice < 2; twice++) {
      const unfollowed = await ada.call('DELETE /profiles/{username}/follow', { params })
      expect([unfollowed.status, unfollowed.body.profile.following]).toEqual([200, false])
    }
  })

  it('does not know everybody (404)', async () => {
    const params = { username: 'nobody / at ?all' }
    const operations = [
      'GET /profiles/{username}',
      'POST /profiles/{username}/follow',
      'DELETE /profiles/{username}/follow',
    ] as const
    for (const operation of operations) expect((await ada.call(operation, { params })).status).toBe(404)
  })
})

describe('articles', () => {
  it('writes, shows, changes and deletes', async () => {
    const written = await ada.write('How to build an Arch', { tagList: ['stone', 'arches', 'stone'] })
    expect(written).toMatchObject({
      slug: 'how-to-build-an-arch',
      tagList: ['stone', 'arches'],
      favorited: false,
      favoritesCount: 0,
      author: { username: 'ada', following: false },
    })
    expect(written.updatedAt).toBe(written.createdAt)
    const params = { slug: written.slug }
    const shown = await nobody.call('GET /articles/{slug}', { params })
    expect([shown.status, shown.body.article]).toEqual([200, written])

    // times have whole milliseconds
    await eventually(() => expect(Date.now()).toBeGreaterThan(Date.parse(written.createdAt)))
    const unmoved = await ada.call('PUT /articles/{slug}', {
      params,
      body: { article: { body: 'Rewritten.' } },
    })
    expect(unmoved.body.article).toMatchObject({
      slug: written.slug,
      body: 'Rewritten.',
      tagList: ['stone', 'arches'],
    })
    expect(Date.parse(unmoved.body.article.updatedAt)).toBeGreaterThan(Date.parse(written.createdAt))
    expect(unmoved.body.article.createdAt).toBe(written.createdAt)

    const moved = await ada.call('PUT /articles/{slug}', {
      params,
      body: { article: { title: 'How to build a Vault' } },
    })
    expect([moved.status, moved.body.article.slug]).toEqual([200, 'how-to-build-a-vault'])
    expect((await nobody.call('GET /articles/{slug}', { params })).status).toBe(404)

    const now = { slug: 'how-to-build-a-vault' }
    await ben.call('POST /articles/{slug}/comments', { params: now, body: { comment: { body: 'Nice.' } } })
    await ben.call('POST /articles/{slug}/favorite', { params: now })
    expect((await ada.call('DELETE /articles/{slug}', { params: now })).status).toBe(204)
    expect((await nobody.call('GET /articles/{slug}', { params: now })).status).toBe(404)
  })

  it('gives equal titles different slugs', async () => {
    const first = await ada.write('Twins')
    const second = await ben.write('Twins')
    expect(second.slug).toMatch(/^twins-\w+$/)
    const same = { params: { slug: first.slug }, body: { article: { title: 'Twins' } } }
    expect((await ada.call('PUT /articles/{slug}', same)).body.article.slug).toBe('twins')
    const toTwin = {
      params: { slug: (await ada.write('Single')).slug },
      body: { article: { title: 'twins!' } },
    }
    expect((await ada.call('PUT /articles/{slug}', toTwin)).body.article.slug).toMatch(/^twins-\w+$/)
    const feed = await ada.write('Feed')
    expect(
      (await nobody.call('GET /articles/{slug}', { params: { slug: feed.slug } })).body.article.title,
    ).toBe('Feed')
    const arch = await ada.write('石の橋')
    expect((await nobody.call('GET /articles/{slug}', { params: { slug: arch.slug } })).status).toBe(200)
  })

  it.each([
    {},
    { title: '', description: 'd', body: 'b' },
    { title: '  ', description: 'd', body: 'b' },
    { title: 't', description: 'd' },
    { title: 't', description: 'd', body: 7 },
    { title: 't'.repeat(256), description: 'd', body: 'b' },
    { title: 't', description: 'd', body: 'b', tagList: 'tag' },
    { title: 't', description: 'd', body: 'b', tagList: ['tag', 7] },
    { title: 't', description: 'd', body: 'b', tagList: [''] },
    { title: 't', description: 'd', body: 'b', tagList: null },
  ])('refuses to write %j (422)', async (article) => {
    expect((await ada.call('POST /articles', { body: { article } })).status).toBe(422)
  })

  it('refuses wrong changes (422)', async () => {
    const params = { slug: (await ada.write('Unchanged')).slug }
    for (const article of [{ title: '' }, { title: null }, { body: 7 }, { description: ' ' }]) {
      expect((await ada.call('PUT /articles/{slug}', { params, body: { article } })).status).toBe(422)
    }
  })

  it('refuses to change nothing, and does not touch the article (422)', async () => {
    const written = await ada.write('Untouched')
    const params = { slug: written.slug }
    for (const body of [undefined, {}, { article: {} }, { article: null }, { article: { slug: 'x' } }]) {
      expect((await ada.call('PUT /articles/{slug}', { params, body })).status).toBe(422)
    }
    const { body } = await ada.call('PUT /articles/{slug}', { params, body: { article: {} } })
    expect(body.errors.body).toEqual(['article must have at least one of title, description, body'])
    expect((await nobody.call('GET /articles/{slug}', { params })).body.article).toEqual(written)
  })

  it('reaches an article by its slug, wherever a long title was cut', async () => {
    const { slug } = await ada.write(`${'y'.repeat(79)}\u{20000}\u{20001}`)
    expect((await nobody.call('GET /articles/{slug}', { params: { slug } })).status).toBe(200)
  })

  it('lets nobody change what somebody else has written (403)', async () => {
    const params = { slug: (await ada.write('Mine')).slug }
    const body = { article: { title: 'Yours' } }
    expect((await ben.call('PUT /articles/{slug}', { params, body })).status).toBe(403)
    expect((await ben.call('DELETE /articles/{slug}', { params })).status).toBe(403)
    expect((await nobody.call('GET /articles/{slug}', { params })).body.article.title).toBe('Mine')
  })

  it('does not know every article (404)', async () => {
    const sent = { params: { slug: 'no-such-article', id: 1 } }
    const article = { ...sent, body: { article: { title: 'x' } } }
    const comment = { ...sent, body: { comment: { body: 'x' } } }
    expect((await ada.call('GET /articles/{slug}', sent)).status).toBe(404)
    expect((await ada.call('PUT /articles/{slug}', article)).status).toBe(404)
    expect((await ada.call('DELETE /articles/{slug}', sent)).status).toBe(404)
    expect((await ada.call('GET /articles/{slug}/comments', sent)).status).toBe(404)
    expect((await ada.call('POST /articles/{slug}/comments', comment)).status).toBe(404)
    expect((await ada.call('DELETE /articles/{slug}/comments/{id}', sent)).status).toBe(404)
    expect((await ada.call('POST /articles/{slug}/favorite', sent)).status).toBe(404)
    expect((await ada.call('DELETE /articles/{slug}/favorite', sent)).status).toBe(404)
  })
})

describe('lists of articles', () => {
  let dora: ConduitClient
  let emil: ConduitClient
  const titles = ({ body }: { body: any }): string[] =>
    body.articles.map(({ title }: { title: string }) => title)

  beforeAll(async () => {
    dora = await nobody.register('dora')
    emil = await nobody.register('emil')
    for (let i = 1; i <= 5; i++)
      await dora.write(`Dora ${i}`, { tagList: [i % 2 === 0 ? 'even' : 'odd', 'dora'] })
    await emil.write('Emil 1', { tagList: ['odd'] })
    await emil.call('POST /articles/{slug}/favorite', { params: { slug: 'dora-2' } })
    await emil.call('POST /articles/{slug}/favorite', { params: { slug: 'dora-4' } })
  })

  it('shows the newest first, in parts, with the number of all', async () => {
    const part = await nobody.call('GET /articles', { query: { author: 'dora', limit: '2', offset: '1' } })
    expect([titles(part), part.body.articlesCount]).toEqual([['Dora 4', 'Dora 3'], 5])
    const beyond = await nobody.call('GET /articles', { query: { author: 'dora', offset: '100' } })
    expect([titles(beyond), beyond.body.articlesCount]).toEqual([[], 5])
    const fay = await nobody.register('fay')
    for (const title of ['Fay 1', 'Fay 2']) await fay.write(title)
    const all = await nobody.call('GET /articles')
    expect(all.body.articles.length).toBeLessThanOrEqual(20)
    expect(titles(all).slice(0, 2)).toEqual(['Fay 2', 'Fay 1'])
  })

  it('costs as many queries for many articles as for one', async () => {
    let count = 0
    const { subscribers } = app.get(DataSource)
    subscribers.push({ afterQuery: () => void (count += 1) })
    const costs: [number, number][] = []
    for (const limit of ['1', '2', '6']) {
      count = 0
      const { body } = await dora.call('GET /articles', { query: { limit } })
      costs.push([body.articles.length, count])
    }
    subscribers.pop()
    expect(costs.map(([articles]) => articles)).toEqual([1, 2, 6])
    expect(costs[0]![1]).toBeGreaterThan(0)
    expect(new Set(costs.map(([, queries]) => queries)).size).toBe(1)
  })

  it('filters by tag, author and by who likes them, all at once too', async () => {
    const by = async (query: Record<string, string>) => titles(await nobody.call('GET /articles', { query }))
    expect(await by({ tag: 'even' })).toEqual(['Dora 4', 'Dora 2'])
    expect(await by({ tag: 'odd', author: 'emil' })).toEqual(['Emil 1'])
    expect(await by({ favorited: 'emil' })).toEqual(['Dora 4', 'Dora 2'])
    expect(await by({ favorited: 'emil', tag: 'even', author: 'dora', limit: '1' })).toEqual(['Dora 4'])
    const empty = [
      ['tag', 'none'],
      ['author', 'nobody'],
      ['favorited', 'dora'],
      ['tag', "' OR 1=1 --"],
    ] as const
    for (const [name, value] of empty) {
      const query = { [name]: value }
      const { body } = await nobody.call('GET /articles', { query })
      expect(body).toEqual({ articles: [], articlesCount: 0 })
    }
  })

  it('shows each viewer what they like and whom they follow', async () => {
    await emil.call('POST /profiles/{username}/follow', { params: { username: 'dora' } })
    const query = { author: 'dora', tag: 'even', limit: '1' }
    const view = async (client: ConduitClient) =>
      (await client.call('GET /articles', { query })).body.articles[0]
    expect(await view(emil)).toMatchObject({
      favorited: true,
      favoritesCount: 1,
      author: { following: true },
    })
    expect(await view(dora)).toMatchObject({
      favorited: false,
      favoritesCount: 1,
      author: { following: false },
    })
    expect(await view(nobody)).toMatchObject({
      favorited: false,
      favoritesCount: 1,
      author: { following: false },
    })
  })

  it('feeds the articles of those who are followed', async () => {
    await emil.call('POST /profiles/{username}/follow', { params: { username: 'dora' } })
    const feed = await emil.call('GET /articles/feed', { query: { limit: '2', offset: '1' } })
    expect([titles(feed), feed.body.articlesCount]).toEqual([['Dora 4', 'Dora 3'], 5])
    expect((await dora.call('GET /articles/feed')).body).toEqual({ articles: [], articlesCount: 0 })
  })

  const notDigits = [
    'abc',
    '-1',
    '',
    '1.5',
    '1e2',
    '0x10',
    '0x100',
    'Infinity',
    'NaN',
    ' 1',
    '1 ',
    '+1',
    '１',
  ]

  it.each([
    ...notDigits.map((limit) => [limit, 'limit must be a whole number, written in digits'] as const),
    ['0', 'limit must not be less than 1'] as const,
  ])('refuses a limit of %j (422): %s', async (limit, message) => {
    for (const operation of ['GET /articles', 'GET /articles/feed'] as const) {
      const { status, body } = await ada.call(operation, { query: { limit } })
      expect([status, body.errors.body]).toEqual([422, [message]])
    }
  })

  it.each([
    ...notDigits.map((offset) => [offset, 'offset must be a whole number, written in digits'] as const),
    ['9007199254740992', 'offset must not be greater than 9007199254740991'] as const,
    ['9'.repeat(400), 'offset must not be greater than 9007199254740991'] as const,
  ])('refuses an offset of %j (422): %s', async (offset, message) => {
    const { status, body } = await nobody.call('GET /articles', { query: { offset } })
    expect([status, body.errors.body]).toEqual([422, [message]])
  })

  it('refuses a limit that is given twice (422)', async () => {
    const response = await fetch(`${nobody.base}/api/articles?limit=1&limit=2`)
    expect(response.status).toBe(422)
  })

  it('never sends more than 100 articles', async () => {
    const many = await nobody.register('many')
    await Promise.all(Array.from({ length: 101 }, (_, i) => many.write(`Many ${i}`)))
    const { body } = await nobody.call('GET /articles', { query: { author: 'many', limit: '1000000' } })
    expect([body.articles.length, body.articlesCount]).toEqual([100, 101])
  })

  it('lists all tags, the most used first', async () => {
    const { body } = await nobody.call('GET /tags')
    expect(body.tags).toEqual(expect.arrayContaining(['dora', 'odd', 'even']))
    expect(body.tags.indexOf('dora')).toBeLessThan(body.tags.indexOf('even'))
  })
})

describe('comments', () => {
  it('writes, lists and deletes', async () => {
    const params = { slug: (await ada.write('Talk of the town')).slug }
    const write = (client: ConduitClient, body: string) =>
      client.call('POST /articles/{slug}/comments', { params, body: { comment: { body } } })
    const first = await write(ben, 'First!')
    expect([first.status, first.body.comment.author.username]).toEqual([200, 'ben'])
    await write(ada, 'Second.')
    const list = await ada.call('GET /articles/{slug}/comments', { params })
    expect(list.body.comments.map(({ body }: { body: string }) => body)).toEqual(['Second.', 'First!'])
    const { id } = first.body.comment
    expect(
      (await ben.call('DELETE /articles/{slug}/comments/{id}', { params: { ...params, id } })).status,
    ).toBe(204)
    expect((await nobody.call('GET /articles/{slug}/comments', { params })).body.comments).toHaveLength(1)
  })

  it('refuses empty comments (422), foreign ones (403), unknown ones (404), and what is no number (422)', async () => {
    const params = { slug: (await ada.write('Commented')).slug }
    const other = { slug: (await ada.write('Not commented')).slug }
    const write = (comment: unknown) =>
      ben.call('POST /articles/{slug}/comments', { params, body: { comment } })
    for (const wrong of [{}, { body: ' ' }, { body: 7 }, 'text'])
      expect((await write(wrong)).status).toBe(422)
    const { id } = (await write({ body: 'Mine.' })).body.comment
    const remove = async (where: { slug: string }, which: string | number) =>
      (await ada.call('DELETE /articles/{slug}/comments/{id}', { params: { ...where, id: which } })).status
    expect(await remove(params, id)).toBe(403)
    expect(await remove(other, id)).toBe(404)
    expect(await remove(params, 999_999)).toBe(404)
    for (const wrong of ['x', '0', '-1', '1.5', '1e99']) expect(await remove(params, wrong)).toBe(422)
  })

  it.each([
    ['abc', 'id must be a whole number, written in digits'],
    ['1e2', 'id must be a whole number, written in digits'],
    ['0x1', 'id must be a whole number, written in digits'],
    [' 1', 'id must be a whole number, written in digits'],
    ['0', 'id must not be less than 1'],
    ['9007199254740992', 'id must not be greater than 9007199254740991'],
  ])('says what is wrong with the number %j (422): %s', async (id, message) => {
    const { status, body } = await ada.call('DELETE /articles/{slug}/comments/{id}', {
      params: { slug: 'any', id },
    })
    expect([status, body.errors.body]).toEqual([422, [message]])
  })
})

describe('favorites', () => {
  it('likes once, however often it is said', async () => {
    const params = { slug: (await ada.write('Liked')).slug }
    for (let twice = 0; twice < 2; twice++) {
      const liked = await ben.call('POST /articles/{slug}/favorite', { params })
      expect([liked.status, liked.body.article]).toMatchObject([200, { favorited: true, favoritesCount: 1 }])
    }
    for (let twice = 0; twice < 2; twice++) {
      const unliked = await ben.call('DELETE /articles/{slug}/favorite', { params })
      expect([unliked.status, unliked.body.article]).toMatchObject([
        200,
        { favorited: false, favoritesCount: 0 },
      ])
    }
  })

  it('counts twenty at once', async () => {
    const params = { slug: (await ada.write('Popular')).slug }
    const fans = await Promise.all(Array.from({ length: 20 }, (_, i) => nobody.register(`fan${i}`)))
    const answers = await Promise.all(
      fans.map((fan) => fan.call('POST /articles/{slug}/favorite', { params })),
    )
    expect(answers.every(({ body }) => body.article.favorited)).toBe(true)
    expect((await nobody.call('GET /articles/{slug}', { params })).body.article.favoritesCount).toBe(20)
  })

  it('gives twenty articles of one title, written at once, twenty slugs', async () => {
    const written = await Promise.all(
      Array.from({ length: 20 }, () => ada.write('Race', { tagList: ['race'] })),
    )
    expect(new Set(written.map(({ slug }) => slug)).size).toBe(20)
    expect((await nobody.call('GET /articles', { query: { tag: 'race' } })).body.articlesCount).toBe(20)
  })
})

describe('credentials', () => {
  const secured = operations.filter((name) => 401 in OPERATIONS[name] && name !== 'POST /users/login')
  const optional = ['GET /profiles/{username}', 'GET /articles', 'GET /articles/{slug}/comments']
  const params = { username: 'ada', slug: 'credentials', id: 1 }

  it.each(secured.filter((name) => !optional.includes(name)))(
    'are required for %s (401)',
    async (operation) => {
      expect(
        (await nobody.call(operation, { params, body: operation.startsWith('GET') ? undefined : {} })).status,
      ).toBe(401)
    },
  )

  it.each(secured)('are refused if they are wrong for %s (401)', async (operation) => {
    const token = `${ada.token?.slice(0, -8)}AAAAAAAA`
    expect((await nobody.call(operation, { params, token })).status).toBe(401)
  })

  it('have to come as "Token …"', async () => {
    const get = (authorization: string) => fetch(`${nobody.base}/api/user`, { headers: { authorization } })
    expect((await get(`Token ${ada.token}`)).status).toBe(200)
    for (const wrong of [`Bearer ${ada.token}`, `${ada.token}`, 'Token', `Token ${ada.token} x`]) {
      const response = await get(wrong)
      expect([response.status, await response.json()]).toMatchObject([
        401,
        { errors: { body: [expect.any(String)] } },
      ])
    }
  })
})

describe('everything else', () => {
  const send = (method: string, path: string, init: RequestInit = {}) =>
    fetch(nobody.base + path, { method, ...init })

  it('is answered in the form of the contract too', async () => {
    const json = { 'content-type': 'application/json' }
    const answers = [
      [await send('GET', '/api/nothing'), 404],
      [await send('GET', '/articles'), 404],
      [await send('PATCH', '/api/articles'), 405],
      [await send('POST', '/api/users', { headers: json, body: '{"user":' }), 400],
      [await send('POST', '/api/users', { headers: { 'content-type': 'text/xml' }, body: '<user/>' }), 415],
      [await send('POST', '/api/users', { headers: json, body: `{"user":"${'x'.repeat(2 << 20)}"}` }), 413],
    ] as const
    for (const [response, status] of answers) {
      expect([response.status, await response.json()]).toMatchObject([
        status,
        { errors: { body: [expect.any(String)] } },
      ])
    }
    expect(answers[2][0].headers.get('allow')).toContain('POST')
  })

  it('may be asked for from pages of other origins', async () => {
    const headers = {
      origin: 'https://front.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,content-type',
    }
    const response = await send('OPTIONS', '/api/user', { headers })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
  })
})

describe('the database file', () => {
  it('survives a restart: accounts, tokens, articles', async () => {
    const file = await databaseFile('kept.sqlite')
    const first = await start(file)
    const client = new ConduitClient(await first.getUrl())
    const gina = await client.register('gina')
    const hugo = await client.register('hugo')
    const params = { slug: (await gina.write('Kept')).slug }
    const before = await hugo.call('GET /articles/{slug}', { params })
    await first.close()
    const second = await start(file)
    const after = new ConduitClient(await second.getUrl())
    expect((await after.as(hugo.token ?? '').call('GET /articles/{slug}', { params })).body).toEqual(
      before.body,
    )
    const user = { email: 'gina@conduit.example', password: 'password of gina' }
    expect((await after.call('POST /users/login', { body: { user } })).status).toBe(200)
    expect((await after.as(gina.token ?? '').call('GET /user')).body.user.username).toBe('gina')
    await second.close()
  })

  it('gets demo data once', async () => {
    const file = await databaseFile('seeded.sqlite')
    for (let starts = 0; starts < 2; starts++) {
      const seeded = await createConduit({ port: 0, database: file, seed: true }, false)
      await seeded.listen(0, '127.0.0.1')
      const { body } = await new ConduitClient(await seeded.getUrl()).call('GET /articles')
      expect(body.articlesCount).toBe(3)
      await seeded.close()
    }
  })
})
