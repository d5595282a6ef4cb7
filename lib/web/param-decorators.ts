import { isClass, isStandardSchema, type Class, type StandardSchema } from '../common/index.js'
import type { HttpRequest } from '../http/index.js'
import { defineDecorator, type AnyDecorator } from '../metadata/index.js'
import {
  enhancerProblem,
  type EnhancerOf,
  type ExecutionContext,
  type PipeTransform,
} from '../pipeline/index.js'
import type { HttpContext } from './http-context.js'

/** A pipe on a parameter: a class, built by the container, or an instance. */
export type ParamPipe = EnhancerOf<PipeTransform<never>>

/** What a parameter decorator stores. */
export interface ParamBinding {
  readonly label: string
  /** What pipes see as `type`. */
  readonly type: string
  readonly data: string | undefined
  readonly pipes: readonly ParamPipe[]
  /** Stands where the declared type would: what pipes see as `metatype`. */
  readonly schema?: StandardSchema | undefined
  /** True if the pipes of method, class and application apply. */
  readonly piped: boolean
  /** True if the body has to be read first. */
  readonly readsBody: boolean
  /** True for `@Res()` without passthrough and `@Next()`: the handler answers by itself. */
  readonly answers: boolean
  extract(context: HttpContext): unknown
}

/** The binding of a parameter; a parameter has one. */
export const Bound = defineDecorator({
  name: 'Param',
  on: ['parameter'],
  value: (binding: ParamBinding) => binding,
  check: ({ pipes }) => enhancerProblem(pipes, 'transform'),
  label: (binding) => binding.label,
})

type Source = Pick<ParamBinding, 'label' | 'type'> & {
  readonly piped?: boolean
  readonly readsBody?: boolean
  /** The value of one name. */
  one(context: HttpContext, name: string): unknown
  /** All values, where no name is given. */
  all(context: HttpContext): unknown
}

/** Pipes and a schema by their names: `@Body({ schema: CreateUser })`. */
export interface ParamOptions {
  readonly schema?: StandardSchema
  readonly pipes?: readonly ParamPipe[]
}

/**
 * What stands in a parameter decorator after its name: pipes, and a Standard Schema in the place of a class; or both in
 * options.
 */
export type ParamReader = ParamPipe | StandardSchema | ParamOptions

/** A decorator of the form `(name?, ...pipes)`. */
export type ParamDecoratorFactory = (
  nameOrPipe?: string | ParamReader,
  ...pipes: ParamReader[]
) => AnyDecorator

function paramDecorator(source: Source): ParamDecoratorFactory {
  const { label, type, piped = false, readsBody = false, one, all } = source
  return (nameOrPipe, ...rest) => {
    const data = typeof nameOrPipe === 'string' ? nameOrPipe : undefined
    const given = typeof nameOrPipe === 'string' || nameOrPipe === undefined ? rest : [nameOrPipe, ...rest]
    const extract = data === undefined ? all : (context: HttpContext) => one(context, data)
    return Bound({ label, type, data, ...readersOf(given), piped, readsBody, answers: false, extract })
  }
}

/**
 * Tells pipes from the schema. Schemas often have a method `transform`, so they are looked for before pipes.
 *
 * @param given to a parameter decorator
 */
export function readersOf(given: readonly ParamReader[]): Pick<ParamBinding, 'pipes' | 'schema'> {
  // what is no schema after all is told of as a pipe that is none
  const readers = given.flatMap((one) =>
    isParamOptions(one) ? [...(one.pipes ?? []), ...(one.schema === undefined ? [] : [one.schema])] : [one],
  )
  return {
    pipes: readers.filter((one): one is ParamPipe => !isStandardSchema(one)),
    schema: readers.find((one) => isStandardSchema(one)),
  }
}

/** Pipes may have members of these names, too. */
function isParamOptions(given: ParamReader): given is ParamOptions {
  // undefined is told of by the check of the decorator
  if (typeof given !== 'object' || (given as object | null) === null || isStandardSchema(given)) return false
  return !('transform' in given) && ('schema' in given || 'pipes' in given)
}

/** A path parameter, or all of them. */
export const Param = paramDecorator({
  label: 'Param',
  type: 'param',
  piped: true,
  one: (context, name) => context.params[name],
  all: (context) => context.params,
})

