import {
  compareDocuments,
  compareVersions,
  changelogMarkdown,
  versionsMarkdown,
  type CompareDocumentsOptions,
  type OpenApiDocument,
  type OperationObject,
  type ParameterObject,
  type SchemaObject,
} from 'corbel'
import { documentOf, giving } from './document-of.js'

/** `kind rule` of each change. */
function changes(
  before: OpenApiDocument,
  after: OpenApiDocument,
  options?: CompareDocumentsOptions,
): string[] {
  return compareDocuments(before, after, options).changes.map(({ kind, rule }) => `${kind} ${rule}`)
}

const parameter = (rest: Partial<ParameterObject>): Partial<OperationObject> => ({
  parameters: [{ name: 'q', in: 'query', schema: { type: 'string' }, ...rest }],
})
const body = (rest: object = {}, ...types: string[]): Partial<OperationObject> => ({
  requestBody: { content: Object.fromEntries(types.map((type) => [type, {}])), ...rest },
})
const answering = (...statuses: string[]): Partial<OperationObject> => ({
  responses: Object.fromEntries(statuses.map((status) => [status, { description: 'As said' }])),
})
const header = (rest: object): Partial<OperationObject> => ({
  responses: { 200: { description: 'OK', headers: { 'X-Total': { schema: { type: 'integer' }, ...rest } } } },
})
const asking = (...security: Record<string, string[]>[]): Partial<OperationObject> => ({ security })

const CASES: readonly (readonly [string, Partial<OperationObject>, Partial<OperationObject>, string])[] = [
  ['a parameter comes', {}, parameter({}), 'compatible parameter-added'],
  ['a parameter comes, and is needed', {}, parameter({ required: true }), 'breaking parameter-added'],
  ['a parameter goes', parameter({}), {}, 'breaking parameter-removed'],
  ['a parameter is needed', parameter({}), parameter({ required: true }), 'breaking parameter-required'],
  [
    'a parameter may be left out',
    parameter({ required: true }),
    parameter({}),
    'compatible parameter-optional',
  ],
  [
    'a parameter takes less',
    parameter({}),
    parameter({ schema: { type: 'string', enum: ['a'] } }),
    'breaking enum-added',
  ],
  [
    'a parameter is written otherwise',
    parameter({}),
    parameter({ explode: false }),
    'breaking parameter-style',
  ],
  ['a parameter is deprecated', parameter({}), parameter({ deprecated: true }), 'compatible deprecated'],
  [
    'a parameter has another description',
    parameter({}),
    parameter({ description: 'Words' }),
    'documentation words-changed',
  ],
  ['a body comes', {}, body({}, 'application/json'), 'compatible body-added'],
  ['a body comes, and is needed', {}, body({ required: true }, 'application/json'), 'breaking body-added'],
  ['a body goes', body({}, 'application/json'), {}, 'breaking body-removed'],
  ['a body is needed', body({}, 'a/b'), body({ required: true }, 'a/b'), 'breaking body-required'],
  ['a body may be left out', body({ required: true }, 'a/b'), body({}, 'a/b'), 'compatible body-optional'],
  ['a media type comes', body({}, 'a/b'), body({}, 'a/b', 'a/c'), 'compatible media-type-added'],
  ['a media type goes', body({}, 'a/b', 'a/c'), body({}, 'a/b'), 'breaking media-type-removed'],
  ['a success comes', answering('200'), answering('200', '202'), 'compatible response-added'],
  ['a success goes', answering('200', '202'), answering('200'), 'breaking response-removed'],
  ['an error goes', answering('200', '409'), answering('200'), 'compatible response-removed'],
  ['a header comes', answering('200'), header({}), 'compatible header-added'],
  ['a header goes', header({}), { responses: { 200: { description: 'OK' } } }, 'breaking header-removed'],
  ['a header may be missing', header({ required: true }), header({}), 'breaking header-optional'],
  ['a header says more', header({}), header({ schema: { type: 'number' } }), 'breaking type-widened'],
  ['credentials are needed', {}, asking({ bearer: [] }), 'breaking security-tightened'],
  [
    'credentials are needed no more',
    asking({ bearer: [] }),
    asking({ bearer: [] }, {}),
    'compatible security-relaxed',
  ],
  [
    'there is a second way in',
    asking({ bearer: [] }),
    asking({ key: [] }, { bearer: [] }),
    'compatible security-relaxed',
  ],
  [
    'one way in is closed',
    asking({ key: [] }, { bearer: [] }),
    asking({ key: [] }),
    'breaking security-tightened',
  ],
  [
    'another scope is needed',
    asking({ bearer: ['a'] }),
    asking({ bearer: ['a', 'b'] }),
    'breaking security-tightened',
  ],
  [
    'less scopes are needed',
    asking({ bearer: ['a', 'b'] }),
    asking({ bearer: ['a'] }),
    'compatible security-relaxed',
  ],
  ['it is deprecated', {}, { deprecated: true }, 'compatible deprecated'],
  ['it is deprecated no more', { deprecated: true }, {}, 'compatible deprecation-lifted'],
  ['its id is another', {}, { operationId: 'other' }, 'compatible operation-id-changed'],
  ['its summary is another', {}, { summary: 'Words' }, 'documentation words-changed'],
]

