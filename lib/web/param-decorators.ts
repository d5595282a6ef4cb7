import { isClass, type Class } from '../common/index.js'
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

/** A decorator of the form `(name?, ...pipes)`. */
export type ParamDecoratorFactory = (nameOrPipe?: string | ParamPipe, ...pipes: ParamPipe[]) => AnyDecorator

function paramDecorator(source: Source): ParamDecoratorFactory {
  const { label, type, piped = false, readsBody = false, one, all } = source
  return (nameOrPipe, ...rest) => {
    const data = typeof nameOrPipe === 'string' ? nameOrPipe : undefined
    const pipes = typeof nameOrPipe === 'string' || nameOrPipe === undefined ? rest : [nameOrPipe, ...rest]
    const extract = data === undefined ? all : (context: HttpContext) => one(context, data)
    return Bound({ label, type, data, pipes, piped, readsBody, answers: false, extract })
  }
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
  one: (context, name) => (context.body as Record<string, unknown> | undefined)?.[name],
  all: (context) => context.body,
})

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

/** A cookie, or all of them. */
export const Cookies = paramDecorator({
  label: 'Cookies',
  type: 'cookie',
  one: (context, name) => context.request.cookies[name],
  all: (context) => context.request.cookies,
})

/** The session, or one of its members, as a session middleware has put it on the request. */
export const Session = paramDecorator({
  label: 'Session',
  type: 'session',
  one: (context, name) => (context.request['session'] as Record<string, unknown> | undefined)?.[name],
  all: (context) => context.request['session'],
})

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
  dataOrPipe?: Data | ParamPipe,
  ...pipes: ParamPipe[]
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
    const isData = !isPipe(dataOrPipe)
    const data = (isData ? dataOrPipe : undefined) as Data
    const bind = Bound({
      label: 'createParamDecorator()',
      type: 'custom',
      data: data as string | undefined,
      pipes: isData ? rest : [dataOrPipe, ...rest],
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

function isPipe(value: unknown): value is ParamPipe {
  const holder = isClass(value) ? ((value as Class).prototype as unknown) : value
  return typeof (holder as PipeTransform | undefined | null)?.transform === 'function'
}
