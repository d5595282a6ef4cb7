import type { Class } from '../../common/index.js'
import type { BodyNote } from '../../pipeline/index.js'
import { Consumes, type HttpEndpoint } from '../../web/index.js'
import { ApiConsumes } from '../decorators/operation.js'
import { ApiBody } from '../decorators/parameters.js'
import type { MediaTypeObject, RequestBodyObject, SchemaObject } from '../document.js'
import { extensionsOf } from './parameters.js'
import type { OperationScope } from './scope.js'
import { describeValue, namedSchema, type DescribedValue } from './values.js'

const BINARY: SchemaObject = { type: 'string', format: 'binary' }
const MULTIPART = 'multipart/form-data'

type LabelledParam = HttpEndpoint['params'][number] & { readonly label?: string }

interface BodyPart extends DescribedValue {
  /** The member that it is; undefined for the body as a whole. */
  readonly member: string | undefined
}

/**
 * The request body of an operation: `@Body()` as a whole or by members, files, raw bytes, refined by `@ApiBody` and
 * `@ApiConsumes`.
 *
 * @param scope of the operation
 * @returns undefined if nothing looks at the body
 */
export function requestBody(scope: OperationScope): RequestBodyObject | undefined {
  const { endpoint, notes } = scope
  const params = endpoint.params as readonly LabelledParam[]
  const parts = params
    .filter(({ type, label }) => type === 'body' && label !== 'RawBody')
    .map((param): BodyPart => ({ ...describeValue(param, scope), member: param.data }))
  const isRaw = params.some(({ label }) => label === 'RawBody')
  const upload =
    notes.interceptors(endpoint).find(({ body }) => body !== undefined)?.body ?? undeclaredFiles(scope)
  const declared = endpoint.metadata.onMethod(ApiBody)
  const consumes =
    endpoint.metadata.onMethod(ApiConsumes) ??
    endpoint.metadata.onClass(ApiConsumes) ??
    consumedTypes(endpoint)
  const named = declared === undefined ? undefined : namedSchema(declared, scope, { direction: 'input' })
  if (parts.length === 0 && !isRaw && upload === undefined && declared === undefined) return undefined

  const whole = parts.find(({ member }) => member === undefined)
  const isForm = upload !== undefined || consumes?.includes(MULTIPART) === true
  const schema = named ?? (isForm ? formSchema(parts, upload, scope) : bodySchema(parts, whole, isRaw))
  const usual =
    upload?.mediaType ?? (isRaw && parts.length === 0 ? 'application/octet-stream' : 'application/json')
  const media: MediaTypeObject = {
    schema,
    ...(declared?.examples !== undefined && { examples: declared.examples }),
  }
  const required =
    declared?.required ??
    (parts.some((part) => part.required) ||
      whole !== undefined ||
      upload !== undefined ||
      declared !== undefined)
  return {
    ...(declared?.description !== undefined && { description: declared.description }),
    ...(required && { required }),
    content: Object.fromEntries((consumes ?? [usual]).map((type) => [type, media])),
    ...(declared !== undefined && extensionsOf(declared)),
  }
}

/** What `@Consumes` names, without what only stands for types by their ending. */
function consumedTypes({ metadata }: OperationScope['endpoint']): readonly string[] | undefined {
  const types = metadata.get(Consumes)?.filter((type) => !type.startsWith('+'))
  return types?.length === 0 ? undefined : types
}

function bodySchema(parts: readonly BodyPart[], whole: BodyPart | undefined, isRaw: boolean): SchemaObject {
  if (whole !== undefined) return whole.schema
  if (parts.length === 0) return isRaw ? BINARY : {}
  return members(parts)
}

function members(parts: readonly BodyPart[]): SchemaObject {
  const named = parts.filter(({ member }) => member !== undefined)
  const required = named.filter((part) => part.required).map(({ member }) => member!)
  return {
    type: 'object',
    properties: Object.fromEntries(named.map(({ member, schema }) => [member!, schema])),
    ...(required.length > 0 && { required }),
  }
}

/** A form has its fields side by side, those of a class and the files. */
function formSchema(
  parts: readonly BodyPart[],
  upload: BodyNote | undefined,
  scope: OperationScope,
): SchemaObject {
  const whole = parts.find(({ member }) => member === undefined)
  const fields =
    whole?.type === undefined
      ? members(parts)
      : scope.schemas.inline(whole.type as Class, { direction: 'input', groups: whole.groups })
  const files = upload?.properties ?? {}
  const required = [...(fields.required ?? []), ...requiredFiles(scope, Object.keys(files))]
  return {
    ...fields,
    properties: { ...fields.properties, ...files },
    ...(required.length > 0 && { required: [...new Set(required)] }),
  }
}

/** The fields whose files some pipe insists on. */
function requiredFiles(scope: OperationScope, names: readonly string[]): readonly string[] {
  const params = scope.endpoint.params as readonly LabelledParam[]
  return params
    .filter(({ label }) => label === 'UploadedFile' || label === 'UploadedFiles')
    .filter((param) => describeValue({ ...param, metatype: undefined }, scope).required)
    .flatMap(({ data }) => data ?? (names.length === 1 ? names : []))
}

/** `@UploadedFile()` without an interceptor that tells of its fields: some middleware receives them. */
function undeclaredFiles({ endpoint }: OperationScope): BodyNote | undefined {
  const params = endpoint.params as readonly LabelledParam[]
  const properties: Record<string, SchemaObject> = {}
  for (const { label, data } of params) {
    if (label === 'UploadedFile') properties[data ?? 'file'] = BINARY
    if (label === 'UploadedFiles') properties[data ?? 'files'] = { type: 'array', items: BINARY }
  }
  return Object.keys(properties).length === 0 ? undefined : { mediaType: MULTIPART, properties }
}
