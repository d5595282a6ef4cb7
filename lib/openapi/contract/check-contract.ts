import type { Application, InjectResponse } from '../../web/index.js'
import { createOpenApiDocument } from '../create-document.js'
import {
  PATH_ITEM_METHODS,
  type OpenApiDocument,
  type OperationObject,
  type ParameterObject,
  type PathItemMethod,
  type RequestBodyObject,
  type SchemaObject,
} from '../document.js'
import type { OpenApiOptions } from '../options.js'
import { ResponseContract } from './response-contract.js'
import { resolved, sampleOf } from './sample.js'
import { wrongValues } from './wrong-values.js'

/** How the operations of an application are walked. */
export interface CheckContractOptions {
  /** Options of the document. */
  readonly document?: Omit<OpenApiOptions, 'openapi'>
  /** Headers of every request: credentials above all. */
  readonly headers?: Readonly<Record<string, string>>
  /** Values of parameters by name, where generated ones would find nothing. */
  readonly values?: Readonly<Record<string, unknown>>
  /** Operations to leave out, by id. */
  readonly skip?: readonly string[]
}

/** Something that breaks the document. */
export interface ContractFinding {
  readonly operationId: string
  /** `GET /cats/{id}` */
  readonly operation: string
  /** What was sent: `valid input`, `body without name` … */
  readonly input: string
  readonly status: number
  readonly problem: string
}

interface Call {
  readonly input: string
  readonly path: string
  readonly body: unknown
  readonly headers: Readonly<Record<string, string>>
  /** True if the document says that it is wrong. */
  readonly isWrong: boolean
}

/**
 * Calls every operation of an application with input that its document accepts, and with input that it does not, and reports
 * what breaks the document: statuses, media types and bodies that it does not have, wrong input that is taken, and
 * failures (5xx). For tests; operations change data.
 *
 * @param app not listening, or listening: requests go in without a socket
 * @param options see `CheckContractOptions`
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING without ajv and ajv-formats
 * @example
 * expect(await checkContract(app)).toEqual([])
 */
export async function checkContract(
  app: Application,
  options: CheckContractOptions = {},
): Promise<readonly ContractFinding[]> {
  const document = createOpenApiDocument(app, { ...options.document, openapi: '3.1' })
  const contract = new ResponseContract(document)
  const findings: ContractFinding[] = []
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of PATH_ITEM_METHODS) {
      const operation = item[method]
      const { operationId = '' } = operation ?? {}
      if (operation === undefined || options.skip?.includes(operationId) === true) continue
      for (const call of callsOf(path, operation, document, options)) {
        const response = await send(app, method, call)
        for (const problem of problemsOf(path, method, response, call, contract)) {
          const name = `${method.toUpperCase()} ${path}`
          findings.push({ operationId, operation: name, input: call.input, status: response.status, problem })
        }
      }
    }
  }
  return findings
}

function send(
  app: Application,
  method: PathItemMethod,
  { path, body, headers }: Call,
): Promise<InjectResponse> {
  return app.inject({
    method: method.toUpperCase(),
    url: path,
    headers,
    ...(body !== undefined && { body: body as object }),
  })
}

function problemsOf(
  path: string,
  method: PathItemMethod,
  response: InjectResponse,
  { isWrong }: Call,
  contract: ResponseContract,
): readonly string[] {
  const { status } = response
  if (status >= 500) return [`it failed: ${response.body.slice(0, 200)}`]
  if (isWrong && status < 400) return ['it was taken, although the document says that it is wrong']
  const type = response.headers['content-type']
  const mediaType = typeof type === 'string' ? type.split(';', 1)[0]!.trim() : undefined
  const isEmpty = response.body === ''
  const body: unknown = isEmpty
    ? undefined
    : mediaType?.endsWith('json') === true
      ? response.json()
      : response.body
  return contract.breaches(path, method, { status, body, mediaType: isEmpty ? undefined : mediaType })
}

