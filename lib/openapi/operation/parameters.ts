import type { Class } from '../../common/index.js'
import { strategiesOf, VersioningType, type VersioningOptions } from '../../web/index.js'
import { ParameterMetadata, type ParameterDeclaration } from '../decorators/parameters.js'
import type { OperationObject, ParameterObject, SchemaObject } from '../document.js'
import type { SharedParameter } from '../options.js'
import { examplesOf } from '../schema/property-schema.js'
import type { DescribedEndpoint } from './operation.js'
import type { PathTemplate, TemplateParameter } from './paths.js'
import type { OperationScope } from './scope.js'
import { describeValue, namedSchema } from './values.js'

const PLACES = { param: 'path', query: 'query', header: 'header', cookie: 'cookie' } as const

/** Headers that OpenAPI describes elsewhere. */
const ELSEWHERE = new Set(['accept', 'content-type', 'authorization'])

/**
 * The parameters of an operation: of its path, of parameter decorators (a class is one parameter for each property), of
 * versioning, refined by `@ApiParam` and its kin.
 *
 * @param scope of the operation
 * @param template its path
 * @param versioning of the application; undefined where the path tells the version
 * @param shared parameters of every operation
 */
export function operationParameters(
  scope: OperationScope,
  template: PathTemplate,
  versioning: VersioningOptions | undefined,
  shared: readonly SharedParameter[] = [],
): ParameterObject[] {
  const found = new Map<string, ParameterObject>()
  const put = (parameter: ParameterObject): void => {
    const key = keyOf(parameter)
    found.set(key, { ...found.get(key), ...parameter })
  }
  for (const one of template.parameters) put(pathParameter(one))
  for (const param of scope.endpoint.params) {
    const place = PLACES[param.type as keyof typeof PLACES] as ParameterObject['in'] | undefined
    if (place === undefined) continue
    const { schema, required, type, groups } = describeValue(param, scope)
    if (param.data === undefined) {
      if (type !== undefined) classParameters(type, place, groups, scope).forEach(add)
      continue
    }
    add({ name: param.data, in: place, ...(required && { required }), schema: textual(schema) })
  }
  for (const declared of scope.endpoint.metadata.get(ParameterMetadata) ?? []) refine(declared)
  for (const { in: place, ...options } of shared)
    if (!found.has(keyOf({ name: options.name, in: place }))) refine({ in: place, options }, false)
  for (const one of versionParameters(scope, versioning)) if (!found.has(keyOf(one))) put(one)
  return [...found.values()]

  function add(parameter: ParameterObject): void {
    if (parameter.in === 'header' && ELSEWHERE.has(parameter.name.toLowerCase())) return
    if (parameter.in !== 'path') return put(parameter)
    const own = template.parameters.find(({ key, name }) => key === parameter.name || name === parameter.name)
    // a handler may serve paths with it and paths without it
    if (own === undefined) return
    const { schema, ...rest } = parameter
    const pattern = own.pattern !== undefined && (schema?.type === undefined || schema.type === 'string')
    put({
      ...rest,
      name: own.name,
      required: true,
      schema: { type: 'string', ...schema, ...(pattern && { pattern: own.pattern }) },
    })
  }

  function refine({ in: place, options }: ParameterDeclaration, isRequired = true): void {
    const { name, description, required, deprecated, style, explode, allowReserved, example, examples } =
      options
    const schema = namedSchema(options, scope, { direction: 'input' })
    if (name === undefined) {
      if (typeof options.type === 'function')
        classParameters(options.type as Class, place, undefined, scope).forEach(add)
      return
    }
    const known = found.get(`${place} ${name}`)
    const all = { description, required, deprecated, style, explode, allowReserved, example, examples }
    add({
      name,
      in: place,
      ...(known === undefined && place === 'query' && isRequired && { required: true }),
      ...(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as object),
      schema: schema ?? known?.schema ?? { type: 'string' },
      ...extensionsOf(options),
    })
  }
}

function keyOf({ name, in: place }: ParameterObject): string {
  return `${place} ${place === 'header' ? name.toLowerCase() : name}`
}

function pathParameter({ name, pattern, spans }: TemplateParameter): ParameterObject {
  return {
    name,
    in: 'path',
    required: true,
    ...(spans && { description: 'May contain slashes.' }),
    schema: { type: 'string', ...(pattern !== undefined && { pattern }) },
  }
}

function classParameters(
  type: Class | object,
  place: ParameterObject['in'],
  groups: readonly string[] | undefined,
  { schemas }: OperationScope,
): ParameterObject[] {
  const { properties = {}, required = [] } = schemas.inline(type as Class, { direction: 'input', groups })
  return Object.entries(properties).map(([name, schema]) => {
    const { description, deprecated, examples, ...rest } = schema
    const [example] = examplesOf(undefined, examples) ?? []
    const isObject = place === 'query' && rest.$ref !== undefined
    return {
      name,
      in: place,
      ...(description !== undefined && { description }),
      ...(deprecated === true && { deprecated }),
      ...(required.includes(name) && { required: true }),
      ...(isObject && { style: 'deepObject', explode: true }),
      schema: rest,
      ...(example !== undefined && { example }),
    }
  })
}

/** Everything in a path, query or header is text; what nothing is known of is at least that. */
function textual(schema: SchemaObject): SchemaObject {
  return Object.keys(schema).length === 0 ? { type: 'string' } : schema
}

/** The headers and query parameters that tell the version. */
function versionParameters(
  { route }: Pick<OperationScope, 'route'>,
  versioning: VersioningOptions | undefined,
): readonly ParameterObject[] {
  const all = route.versions ?? []
  const versions = all.filter((one) => one !== 'neutral')
  if (versioning === undefined || versions.length === 0) return []
  const strategies = strategiesOf(versioning)
  const required = strategies.length === 1 && !all.includes('neutral')
  const more = { required, schema: { type: 'string', enum: versions } }
  return strategies.flatMap(({ type, header = 'X-API-Version', key = 'v' }): ParameterObject[] => {
    if (type === VersioningType.HEADER) return [{ name: header, in: 'header', ...more }]
    return type === VersioningType.QUERY ? [{ name: key, in: 'query', ...more }] : []
  })
}

/**
 * Makes the operation of one version stand for another, too.
 *
 * @param operation of the first
 * @param other the same handler, in other versions
 * @param versioning of the application
 */
export function joinVersions(
  operation: OperationObject,
  { route, deprecation }: DescribedEndpoint,
  versioning: VersioningOptions | undefined,
): void {
  const more = new Map(versionParameters({ route }, versioning).map((one) => [keyOf(one), one]))
  for (const one of (operation.parameters ?? []) as ParameterObject[]) {
    const other = more.get(keyOf(one))
    if (other === undefined || one.schema?.enum === undefined) continue
    one.schema.enum = [...new Set([...one.schema.enum, ...(other.schema!.enum ?? [])])]
    if (other.required === false) one.required = false
  }
  if (deprecation !== undefined) return
  delete operation.deprecated
  delete operation['x-sunset']
}

/** The members whose names begin with `x-`. */
export function extensionsOf(options: object): Record<`x-${string}`, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name.startsWith('x-')))
}
