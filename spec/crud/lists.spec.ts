import { DATABASES, OPENING_MS, unreachable } from '../support/databases.js'
import { Author, Book, openLibrary, Tag, type Library } from './library.js'

interface Answer<T> {
  readonly status: number
  readonly body: T
  readonly headers: Readonly<Record<string, unknown>>
}

describe.each(DATABASES)('lists of @Crud on $name', (kind) => {
  let library: Library
  let skipped = false
  const get = async <T = Partial<Book>[]>(url: string): Promise<Answer<T>> => {
    const { statusCode, headers, json } = await library.app.inject(url)
    return { status: statusCode, headers, body: json<T>() }
  }
  const titles = async (query: string): Promise<string[]> => {
    const { status, body } = await get(`/books?sort=title&${query}`)
    expect(status, JSON.stringify(body)).toBe(200)
    return body.map(({ title }) => title!)
  }

  beforeAll(async () => {
    skipped = await unreachable(kind)
    if (skipped) return
    library = await openLibrary(kind)
    const { manager } = library.source
    const [le, borges] = await manager.save(Author, [{ name: 'Le Guin' }, { name: 'Borges' }])
    const [space, maze] = await manager.save(Tag, [{ name: 'space' }, { name: 'maze' }])
    await manager.save(Book, [
      { title: 'Dispossessed', pages: 340, author: le, tags: [space!], published: '1974-05-01', notes: null },
      {
        title: 'Labyrinths',
        pages: 260,
        author: borges,
        tags: [maze!],
        genre: 'essay',
        published: '1962-01-01',
      },
      { title: 'Left Hand', pages: 300, author: le, tags: [space!, maze!], notes: '100% snow_ball' },
      { title: 'Ficciones', pages: 170, author: borges, inPrint: false, genre: 'essay', notes: 'a!b [x] *' },
      { title: 'Anonymous', pages: 20, genre: 'poetry' },
      { title: 'a lower one', pages: 25, genre: 'poetry' },
    ])
    const gone = await manager.save(Book, { title: 'Gone', pages: 1 })
    await manager.softRemove(Book, gone)
    library.statements()
  }, OPENING_MS)
  beforeEach(({ skip }) => {
    if (skipped) skip(`${kind.name} is not reachable`)
  })
  afterAll(() => (skipped ? undefined : library.close()))

  it('show what is not hidden and not removed, in a total order, with its count', async () => {
    const { body, headers } = await get('/books')
    expect(body.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6])
    expect(headers['x-total-count']).toBe('6')
    expect(body[0]).toMatchObject({
      title: 'Dispossessed',
      pages: 340,
      inPrint: true,
      published: '1974-05-01',
      version: 1,
    })
    expect(body[0]).not.toHaveProperty('secret')
    expect(new Date(body[0]!.createdAt!).getTime()).toBeGreaterThan(0)
  })

  it.each([
    ['filter[title]=Labyrinths', ['Labyrinths']],
    ['filter[pages][eq]=300', ['Left Hand']],
    ['filter[pages][ne]=300', ['Anonymous', 'Dispossessed', 'Ficciones', 'Labyrinths', 'a lower one']],
    ['filter[pages][gt]=300', ['Dispossessed']],
    ['filter[pages][gte]=300', ['Dispossessed', 'Left Hand']],
    ['filter[pages][lt]=25', ['Anonymous']],
    ['filter[pages][lte]=25', ['Anonymous', 'a lower one']],
    ['filter[pages][between]=170,260', ['Ficciones', 'Labyrinths']],
    ['filter[genre][in]=poetry,essay&filter[pages][gte]=100', ['Ficciones', 'Labyrinths']],
    ['filter[genre][nin]=poetry,essay', ['Dispossessed', 'Left Hand']],
    [
      'filter[notes][ne]=x',
      ['Anonymous', 'Dispossessed', 'Ficciones', 'Labyrinths', 'Left Hand', 'a lower one'],
    ],
    ['filter[notes][null]=false', ['Ficciones', 'Left Hand']],
    ['filter[published][null]=false', ['Dispossessed', 'Labyrinths']],
    ['filter[published][gt]=1970-01-01', ['Dispossessed']],
    ['filter[inPrint]=false', ['Ficciones']],
    ['filter[title][like]=L*', ['Labyrinths', 'Left Hand']],
    ['filter[title][like]=l*', []],
    ['filter[title][ilike]=l*', ['Labyrinths', 'Left Hand']],
    ['filter[notes][like]=100%25*', ['Left Hand']],
    ['filter[notes][like]=*w_b*', ['Left Hand']],
    ['filter[notes][like]=*wxb*', []],
    ['filter[notes][like]=a!b [x] \\*', ['Ficciones']],
    ['filter[createdAt][gt]=2020-01-01T00:00:00Z&filter[pages]=20', ['Anonymous']],
    ['filter[createdAt][lt]=2020-01-01T00:00:00Z', []],
    ['search=LABY', ['Labyrinths']],
    ['search=snow_', ['Left Hand']],
    ['search=%25', ['Left Hand']],
  ])('narrow by %s', async (query, expected) => {
    expect((await titles(query)).sort()).toEqual([...expected].sort())
  })

  it('sort by several keys, and page by offset with links', async () => {
    const first = await get('/books?sort=-pages&limit=2&filter[pages][gt]=10')
    expect(first.body.map(({ title }) => title)).toEqual(['Dispossessed', 'Left Hand'])
    const links = String(first.headers['link'])
    expect(links).toContain('rel="next"')
    expect(links).toContain('rel="last"')
    expect(links).not.toContain('rel="prev"')
    const next = /<([^>]+)>; rel="next"/.exec(links)![1]!
    const second = await get(next)
    expect(second.body.map(({ title }) => title)).toEqual(['Labyrinths', 'Ficciones'])
    expect(String(second.headers['link'])).toContain('rel="prev"')
  })

  it.each(['title', '-createdAt', 'createdAt', '-pages'])(
    'follow each other by cursor, sorted by %s',
    async (sort) => {
      const all = (await get(`/books?sort=${sort}`)).body.map(({ title }) => title)
      const seen: unknown[] = []
      let url: string | undefined = `/books?sort=${sort}&cursor=&limit=2&fields=title`
      while (url !== undefined) {
        const page: Answer<Partial<Book>[]> = await get(url)
        expect(page.status, JSON.stringify(page.body)).toBe(200)
        expect(page.headers).not.toHaveProperty('x-total-count')
        for (const row of page.body) expect(Object.keys(row)).toEqual(['title'])
        seen.push(...page.body.map(({ title }) => title))
        url = /<([^>]+)>; rel="next"/.exec(String(page.headers['link']))?.[1]
      }
      expect(seen).toEqual(all)
    },
  )

  it('include relations in one query each, however many rows there are', async () => {
    library.statements()
    const { body } = await get('/books?include=author,tags&sort=title&filter[genre][ne]=poetry')
    expect(library.statements().filter((text) => text.startsWith('SELECT'))).toHaveLength(3)
    const byTitle = new Map(body.map((book) => [book.title, book]))
    expect(byTitle.get('Left Hand')).toMatchObject({
      author: { id: 1, name: 'Le Guin' },
      tags: [
        { id: 1, name: 'space' },
        { id: 2, name: 'maze' },
      ],
    })
    expect(byTitle.get('Ficciones')).toMatchObject({ author: { name: 'Borges' }, tags: [] })
    const authors = await get<{ name: string; books: object[] }[]>('/authors?include=books')
    expect(authors.body.map(({ name, books }) => [name, books])).toEqual([
      ['Le Guin', [{ title: 'Dispossessed' }, { title: 'Left Hand' }]],
      ['Borges', [{ title: 'Labyrinths' }, { title: 'Ficciones' }]],
    ])
    const [anonymous] = (await get('/books?include=author&filter[title]=Anonymous')).body
    expect(anonymous).toMatchObject({ author: null })
  })

  it('send the fields that are asked for', async () => {
    const { body } = await get('/books?fields=title,pages&limit=1')
    expect(body).toEqual([{ title: 'Dispossessed', pages: 340 }])
    expect((await get<object>('/books/1?fields=pages')).body).toEqual({ pages: 340 })
  })

  it.each([
    'filter[secret]=hidden',
    'filter[pages][like]=1',
    'filter[pages]=many',
    'filter[title][regexp]=x',
    'filter[pages][between]=1',
    'filter[notes][null]=maybe',
    'filter[published]=2020-13-45',
    'filter[inPrint]=1',
    'filter[createdAt]=yesterday',
    'filter[title][eq][eq]=x',
    'filter[__proto__]=x',
    'filterx=1',
    'sort=secret',
    'sort=title,title',
    'fields=secret',
    'fields=toString',
    'include=secret',
    'limit=0',
    'limit=101',
    'limit=1e2',
    'offset=10001',
    'offset=-1',
    'offset=1&cursor=',
    'cursor=abc',
    'cursor=&sort=published',
    `cursor=${Buffer.from('["-pages,-id","1","2"]').toString('base64url')}`,
    `filter[pages][in]=${Array.from({ length: 101 }, (_, i) => i).join()}`,
    `search=${'x'.repeat(201)}`,
    'limit=1&limit=2',
    'filter[title]=a%00b',
  ])('refuse %s', async (query) => {
    const { status, body } = await get<{ code: string }>(`/books?${query}`)
    expect([status, body.code]).toEqual([400, 'CORBEL_CRUD_QUERY'])
  })

  it('bind whatever clients send: nothing of it becomes SQL', async () => {
    const attacks = [
      `' OR '1'='1`,
      `'; DROP TABLE book; --`,
      `" OR ""="`,
      `\\' OR 1=1 #`,
      `1) OR (1=1`,
      `x' UNION SELECT secret FROM book --`,
      `$1`,
      `?`,
      `:title`,
      `{"$gt":""}`,
      `%' OR title LIKE '%`,
      `/*`,
      `\u2019 OR 1=1`,
    ]
    const places = [
      ...['eq', 'gt', 'gte', 'lt', 'lte', 'in', 'like', 'ilike'].map((one) => `filter[title][${one}]`),
      ...['eq', 'ne', 'in', 'nin', 'gt', 'between'].map((one) => `filter[pages][${one}]`),
      ...['eq', 'null', 'between'].map((one) => `filter[published][${one}]`),
      'filter[title][ne]',
      'filter[title][nin]',
      'filter[title][between]',
      'filter[inPrint]',
      'filter[createdAt]',
      'sort',
      'fields',
      'include',
      'limit',
      'offset',
      'cursor',
      'search',
    ]
    const attempt = async (place: string, attack: string): Promise<void> => {
      const list = place.includes('between') ? `${attack},${attack}` : attack
      const query = `${encodeURIComponent(place)}=${encodeURIComponent(list)}`
      const { status, body } = await get(`/books?${query}`)
      expect([200, 400], `${place}=${attack}: ${JSON.stringify(body)}`).toContain(status)
      if (status !== 200) return
      for (const row of body) expect(row).not.toHaveProperty('secret')
      // equal to nothing that is there
      if (/\[(?:eq|in|like|ilike)\]/.test(place)) expect(body, `${place}=${attack}`).toEqual([])
    }
    for (const place of places) await Promise.all(attacks.map((attack) => attempt(place, attack)))
    for (const attack of attacks) {
      const cursor = Buffer.from(JSON.stringify(['title,id', attack, attack])).toString('base64url')
      expect((await get(`/books?sort=title&cursor=${cursor}`)).status).toBe(400)
    }
    for (const text of library.statements())
      for (const attack of attacks.slice(0, 6)) expect(text).not.toContain(attack)
    for (const name of [`title]=x' OR 1=1 --`, `title][eq' OR 1=1]`, `title"; DROP TABLE book`])
      expect((await get(`/books?${encodeURIComponent(`filter[${name}`)}]=1`)).status).toBe(400)
    expect((await get('/books')).headers['x-total-count']).toBe('6')
  })
})
