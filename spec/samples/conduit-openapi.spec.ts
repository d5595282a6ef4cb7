import { readFileSync } from 'node:fs'
import {
  createOpenApiDocument,
  type OpenApiDocument,
  type OperationObject,
  type ParameterObject,
  type SchemaObject,
} from 'corbel'
import { parse } from 'yaml'
import { createConduit } from '../../samples/conduit/conduit.js'

interface Summary {
  parameters: Record<string, { in: string; required: boolean; type: unknown }>
  statuses: string[]
  body: object | undefined
  success: object | undefined
  secured: boolean
}

const METHODS = ['get', 'put', 'post', 'delete'] as const

/** Follows a reference, wherever it leads. */
function follow<T>(document: OpenApiDocument, value: T): T {
  const reference = (value as { $ref?: string } | undefined)?.$ref
  if (reference === undefined) return value
  let current: any = document
  for (const name of reference.slice(2).split('/')) current = current[name]
  return follow(document, current as T)
}

/** Names and required fields of a schema, all the way down; types and bounds aside. */
function fields(document: OpenApiDocument, given: SchemaObject | undefined): unknown {
  const schema = follow(document, given)
  if (schema === undefined) return undefined
  if (schema.items !== undefined) return [fields(document, schema.items)]
  if (schema.properties === undefined) return 'value'
  return Object.fromEntries(
    Object.entries(schema.properties)
      .map(([name, one]) => [
        `${name}${schema.required?.includes(name) === true ? '' : '?'}`,
        fields(document, one),
      ])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  )
}

function summarise(document: OpenApiDocument, operation: OperationObject): Summary {
  const responses = Object.entries(operation.responses)
  const [, success] = responses.find(([status]) => status.startsWith('2'))!
  const content = (holder: unknown): SchemaObject | undefined =>
    (follow(document, holder) as { content?: Record<string, { schema?: SchemaObject }> } | undefined)
      ?.content?.['application/json']?.schema
  return {
    parameters: Object.fromEntries(
      (operation.parameters ?? [])
        .map((one) => follow(document, one) as ParameterObject)
        .map((one) => [one.name, { in: one.in, required: one.required === true, type: one.schema?.type }]),
    ),
    statuses: responses.map(([status]) => status).sort(),
    body: fields(document, content(operation.requestBody)) as object,
    success: fields(document, content(success)) as object,
    secured:
      (operation.security ?? []).some((one) => Object.keys(one).length > 0) &&
      !operation.security!.some((one) => Object.keys(one).length === 0),
  }
}

function operations(document: OpenApiDocument): Record<string, Summary> {
  return Object.fromEntries(
    Object.entries(document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method] !== undefined).map((method) => [
        `${method.toUpperCase()} ${path}`,
        summarise(document, item[method]!),
      ]),
    ),
  )
}

describe('the document of Conduit', () => {
  const contract = operations(
    parse(readFileSync(new URL('conduit/openapi.yml', import.meta.url), 'utf8')) as OpenApiDocument,
  )
  let own: Record<string, Summary>

  beforeAll(async () => {
    const app = await createConduit({ port: 0, database: ':memory:', seed: false }, false)
    own = operations(createOpenApiDocument(app, { ignoreGlobalPrefix: true }))
    await app.close()
  })

  it('has the operations of the contract', () => {
    expect(Object.keys(own).sort()).toEqual(Object.keys(contract).sort())
  })

  it.each(Object.keys(contract))(
    '%s: the same parameters, bodies, required fields and credentials',
    (name) => {
      const rest = (summary: Summary): object => ({ ...summary, statuses: undefined })
      expect(rest(own[name]!)).toEqual(rest(contract[name]!))
    },
  )

  it.each(Object.keys(contract))('%s: the same statuses', (name) => {
    // the contract says that a token may be sent, and not that a wrong one is refused, as it is everywhere else
    const more = name === 'GET /articles/{slug}' ? ['401'] : []
    expect(own[name]!.statuses).toEqual([...contract[name]!.statuses, ...more].sort())
  })
})
