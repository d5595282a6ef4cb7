import { isClass } from '../common/index.js'
import type { EntityTarget } from '../database/index.js'
import type { AnyDecorator } from '../metadata/index.js'
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, type SchemaObject } from '../openapi/index.js'
import type { CrudAction, CrudOptions } from './options.js'
import { bodiesOf } from './plan.js'

type Describe = (entity: string, type: EntityTarget, options: CrudOptions<object>) => readonly AnyDecorator[]

const IDS: SchemaObject = { type: 'array', minItems: 1, items: { type: ['string', 'integer'] } }
const REFUSED: Readonly<Record<number, string>> = {
  400: 'The query asks for what there is not.',
  403: 'The policy does not allow it.',
  404: 'There is no such record.',
  409: 'It is in the way of another record, or a test of a JSON Patch does not hold.',
  412: 'The record was changed in the meantime.',
  415: 'A change cannot be read from this type.',
  422: 'What was sent is not valid.',
  428: 'If-Match is missing.',
}

const refuse = (...statuses: readonly number[]): AnyDecorator[] =>
  statuses.map((status) => ApiResponse({ status, description: REFUSED[status]! }))

const DESCRIPTIONS: Readonly<Record<CrudAction, Describe>> = {
  index: (entity, type, options) => [
    ApiOperation({ summary: `Lists ${entity}: filtered, sorted and page by page` }),
    ...listParameters(options),
    ApiResponse({
      status: 200,
      description: `${entity}, one page of them`,
      ...typed(type, true),
      headers: {
        Link: { description: 'first, prev, next and last page (RFC 8288)', schema: { type: 'string' } },
        'X-Total-Count': { description: 'Records of all pages', schema: { type: 'integer' } },
      },
    }),
    ...refuse(400),
  ],
  show: (entity, type, options) => [
    ApiOperation({ summary: `Shows one ${entity}` }),
    ...selectionParameters(options),
    result(200, entity, type),
    ...refuse(404),
  ],
  create: (entity, type, options) => [
    ApiOperation({ summary: `Creates one ${entity}` }),
    body(options, 'create', false),
    result(201, entity, type),
    ...refuse(409, 422),
  ],
  createMany: (entity, type, options) => [
    ApiOperation({ summary: `Creates several ${entity}, all or none` }),
    body(options, 'create', true),
    ApiResponse({ status: 201, description: entity, ...typed(type, true) }),
    ...refuse(409, 422),
  ],
  update: (entity, type, options) => [
    ApiOperation({ summary: `Changes one ${entity} by JSON Merge Patch or JSON Patch` }),
    body(options, 'update', false),
    result(200, entity, type),
    ...refuse(404, 409, 412, 415, 422, ...(options.requireMatch === true ? [428] : [])),
  ],
  updateMany: (entity, type, options) => [
    ApiOperation({
      summary: `Changes several ${entity}, each given by its id and what changes: all or none`,
    }),
    body(options, 'update', true),
    ApiResponse({ status: 200, description: entity, ...typed(type, true) }),
    ...refuse(404, 409, 422),
  ],
  destroy: (entity, _type, options) => [
    ApiOperation({ summary: `Removes one ${entity}` }),
    ...refuse(404, 409, 412, ...(options.requireMatch === true ? [428] : [])),
  ],
  destroyMany: (entity) => [
    ApiOperation({ summary: `Removes several ${entity}, given by their ids: all or none` }),
    ApiBody({ schema: IDS }),
    ...refuse(404, 409, 422),
  ],
  restore: (entity, type) => [
    ApiOperation({ summary: `Brings back one ${entity} that was removed` }),
    result(200, entity, type),
    ...refuse(404),
  ],
}

/**
 * What documents say of an action, as decorators for its method.
 *
 * @param action of the controller
 * @param type the entity
 * @param options of `@Crud`
 */
export function describeAction(
  action: CrudAction,
  type: EntityTarget,
  options: CrudOptions<object>,
): readonly AnyDecorator[] {
  const described = DESCRIPTIONS[action](isClass(type) ? type.name : 'record', type, options)
  return options.policy === undefined ? described : [...described, ...refuse(403)]
}

function listParameters(options: CrudOptions<object>): readonly AnyDecorator[] {
  const {
    filter = [],
    sort = [],
    search = [],
    paginate: { maxLimit = 100, limit = 20, by = 'both' } = {},
  } = options
  const filtered: readonly (readonly [string, true | readonly string[]])[] = Array.isArray(filter)
    ? filter.map((name: string) => [name, true])
    : Object.entries<true | readonly string[]>(filter)
  const text = (name: string, description: string): AnyDecorator =>
    ApiQuery({ name, required: false, description, schema: { type: 'string' } })
  const keys = (sort as readonly string[]).flatMap((name) => [name, `-${name}`])
  return [
    ...filtered.flatMap(([name, operators]) => [
      text(`filter[${name}]`, `Only records whose ${name} is this`),
      ...(operators === true ? [] : operators)
        .filter((one) => one !== 'eq')
        .map((one) => text(`filter[${name}][${one}]`, `Compares ${name}: ${one}`)),
    ]),
    ...(keys.length > 0 ? [text('sort', `Names with commas between, of ${keys.join(', ')}`)] : []),
    ...(search.length > 0 ? [text('search', `Looks into ${search.join(', ')}`)] : []),
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: maxLimit, default: limit },
    }),
    ...(by === 'cursor'
      ? []
      : [ApiQuery({ name: 'offset', required: false, schema: { type: 'integer', minimum: 0 } })]),
    ...(by === 'offset' ? [] : [text('cursor', 'Of the link to the next page; empty for the first one')]),
    ...selectionParameters(options),
  ]
}

function selectionParameters({ relations = [] }: CrudOptions<object>): readonly AnyDecorator[] {
  const names = Array.isArray(relations) ? (relations as readonly string[]) : Object.keys(relations)
  const text = (name: string, description: string): AnyDecorator =>
    ApiQuery({ name, required: false, description, schema: { type: 'string' } })
  return [
    text('fields', 'Names of the fields that are wanted, with commas between'),
    ...(names.length > 0 ? [text('include', `Relations that come along, of ${names.join(', ')}`)] : []),
  ]
}

function body(options: CrudOptions<object>, kind: 'create' | 'update', isArray: boolean): AnyDecorator {
  const type = bodiesOf(options)[kind]
  return ApiBody({ ...(type !== undefined && { type }), isArray })
}

function result(status: 200 | 201, entity: string, type: EntityTarget): AnyDecorator {
  return ApiResponse({
    status,
    description: `The ${entity}`,
    ...typed(type, false),
    headers: { ETag: { description: 'The version, for If-Match', schema: { type: 'string' } } },
  })
}

function typed(type: EntityTarget, isArray: boolean): { type?: never; isArray?: boolean } {
  return isClass(type) ? { type: type as never, isArray } : {}
}