describe('two documents', () => {
  it.each(CASES)('differ in one operation: %s', (_what, before, after, expected) => {
    const found = changes(documentOf(before), documentOf(after)).filter((one) => !/words-changed/.test(one))
    expect(
      expected.includes('words-changed') ? changes(documentOf(before), documentOf(after)) : found,
    ).toEqual([expected])
    expect(changes(documentOf(after), documentOf(after))).toEqual([])
  })

  it('lose and gain operations', () => {
    const [one, none] = [documentOf({}), documentOf({}, { paths: {} })]
    expect(changes(one, none)).toEqual(['breaking operation-removed'])
    expect(changes(none, one)).toEqual(['compatible operation-added'])
  })

  it('may lose an operation whose sunset is past', () => {
    const before = documentOf({ deprecated: true, 'x-sunset': '2026-06-30T00:00:00.000Z' })
    const after = documentOf({}, { paths: {} })
    expect(changes(before, after, { today: new Date('2026-06-29') })).toEqual(['breaking operation-removed'])
    expect(changes(before, after, { today: new Date('2026-06-30') })).toEqual(['compatible operation-sunset'])
  })

  it('are the same if a parameter of a path has another name', () => {
    const named = (name: string): OpenApiDocument => ({
      ...documentOf({}),
      paths: {
        [`/cats/{${name}}`]: {
          get: { parameters: [{ name, in: 'path', required: true }], responses: {} },
        },
      },
    })
    expect(changes(named('id'), named('cat'))).toEqual(['documentation parameter-renamed'])
  })

  it('take parameters from the path, and by reference', () => {
    const shared = documentOf({})
    shared.paths['/cats/{id}']!.parameters = [{ $ref: '#/components/parameters/Q' }]
    shared.components = { parameters: { Q: { name: 'q', in: 'query', schema: { type: 'string' } } } }
    expect(changes(shared, documentOf(parameter({})))).toEqual([])
  })

  it('turn directions round for what the API sends by itself', () => {
    const hook = (schema: SchemaObject): OpenApiDocument =>
      documentOf(
        {},
        {
          webhooks: {
            adopted: { post: { requestBody: { content: { 'a/b': { schema } } }, responses: {} } },
          },
        },
      )
    const wider = [{ enum: ['a'] }, { enum: ['a', 'b'] }] as const
    expect(changes(hook(wider[0]), hook(wider[1]))).toEqual(['breaking enum-value-added'])
    expect(changes(hook({}), documentOf({}))).toEqual(['breaking outgoing-removed'])
    const calling = (required: boolean): OpenApiDocument =>
      documentOf({
        callbacks: {
          done: { '{$request.body#/url}': { post: { ...body({ required }, 'a/b'), responses: {} } } },
        },
      })
    // whoever is called back has to expect that nothing comes
    expect(changes(calling(true), calling(false))).toEqual(['breaking body-optional'])
    expect(changes(documentOf({}), calling(true))).toEqual(['compatible outgoing-added'])
  })

  it('differ in servers, schemes and words around them', () => {
    const at = (url: string): OpenApiDocument => documentOf({}, { servers: [{ url }] })
    expect(changes(at('https://a'), at('https://b'))).toEqual([
      'breaking server-removed',
      'compatible server-added',
    ])
    const keyed = (name: string): OpenApiDocument =>
      documentOf(asking({ key: [] }), {
        components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name } } },
      })
    expect(changes(keyed('X-Key'), keyed('X-Api-Key'))).toEqual(['breaking security-scheme-changed'])
    const titled = documentOf({}, { info: { title: 'Dogs', version: '1.0.0' } })
    expect(changes(documentOf({}), titled)).toEqual(['documentation words-changed'])
  })

  it.each([
    ['1.4.0', '1.5.0', false],
    ['1.4.0', '2.0.0', true],
    ['v1', 'v2', true],
    ['0.4.0', '0.4.1', false],
    ['0.4.0', '0.5.0', true],
    ['2.0.0', '1.0.0', false],
    ['2024-01-31', '2024-02-01', true],
    ['beta', 'stable', true],
    ['beta', 'beta', false],
  ])('may break clients from %s to %s: %s', (from, to, isAcceptable) => {
    const version = (text: string, rest: Partial<OpenApiDocument>): OpenApiDocument =>
      documentOf({}, { info: { title: 'Cats', version: text }, ...rest })
    const comparison = compareDocuments(version(from, {}), version(to, { paths: {} }))
    expect([comparison.verdict, comparison.isAcceptable]).toEqual(['breaking', isAcceptable])
  })
})