/** A query parameter, or all of them. */
export const Query = paramDecorator({
  label: 'Query',
  type: 'query',
  piped: true,
  one: (context, name) => context.query[name],
  all: (context) => context.query,
})

/** The parsed body, or one member of it. */
export const Body = paramDecorator({
  label: 'Body',
  type: 'body',
  piped: true,
  readsBody: true,
  one: (context, name) => (bodyOf(context) as Record<string, unknown> | undefined)?.[name],
  all: bodyOf,
})

function bodyOf(context: HttpContext): unknown {
  const { body } = context
  return body === undefined ? context.refuseUnread() : body
}

/** The label of `@RawBody`, by which routes that need the bytes are told from others. */
export const RAW_BODY = 'RawBody'

/** The body's bytes, whatever its type; the body is parsed as well where its type is known. */
export const RawBody = paramDecorator({
  label: RAW_BODY,
  type: 'body',
  piped: true,
  readsBody: true,
  one: (context) => context.rawBody,
  all: (context) => context.rawBody,
})

/** A request header, or all of them. */
export const Headers = paramDecorator({
  label: 'Headers',
  type: 'header',
  one: (context, name) => context.exchange.headers.get(name.toLowerCase()),
  all: (context) => context.exchange.headers.toObject(),
})

/**
 * The id of the last event that a client of `@Sse` has seen, when it connects again; undefined at first.
 *
 * @see HTML Living Standard §9.2.4
 */
export const LastEventId = paramDecorator({
  label: 'LastEventId',
  type: 'header',
  piped: true,
  one: lastEventId,
  all: lastEventId,
})

/** Ids are UTF-8, headers come as latin1. */
function lastEventId({ exchange }: HttpContext): string | undefined {
  const id = exchange.headers.get('last-event-id')
  return id === undefined || id === '' ? undefined : Buffer.from(id, 'latin1').toString('utf8')
}

/** A cookie, or all of them. */
export const Cookies = paramDecorator({
  label: 'Cookies',
  type: 'cookie',
  one: (context, name) => context.request.cookies?.[name],
  all: (context) => context.request.cookies,
})

/**
 * A signed cookie, or all of them that are good. Undefined where there is none, or where the signature is not the
 * application's.
 */
export const SignedCookies = paramDecorator({
  label: 'SignedCookies',
  type: 'cookie',
  one: (context, name) => goodOnes(context.request.signedCookies)[name],
  all: (context) => goodOnes(context.request.signedCookies),
})

function goodOnes(cookies: Record<string, unknown>): Record<string, unknown> {
  const good = Object.create(null) as Record<string, unknown>
  for (const [name, value] of Object.entries(cookies)) if (value !== false) good[name] = value
  return good
}

/**
 * The value of an encrypted cookie; undefined where there is none, or none that the application has encrypted for this name
 * and that has not expired.
 *
 * @param name of the cookie
 * @param readers pipes, or a Standard Schema
 */
export const EncryptedCookie = (name: string, ...readers: ParamReader[]): AnyDecorator =>
  Bound({
    ...BARE,
    label: 'EncryptedCookie',
    type: 'cookie',
    data: name,
    ...readersOf(readers),
    extract: (context) => context.request.decryptCookie(name),
  })

/** The session, or one of its members, as a session middleware has put it on the request. */
export const Session = paramDecorator({
  label: 'Session',
  type: 'session',
  one: (context, name) => (context.request['session'] as Record<string, unknown> | undefined)?.[name],
  all: (context) => context.request['session'],
})

/** The file of an upload, as an interceptor (`FileInterceptor`) or a middleware has put it on the request; or the first of a field. */
export const UploadedFile = paramDecorator({
  label: 'UploadedFile',
  type: 'custom',
  piped: true,
  readsBody: true,
  one: (context, name) => filesOf(context.request, name)[0],
  all: (context) => context.request['file'],
})

/** The files of an upload, as an interceptor has put them on the request: a list, or lists by field; or those of a field. */
export const UploadedFiles = paramDecorator({
  label: 'UploadedFiles',
  type: 'custom',
  piped: true,
  readsBody: true,
  one: (context, name) => filesOf(context.request, name),
  all: (context) => context.request['files'],
})