function* callsOf(
  template: string,
  operation: OperationObject,
  document: OpenApiDocument,
  { headers = {}, values = {} }: CheckContractOptions,
): Iterable<Call> {
  const parameters = (operation.parameters ?? []) as ParameterObject[]
  const content = (operation.requestBody as RequestBodyObject | undefined)?.content
  const schema = content?.['application/json']?.schema
  const body = schema === undefined ? undefined : sampleOf(schema, document)
  const call = (
    input: string,
    changes: Partial<Call> & { readonly without?: string; readonly values?: object },
  ): Call => ({
    input,
    isWrong: input !== 'valid input',
    body,
    ...requestOf(
      template,
      parameters.filter(({ name }) => name !== changes.without),
      { ...values, ...changes.values },
      document,
      headers,
    ),
    ...('body' in changes && { body: changes.body }),
  })
  // a form has no sample: files are not generated
  if (content !== undefined && schema === undefined) return
  yield call('valid input', {})
  for (const { name, in: place, required, schema: own = {} } of parameters) {
    if (place !== 'path' && required === true && !isGiven(name, headers))
      yield call(`without the parameter ${name}`, { without: name })
    if (place === 'cookie') continue
    const isNumber = ['integer', 'number'].some((type) => [own.type].flat().includes(type))
    if (isNumber) yield call(`${name} is no number`, { values: { [name]: 'no-number' } })
    for (const { why, value } of wrongValues(resolved(own, document), sampleOf(own, document))) {
      // a path without a segment is another path; a list is sent item by item
      if (value === '' || Array.isArray(value)) continue
      yield call(`${name} ${why}`, { values: { [name]: value } })
    }
  }
  if (schema === undefined || typeof body !== 'object' || body === null) return
  for (const { input, value } of wrongObjects(resolved(schema, document), body, document))
    yield call(input, { body: value })
}

/** Without what is required, with what is of another type, and with what is just outside of what is taken. */
function* wrongObjects(
  { properties = {}, required = [] }: SchemaObject,
  body: object,
  document: OpenApiDocument,
): Iterable<{ readonly input: string; readonly value: object }> {
  for (const name of required) {
    if (properties[name]?.readOnly === true) continue
    yield { input: `body without ${name}`, value: { ...body, [name]: undefined } }
  }
  for (const [name, one] of Object.entries(properties)) {
    const { type, readOnly } = resolved(one, document)
    if (type === undefined || readOnly === true) continue
    const other = [type].flat().includes('object') ? 7 : { not: 'this' }
    yield { input: `${name} is of another type`, value: { ...body, [name]: other } }
    for (const { why, value } of wrongValues(
      resolved(one, document),
      (body as Record<string, unknown>)[name],
    ))
      yield { input: `${name} ${why}`, value: { ...body, [name]: value } }
  }
}

/** What the caller gives with every request is there. */
function isGiven(name: string, headers: Readonly<Record<string, string>>): boolean {
  return Object.keys(headers).some((one) => one.toLowerCase() === name.toLowerCase())
}

function requestOf(
  template: string,
  parameters: readonly ParameterObject[],
  values: Readonly<Record<string, unknown>>,
  document: OpenApiDocument,
  given: Readonly<Record<string, string>>,
): Pick<Call, 'path' | 'headers'> {
  const headers: Record<string, string> = { ...given }
  const query = new URLSearchParams()
  let path = template
  for (const { name, in: place, schema = {}, required, example } of parameters) {
    const value = values[name] ?? example ?? sampleOf(schema, document) ?? 'sample'
    if (place === 'path') path = path.replace(`{${name}}`, encodeURIComponent(textOf(value)))
    else if (required !== true && !(name in values)) continue
    else if (place === 'query') for (const one of [value].flat()) query.append(name, textOf(one))
    else if (place === 'header') headers[name.toLowerCase()] ??= textOf(value)
    else headers['cookie'] = [headers['cookie'], `${name}=${textOf(value)}`].filter(Boolean).join('; ')
  }
  return { path: query.size === 0 ? path : `${path}?${query.toString()}`, headers }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