describe('a changelog', () => {
  const before = giving({
    type: 'object',
    properties: { name: { type: 'string' }, age: { type: 'integer' } },
  })
  const after = giving({
    type: 'object',
    properties: { name: { type: 'string', description: 'A *name*' }, id: {} },
  })

  it('lists breaking changes first, and says if a new version is missing', () => {
    expect(changelogMarkdown(compareDocuments(before, after), { date: '2026-01-31' })).toBe(
      `## Cats 1.0.0, 2026-01-31

The version is the same.

**Clients break, and 1.0.0 does not say so:** it needs a new version.

### Breaking

- \`POST /cats/{id}\` · response 200 › age: The property is gone.

### Compatible

- \`POST /cats/{id}\` · response 200 › id: The property is new.

### Documentation

- \`POST /cats/{id}\` · response 200 › name: description is another.
`,
    )
  })

  it('leaves words out if it is asked to, and says when nothing has changed', () => {
    const text = changelogMarkdown(compareDocuments(before, after), { withoutDocumentation: true })
    expect(text).not.toContain('### Documentation')
    expect(changelogMarkdown(compareDocuments(after, after))).toContain('Nothing has changed.')
  })

  it('takes nothing in a document for Markdown', () => {
    const nasty = giving({ properties: { '<b>[x](y)_z': {} } })
    expect(changelogMarkdown(compareDocuments(nasty, giving({})))).toContain('\\<b\\>\\[x\\](y)\\_z')
  })
})

describe('versions side by side', () => {
  const at = (version: string, ...paths: string[]): OpenApiDocument => ({
    openapi: '3.1.1',
    info: { title: 'Cats', version },
    paths: Object.fromEntries(
      paths.map((path) => [
        path.replace('!', ''),
        { get: { responses: {}, ...(path.endsWith('!') && { deprecated: true }) } },
      ]),
    ),
  })
  const documents = [
    { name: '1', document: at('1', '/v1/cats', '/v1/dogs') },
    { name: '2', document: at('2', '/v2/cats!', '/v2/birds') },
    { name: '3', document: at('3', '/v3/birds', '/v3/cats') },
  ]

  it('show which has what, and where it changed', () => {
    expect(versionsMarkdown(documents, { ignoreVersionsInPaths: true })).toBe(
      `| operation | 1 | 2 | 3 |
| --- | --- | --- | --- |
| \`GET /cats\` | yes | changed, compatible (deprecated) | changed, compatible |
| \`GET /dogs\` | yes | – | – |
| \`GET /birds\` | – | new | yes |
`,
    )
  })

  it('are told apart by their paths otherwise', () => {
    expect(compareVersions(documents).map(({ operation }) => operation)).toContain('GET /v1/cats')
  })
})