/** The files of one field, whichever form the upload has. */
function filesOf({ file, files }: HttpRequest, name: string): readonly unknown[] {
  if (typeof files === 'object' && files !== null && !Array.isArray(files))
    return (files as Record<string, unknown[] | undefined>)[name] ?? []
  return [file, files].flat().filter((one) => (one as { fieldname?: string } | undefined)?.fieldname === name)
}

/** The client's address. */
export const Ip = paramDecorator({
  label: 'Ip',
  type: 'ip',
  one: (context) => context.request.ip,
  all: (context) => context.request.ip,
})

/** A parameter of the host pattern, or all of them. */
export const HostParam = paramDecorator({
  label: 'HostParam',
  type: 'host',
  one: (context, name) => context.hosts[name],
  all: (context) => context.hosts,
})

const BARE = { data: undefined, pipes: [], piped: false, readsBody: false, answers: false } as const

/**
 * Aborts when nobody wants the answer any more: the client has gone, or the time of the call is over (`@Timeout`). Hand it
 * to what takes long: `fetch(url, { signal })`.
 */
export const Signal = (): AnyDecorator =>
  Bound({ ...BARE, label: 'Signal', type: 'signal', extract: (context) => context.signal })

/** The request object. */
export const Req = (): AnyDecorator =>
  Bound({ ...BARE, label: 'Req', type: 'request', readsBody: true, extract: (context) => context.request })

/** As `Req`. */
export const Request = Req

/**
 * The response object. The handler then answers by itself, unless `passthrough` is set: then its result is sent as
 * usual, with the status and headers set here.
 */
export const Res = (options: { readonly passthrough?: boolean } = {}): AnyDecorator => {
  const answers = options.passthrough !== true
  return Bound({ ...BARE, label: 'Res', type: 'response', answers, extract: (context) => context.response })
}

/** As `Res`. */
export const Response = Res

/** Continues with what a middleware would continue with; the handler then answers by itself. */
export const Next = (): AnyDecorator =>
  Bound({ ...BARE, label: 'Next', type: 'next', answers: true, extract: (context) => context.next })

/** Takes a value of the user's own out of a call. */
export type ParamFactory<Data, Value> = (data: Data, context: ExecutionContext) => Value

/** A decorator made by `createParamDecorator`. */
export type CustomParamDecorator<Data> = (
  dataOrPipe?: Data | ParamReader,
  ...pipes: ParamReader[]
) => AnyDecorator

/**
 * Makes a parameter decorator; pipes see it as `type: 'custom'`.
 *
 * @param factory gives the value; may be asynchronous
 * @param enhancers decorators that come with it, applied to the same parameter
 * @example
 * export const CurrentUser = createParamDecorator((_data, context) => context.switchToHttp().getRequest().user)
 */
export function createParamDecorator<Data = unknown, Value = unknown>(
  factory: ParamFactory<Data, Value>,
  enhancers: readonly AnyDecorator[] = [],
): CustomParamDecorator<Data> {
  return (dataOrPipe, ...rest) => {
    const isData = !isPipe(dataOrPipe) && !areOptionsAlone(dataOrPipe)
    const data = (isData ? dataOrPipe : undefined) as Data
    const bind = Bound({
      label: 'createParamDecorator()',
      type: 'custom',
      data: data as string | undefined,
      ...readersOf(isData ? rest : [dataOrPipe as ParamReader, ...rest]),
      piped: true,
      readsBody: true,
      answers: false,
      extract: (context) => factory(data, context),
    })
    return (target, member, place) => {
      bind(target, member, place)
      for (const enhance of enhancers) enhance(target, member, place)
    }
  }
}

function isPipe(value: unknown): value is ParamReader {
  if (isStandardSchema(value)) return true
  const holder = isClass(value) ? ((value as Class).prototype as unknown) : value
  return typeof (holder as PipeTransform | undefined | null)?.transform === 'function'
}

/** Data of a decorator may have members of these names, too, but hardly with nothing beside them. */
function areOptionsAlone(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return false
  const { schema, pipes = [], ...rest } = value as { schema?: unknown; pipes?: unknown }
  if (Object.keys(rest).length > 0 || !Array.isArray(pipes)) return false
  return (schema === undefined || isStandardSchema(schema)) && pipes.every(isPipe)
}
