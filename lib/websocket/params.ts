import { isClass, type Class, type StandardSchema } from '../common/index.js'
import {
  defineDecorator,
  parameterTypes,
  readInheritedParameters,
  type AnyDecorator,
} from '../metadata/index.js'
import { enhancerProblem, type ParamModel } from '../pipeline/index.js'
import { Bound, readersOf, type ParamPipe, type ParamReader } from '../web/index.js'
import { fromHandshake, isOfHandshake } from './handshake-params.js'
import { StreamIdMissing } from './plain/streams/errors.js'
import type { WsContext } from './ws-context.js'

/** What the parameter decorators of gateways store. */
export interface MessageBinding {
  readonly label: string
  /** What pipes see as `type`. */
  readonly type: string
  readonly data: string | undefined
  readonly pipes: readonly ParamPipe[]
  readonly schema?: StandardSchema | undefined
  readonly piped: boolean
  extract(context: WsContext): unknown
}

const BoundMessage = defineDecorator({
  name: 'MessageBody',
  on: ['parameter'],
  value: (binding: MessageBinding) => binding,
  check: ({ pipes }) => enhancerProblem(pipes, 'transform'),
  label: ({ label }) => label,
})

/**
 * The message, or one member of it.
 *
 * @param nameOrPipe a member, a pipe, a Standard Schema, or options with both
 * @param rest pipes, a Standard Schema, or options with both
 */
export function MessageBody(nameOrPipe?: string | ParamReader, ...rest: ParamReader[]): AnyDecorator {
  const name = typeof nameOrPipe === 'string' ? nameOrPipe : undefined
  const given = typeof nameOrPipe === 'string' || nameOrPipe === undefined ? rest : [nameOrPipe, ...rest]
  return BoundMessage({
    label: 'MessageBody',
    type: 'body',
    data: name,
    ...readersOf(given),
    piped: true,
    extract: (context) => {
      const data = context.getData()
      return name === undefined ? data : memberOf(data, name)
    },
  })
}

const BARE = { type: 'custom', data: undefined, pipes: [], schema: undefined, piped: false } as const

/** The client that has sent the message: `@ConnectedSocket() client: Socket`. */
export const ConnectedSocket = (): AnyDecorator =>
  BoundMessage({ ...BARE, label: 'ConnectedSocket', extract: (context) => context.getClient() })

/** Acknowledges the message, where the client waits for that; undefined where it does not. What is returned is sent as well. */
export const Ack = (): AnyDecorator =>
  BoundMessage({ ...BARE, label: 'Ack', extract: (context) => context.acknowledge })

/** The label of `@MessageStream()`, by which its methods are known. */
export const MESSAGE_STREAM = 'MessageStream'

/**
 * The values that the client sends after its message, as an async iterable: frames `{ id, event: 'next', data }` with the id of
 * the message, until `{ id, event: 'end' }`. The client is read no faster than they are. Where it goes or cancels before the
 * end, the iterable throws CORBEL_WS_STREAM_CUT. Plain WebSockets alone.
 *
 * @example
 * @SubscribeMessage('upload') async upload(@MessageStream() rows: AsyncIterable<Row>) { for await (const row of rows) … }
 */
export const MessageStream = (): AnyDecorator =>
  BoundMessage({
    ...BARE,
    label: MESSAGE_STREAM,
    extract: (context) => {
      const { acknowledge } = context
      if (acknowledge?.incoming === undefined) throw new StreamIdMissing({ event: context.getPattern() })
      return acknowledge.incoming
    },
  })

/**
 * The parameters of a gateway's method. One without decorators gets the client, the message, and the acknowledgement.
 *
 * @param type the gateway
 * @param member its method
 */
export function messageParams(type: Class, member: PropertyKey): readonly ParamModel<WsContext>[] {
  const types = parameterTypes(type, member) ?? []
  const own = [...readInheritedParameters(BoundMessage, type, member)]
  const ofRequest = [...readInheritedParameters(Bound, type, member)]
  if (own.length + ofRequest.length === 0) return UNDECORATED
  return [
    ...own.map(([index, binding]) => toParam(index, binding, types[index])),
    ...ofRequest.map(([index, binding]) => toParam(index, fromHandshake(binding), types[index])),
  ].sort((a, b) => a.index - b.index)
}

/**
 * What the parameters of a method ask for that no message has: a body, a response.
 *
 * @param type the gateway
 * @param member its method
 * @returns the decorators
 */
export function foreignParams(type: Class, member: PropertyKey): readonly string[] {
  return [...readInheritedParameters(Bound, type, member).values()]
    .filter((binding) => !isOfHandshake(binding))
    .map(({ label }) => label)
}

/** The pipes on a method's parameters that the container has to build. */
export function parameterPipes(type: Class, member: PropertyKey): readonly Class[] {
  const bindings = [
    ...readInheritedParameters(BoundMessage, type, member).values(),
    ...readInheritedParameters(Bound, type, member).values(),
  ]
  return bindings.flatMap(({ pipes }) => pipes.filter((pipe): pipe is Class<never> => isClass(pipe)))
}

const UNDECORATED: readonly ParamModel<WsContext>[] = [
  (context: WsContext) => context.getClient(),
  (context: WsContext) => context.getData(),
  (context: WsContext) => context.acknowledge,
].map((extract, index) => toParam(index, { ...BARE, label: 'argument', extract }, undefined))

function toParam(index: number, binding: MessageBinding, metatype: Class | undefined): ParamModel<WsContext> {
  // a schema is no class, but pipes take it for what the parameter is declared with
  return { ...binding, index, metatype: (binding.schema as unknown as Class | undefined) ?? metatype }
}

function memberOf(data: unknown, name: string): unknown {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, name)) return undefined
  return (data as Record<string, unknown>)[name]
}
