import { defineError } from '../../common/index.js'
import { addInjectable, type AppModel, type DeclaredClass } from '../../core/index.js'
import type { Injector } from '../../di/index.js'
import { isPromise } from '../../common/index.js'
import { MetadataBag, readClass } from '../../metadata/index.js'
import { Slot, type StepFactory } from '../../pipeline/index.js'
import type { MessageEndpoint } from '../endpoint.js'
import { HandlerMetadata, type WebSocketMessageHandler } from '../handler-decorator.js'
import { reportForeignParams } from '../inspect.js'
import { messageParams, parameterPipes } from '../params.js'
import type { WsContext } from '../ws-context.js'
import type { RawSocket } from './raw-socket.js'

/** A handler that nobody builds, or that hears nothing. */
export const HandlerInvalid = defineError<{ class: string; reason: string }>(
  'CORBEL_WS_HANDLER',
  '{class} has @WebSocketHandler(), but {reason}',
)

/**
 * Turns a declared handler into the endpoint of its connections.
 *
 * @param declared any class that a module lists
 * @param model gets the endpoint and the problems
 */
export function inspectHandler({ type, module, record }: DeclaredClass, model: AppModel): void {
  if (readClass(HandlerMetadata, type) === undefined) return
  const { onMessage, onMessages } = type.prototype as WebSocketMessageHandler
  const hears = typeof onMessage === 'function' || typeof onMessages === 'function'
  if (record.role !== 'provider' || !hears) {
    const reason = hears
      ? `${module.name} does not list it under "providers". Do so.`
      : 'has no method onMessage(socket, message), nor onMessages(messages, socket).'
    model.report(new HandlerInvalid({ class: type.name, reason }))
    return
  }
  const member = 'onOpen'
  reportForeignParams(type, member, model)
  for (const pipe of parameterPipes(type, member)) addInjectable(model, module, pipe)
  const endpoint: MessageEndpoint = {
    kind: 'ws',
    owner: type,
    member,
    module,
    record,
    params: messageParams(type, member),
    metadata: new MetadataBag(type, member, [module.type]),
    event: 'open',
    role: 'connection',
  }
  model.addEndpoint(endpoint)
}

/**
 * Gives a client its handler: the one of all, or its own.
 *
 * @param injector makes it
 */
export function handlerStep(injector: Injector): StepFactory<WsContext> {
  return {
    name: 'websocket handler',
    slot: Slot.Innermost,
    create({ kind, owner, record }) {
      if (kind !== 'ws' || readClass(HandlerMetadata, owner) === undefined) return undefined
      const give = (context: WsContext, handler: unknown): void => {
        context.getClient<RawSocket>().handler = handler as WebSocketMessageHandler
      }
      return {
        kind: 'before',
        name: 'handler of the client',
        run(context) {
          const handler = injector.resolve(record, context.scope)
          return isPromise(handler) ? handler.then((one) => give(context, one)) : give(context, handler)
        },
      }
    },
  }
}
