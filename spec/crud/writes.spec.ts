import { DATABASES, OPENING_MS, unreachable } from '../support/databases.js'
import { Author, Book, openLibrary, OwnBooksController, type Library } from './library.js'

type Answer = Readonly<{
  status: number
  body: Record<string, any>
  headers: Readonly<Record<string, unknown>>
}>

describe.each(DATABASES)('changes by @Crud on $name', (kind) => {
  let library: Library
  let skipped = false
  let count = 0
  const send = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const type = payload === undefined ? {} : { 'content-type': 'application/json' }
    const response = await library.app.inject({
      method,
      url,
      headers: { ...type, ...headers },
      ...(payload !== undefined && { payload: JSON.stringify(payload) }),
    })
    const body = response.body === '' ? {} : response.json<Record<string, any>>()
    return { status: response.statusCode, headers: response.headers, body }
  }
  const fresh = (): string => `Book ${++count}`
  const make = async (more: object = {}): Promise<Answer> =>
    send('POST', '/books', { title: fresh(), pages: 10, ...more })

  beforeAll(async () => {
    skipped = await unreachable(kind)
    if (skipped) return
    library = await openLibrary(kind)
    await library.source.manager.save(Author, [{ name: 'Le Guin' }, { name: 'Borges' }])
  }, OPENING_MS)
  beforeEach(({ skip }) => {
    if (skipped) skip(`${kind.name} is not reachable`)
  })
  afterAll(() => (skipped ? undefined : library.close()))

  it('create what the class of bodies names, and tell where it is', async () => {
    const { status, body, headers } = await make({ author: 2, published: '2001-02-03' })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      pages: 10,
      genre: 'novel',
      published: '2001-02-03',
      version: 1,
      inPrint: true,
    })
    expect(body).not.toHaveProperty('secret')
    expect(headers['location']).toBe(`/books/${body['id']}`)
    expect(headers['etag']).toBe('"1"')
    const shown = await send('GET', `/books/${body['id']}?include=author`)
    expect(shown.body['author']).toEqual({ id: 2, name: 'Borges' })
  })

  it.each([
    { secret: 'mine' },
    { owner: 'me' },
    { id: 999 },
    { version: 7 },
    { removedAt: null },
    { createdAt: '2020-01-01' },
    { author: { id: 1, name: 'Renamed' } },
    { pages: 0 },
    { pages: '12' },
  ])('refuse %j in bodies: nothing is written that the class does not name', async (more) => {
    const before = await library.source.manager.count(Book)
    for (const answer of [
      await make(more),
      await send('POST', '/books/bulk', [
        { title: fresh(), pages: 1 },
        { title: fresh(), pages: 1, ...more },
      ]),
    ])
      expect([answer.status, answer.headers['content-type']]).toEqual([422, 'application/problem+json'])
    expect(await library.source.manager.count(Book)).toBe(before)
    const { body } = await make()
    const { status } = await send('PATCH', `/books/${body['id']}`, more)
    // what is there already changes nothing: `{"removedAt": null}`
    expect('removedAt' in more ? 200 : 422).toBe(status)
  })

  it('answer 409 for what has to be unique, and 404 for what there is not', async () => {
    const { body } = await make()
    const again = await make({ title: body['title'] })
    expect([again.status, again.body['code']]).toEqual([409, 'CORBEL_RECORD_EXISTS'])
    for (const id of ['99999', 'abc', '1e3', "1' OR '1'='1"]) {
      const path = `/books/${encodeURIComponent(id)}`
      expect((await send('GET', path)).body['code']).toBe('CORBEL_CRUD_NOT_FOUND')
      expect((await send('PATCH', path, { pages: 1 })).status).toBe(404)
      expect((await send('DELETE', path)).status).toBe(404)
    }
  })

  it('change by merge patch: null removes, what is missing stays', async () => {
    const { body } = await make({ notes: 'old', published: '2001-02-03' })
    const changed = await send(
      'PATCH',
      `/books/${body['id']}`,
      { notes: null, pages: 11 },
      { 'content-type': 'application/merge-patch+json' },
    )
    expect(changed.body).toMatchObject({ notes: null, pages: 11, published: '2001-02-03', version: 2 })
    expect(changed.headers['etag']).toBe('"2"')
  })

  it('change by JSON Patch: all operations or none', async () => {
    const { body } = await make({ notes: 'old' })
    const path = `/books/${body['id']}`
    const patch = (operations: unknown): Promise<Answer> =>
      send('PATCH', path, operations, { 'content-type': 'application/json-patch+json' })
    const changed = await patch([
      { op: 'test', path: '/pages', value: 10 },
      { op: 'replace', path: '/pages', value: 12 },
      { op: 'copy', from: '/title', path: '/notes' },
    ])
    expect(changed.body).toMatchObject({ pages: 12, notes: body['title'] })
    const failed = await patch([
      { op: 'replace', path: '/pages', value: 13 },
      { op: 'test', path: '/pages', value: 10 },
    ])
    expect([failed.status, failed.body['code']]).toEqual([409, 'CORBEL_JSON_PATCH_TEST'])
    const wrong = await patch([{ op: 'replace', path: '/nothing', value: 13 }])
    expect([wrong.status, wrong.body['code']]).toEqual([422, 'CORBEL_JSON_PATCH_INVALID'])
    expect((await patch([{ op: 'add', path: '/owner', value: 'me' }])).status).toBe(422)
    expect((await send('GET', path)).body).toMatchObject({ pages: 12, owner: 'nobody' })
  })

  it('answer 415 for changes of another type, and say which there are', async () => {
    const { body } = await make()
    const {
      status,
      headers,
      body: problem,
    } = await send(
      'PATCH',
      `/books/${body['id']}`,
      { pages: 1 },
      {
        'content-type': 'application/vnd.other+json',
      },
    )
    expect([status, problem['code']]).toEqual([415, 'CORBEL_CRUD_PATCH_TYPE'])
    expect(headers['accept-patch']).toContain('application/json-patch+json')
  })

  it('answer 304 to who has it, and 412 to who has seen something else', async () => {
    const { body } = await make()
    const path = `/books/${body['id']}`
    const { headers } = await send('GET', path)
    expect((await send('GET', path, undefined, { 'if-none-match': String(headers['etag']) })).status).toBe(
      304,
    )
    const match = { 'if-match': String(headers['etag']) }
    expect((await send('PATCH', path, { pages: 2 }, match)).status).toBe(200)
    const late = await send('PATCH', path, { pages: 3 }, match)
    expect([late.status, late.body['code']]).toEqual([412, 'CORBEL_PRECONDITION_FAILED'])
    expect((await send('DELETE', path, undefined, match)).status).toBe(412)
    expect((await send('PATCH', `/careful/${body['id']}`, { pages: 3 })).status).toBe(428)
    expect((await send('DELETE', `/careful/${body['id']}`)).status).toBe(428)
    expect((await send('GET', path)).body).toMatchObject({ pages: 2 })
  })

  it('let one of many win who change the same version at once', async () => {
    const { body } = await make()
    const path = `/careful/${body['id']}`
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, i) => send('PATCH', path, { pages: 100 + i }, { 'if-match': '"1"' })),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 412)).toHaveLength(7)
    const winner = answers.find(({ status }) => status === 200)!
    expect((await send('GET', path)).body['pages']).toBe(winner.body['pages'])
  })

  it('remove softly, and bring back', async () => {
    const { body } = await make()
    const path = `/books/${body['id']}`
    expect((await send('DELETE', path)).status).toBe(204)
    expect((await send('GET', path)).status).toBe(404)
    expect(
      await library.source.manager.findOne(Book, { where: { id: body['id'] }, withDeleted: true }),
    ).not.toBeNull()
    expect((await send('POST', `${path}/restore`)).body).toMatchObject({ id: body['id'], removedAt: null })
    expect((await send('POST', `${path}/restore`)).status).toBe(404)
    expect((await send('GET', path)).status).toBe(200)
  })

  it('do several at once: all or none', async () => {
    const list = [
      { title: fresh(), pages: 1 },
      { title: fresh(), pages: 2 },
      { title: fresh(), pages: 3 },
    ]
    const created = await send('POST', '/books/bulk', list)
    expect(created.status).toBe(201)
    const books = created.body as unknown as { id: number; title: string }[]
    expect(books.map(({ title }) => title)).toEqual(list.map(({ title }) => title))
    const ids = books.map(({ id }) => id)
    const twice = await send('POST', '/books/bulk', [{ title: fresh(), pages: 1 }, list[0]])
    expect(twice.status).toBe(409)
    const changed = await send('PATCH', '/books/bulk', [
      { id: ids[2], pages: 30 },
      { id: ids[0], pages: 10 },
    ])
    expect(changed.body).toMatchObject([
      { id: ids[2], pages: 30, version: 2 },
      { id: ids[0], pages: 10 },
    ])
    expect(
      (
        await send('PATCH', '/books/bulk', [
          { id: ids[1], pages: 99 },
          { id: 99_999, pages: 1 },
        ])
      ).status,
    ).toBe(404)
    expect((await send('PATCH', '/books/bulk', [{ id: ids[1], owner: 'me' }])).status).toBe(422)
    for (const body of [[], {}, [ids[0], ids[0]], [{}], Array.from({ length: 101 }, (_, i) => i + 1)])
      expect((await send('DELETE', '/books/bulk', body)).status).toBe(422)
    expect((await send('GET', `/books/${ids[1]}`)).body).toMatchObject({ pages: 2, version: 1 })
    library.statements()
    expect((await send('DELETE', '/books/bulk', ids)).status).toBe(204)
    expect((await send('GET', `/books?filter[id][in]=${ids.join()}`)).body).toEqual([])
  })

  it('keep to the policy: what is not yours does not exist for you', async () => {
    expect((await send('GET', '/own')).body['code']).toBe('CORBEL_CRUD_FORBIDDEN')
    const as = (user: string) => ({ 'x-user': user })
    const mine = await send('POST', '/own', { title: fresh(), pages: 1 }, as('ada'))
    expect(mine.body).toMatchObject({ owner: 'ada', notes: 'by hand' })
    expect(library.app.get(OwnBooksController).created).toContain(mine.body['title'])
    const path = `/own/${mine.body['id']}`
    expect((await send('GET', path, undefined, as('ada'))).status).toBe(200)
    for (const answer of [
      await send('GET', path, undefined, as('eve')),
      await send('PATCH', path, { pages: 5 }, as('eve')),
      await send('DELETE', path, undefined, as('eve')),
      await send('PATCH', '/own/bulk', [{ id: mine.body['id'], pages: 5 }], as('eve')),
      await send('DELETE', '/own/bulk', [mine.body['id']], as('eve')),
    ])
      expect(answer.status).toBe(404)
    expect((await send('GET', '/own', undefined, as('eve'))).body).toEqual([])
    expect((await send('GET', '/own?filter[pages]=1', undefined, as('ada'))).body).toHaveLength(1)
    expect((await send('POST', `${path}/restore`, undefined, as('ada'))).status).toBe(403)
  })
})
