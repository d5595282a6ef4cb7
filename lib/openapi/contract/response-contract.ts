import type { OpenApiDocument, OperationObject, PathItemMethod, ResponseObject } from '../document.js'
import { createCompiler, type SchemaCheck, type SchemaCompiler } from './ajv.js'

/** A response as the contract sees it. */
export interface ContractResponse {
  readonly status: number
  /** Without parameters; undefined if it is not known yet. */
  readonly mediaType?: string | undefined
  /** Parsed; undefined for an empty body. */
  readonly body: unknown
}

/** Breaches that are told. */
const MOST_BREACHES = 20

/** Holds responses to a document of OpenAPI 3.1. */
export class ResponseContract {
  private readonly compiler: SchemaCompiler
  private readonly checks = new Map<string, SchemaCheck>()

  /**
   * @param document complete
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING without ajv
   */
  constructor(private readonly document: OpenApiDocument) {
    this.compiler = createCompiler()
    this.compiler.addSchema({ ...document, $id: 'openapi' })
  }

  /**
   * What is wrong with a response.
   *
   * @param path as the document writes it
   * @param method lower case
   * @param response see `ContractResponse`
   * @returns nothing if it is as the document says
   */
  breaches(path: string, method: PathItemMethod, response: ContractResponse): readonly string[] {
    const operation: OperationObject | undefined = this.document.paths[path]?.[method]
    if (operation === undefined) return ['the document has no such operation']
    const found = responseOf(operation, response.status)
    if (found === undefined) return [`the status is not among ${Object.keys(operation.responses).join(', ')}`]
    const { key, content } = found
    if (content === undefined || Object.keys(content).length === 0)
      return response.body === undefined ? [] : ['there is a body, and the document has none']
    const type = response.mediaType ?? Object.keys(content).find((one) => one.endsWith('json'))
    if (type === undefined) return []
    if (content[type] === undefined)
      return [`the media type ${type} is not among ${Object.keys(content).join(', ')}`]
    if (!type.endsWith('json') || content[type].schema === undefined) return []
    return this.check(['paths', path, method, 'responses', key, 'content', type, 'schema'], response.body)
  }

  private check(pointer: readonly string[], body: unknown): readonly string[] {
    const reference = `openapi#/${pointer.map(escapeToken).join('/')}`
    let check = this.checks.get(reference)
    if (check === undefined) this.checks.set(reference, (check = this.compiler.compile({ $ref: reference })))
    if (check(body)) return []
    return (check.errors ?? [])
      .slice(0, MOST_BREACHES)
      .map(({ instancePath, message = 'is wrong' }) => `${instancePath || 'the body'} ${message}`)
  }
}

/** The exact status, its class, or the default. */
function responseOf(
  { responses }: OperationObject,
  status: number,
): (ResponseObject & { readonly key: string }) | undefined {
  const keys = [String(status), `${Math.floor(status / 100)}XX`, 'default']
  const key = keys.find((one) => responses[one] !== undefined)
  return key === undefined ? undefined : { ...(responses[key] as ResponseObject), key }
}

/** @see RFC 6901 §3 and §6 */
function escapeToken(token: string): string {
  return encodeURIComponent(token.replaceAll('~', '~0').replaceAll('/', '~1'))
}
