/** A JSON Schema as OpenAPI 3.1 uses it (draft 2020-12); keywords that are not listed may be there. */
export interface SchemaObject {
  $ref?: string
  type?: string | string[]
  format?: string
  title?: string
  description?: string
  default?: unknown
  example?: unknown
  examples?: unknown
  enum?: readonly unknown[]
  const?: unknown
  properties?: Record<string, SchemaObject>
  required?: string[]
  items?: SchemaObject
  additionalProperties?: boolean | SchemaObject
  allOf?: SchemaObject[]
  oneOf?: SchemaObject[]
  anyOf?: SchemaObject[]
  not?: SchemaObject
  discriminator?: { propertyName: string; mapping?: Record<string, string> }
  pattern?: string
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number | boolean
  exclusiveMaximum?: number | boolean
  multipleOf?: number
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  deprecated?: boolean
  readOnly?: boolean
  writeOnly?: boolean
  /** OpenAPI 3.0 alone. */
  nullable?: boolean
  [keyword: string]: unknown
}

/** A pointer to a component. */
export interface ReferenceObject {
  $ref: string
  [keyword: string]: unknown
}

export interface ExampleObject {
  summary?: string
  description?: string
  value?: unknown
  externalValue?: string
}

export interface MediaTypeObject {
  schema?: SchemaObject
  example?: unknown
  examples?: Record<string, ExampleObject | ReferenceObject>
  encoding?: Record<string, Record<string, unknown>>
  [extension: `x-${string}`]: unknown
}

export interface ParameterObject {
  name: string
  in: 'path' | 'query' | 'header' | 'cookie'
  description?: string
  required?: boolean
  deprecated?: boolean
  schema?: SchemaObject
  style?: string
  explode?: boolean
  allowReserved?: boolean
  example?: unknown
  examples?: Record<string, ExampleObject | ReferenceObject>
  content?: Record<string, MediaTypeObject>
  [extension: `x-${string}`]: unknown
}

export interface RequestBodyObject {
  description?: string
  required?: boolean
  content: Record<string, MediaTypeObject>
  [extension: `x-${string}`]: unknown
}

export type HeaderObject = Omit<ParameterObject, 'name' | 'in'>

export interface ResponseObject {
  description: string
  headers?: Record<string, HeaderObject | ReferenceObject>
  content?: Record<string, MediaTypeObject>
  links?: Record<string, unknown>
  [extension: `x-${string}`]: unknown
}

/** Scheme names with their scopes: all of one object are needed. */
export type SecurityRequirement = Record<string, string[]>

export interface ServerObject {
  url: string
  description?: string
  variables?: Record<string, { default: string; enum?: string[]; description?: string }>
}

export interface ExternalDocumentation {
  url: string
  description?: string
}

export interface TagObject {
  name: string
  description?: string
  externalDocs?: ExternalDocumentation
  [extension: `x-${string}`]: unknown
}

export interface OperationObject {
  operationId?: string
  summary?: string
  description?: string
  tags?: string[]
  deprecated?: boolean
  parameters?: (ParameterObject | ReferenceObject)[]
  requestBody?: RequestBodyObject | ReferenceObject
  responses: Record<string, ResponseObject | ReferenceObject>
  security?: SecurityRequirement[]
  servers?: ServerObject[]
  externalDocs?: ExternalDocumentation
  callbacks?: Record<string, Record<string, PathItemObject>>
  [extension: `x-${string}`]: unknown
}

/** The methods that a path item has members for. */
export const PATH_ITEM_METHODS = [
  'get',
  'put',
  'post',
  'delete',
  'options',
  'head',
  'patch',
  'trace',
] as const

export type PathItemMethod = (typeof PATH_ITEM_METHODS)[number]

export type PathItemObject = { [method in PathItemMethod]?: OperationObject } & {
  summary?: string
  description?: string
  servers?: ServerObject[]
  parameters?: (ParameterObject | ReferenceObject)[]
  [extension: `x-${string}`]: unknown
}

export interface SecuritySchemeObject {
  type: 'apiKey' | 'http' | 'oauth2' | 'openIdConnect' | 'mutualTLS'
  description?: string
  name?: string
  in?: string
  scheme?: string
  bearerFormat?: string
  flows?: Record<string, Record<string, unknown>>
  openIdConnectUrl?: string
  [extension: `x-${string}`]: unknown
}

export interface InfoObject {
  title: string
  version: string
  summary?: string
  description?: string
  termsOfService?: string
  contact?: { name?: string; url?: string; email?: string }
  license?: { name: string; url?: string; identifier?: string }
  [extension: `x-${string}`]: unknown
}

export interface ComponentsObject {
  schemas?: Record<string, SchemaObject>
  responses?: Record<string, ResponseObject>
  parameters?: Record<string, ParameterObject>
  examples?: Record<string, ExampleObject>
  requestBodies?: Record<string, RequestBodyObject>
  headers?: Record<string, HeaderObject>
  securitySchemes?: Record<string, SecuritySchemeObject>
  links?: Record<string, unknown>
  callbacks?: Record<string, unknown>
  [extension: `x-${string}`]: unknown
}

/**
 * An OpenAPI document.
 *
 * @see https://spec.openapis.org/oas/v3.1.1 and v3.0.4
 */
export interface OpenApiDocument {
  openapi: string
  info: InfoObject
  jsonSchemaDialect?: string
  servers?: ServerObject[]
  paths: Record<string, PathItemObject>
  webhooks?: Record<string, PathItemObject>
  components?: ComponentsObject
  security?: SecurityRequirement[]
  tags?: TagObject[]
  externalDocs?: ExternalDocumentation
  [extension: `x-${string}`]: unknown
}
