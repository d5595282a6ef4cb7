import { isPromise, type Class } from '../common/index.js'
import type { Injector } from '../di/index.js'
import { Slot, type StepFactory } from '../pipeline/index.js'
import type { WsContext } from './ws-context.js'

/**
 * Gives gateways that are made for a message, or for a tenant, their server: those that are made at boot have it already.
 *
 * @param injector makes the gateway, or gives the one of the call
 * @param servers by the class of the gateway
 * @param propertiesOf the properties with `@WebSocketServer()`
 */
export function serverStep(
  injector: Injector,
  servers: ReadonlyMap<object, object>,
  propertiesOf: (type: Class) => readonly PropertyKey[],
): StepFactory<WsContext> {
  return {
    name: 'websocket server',
    slot: Slot.Innermost,
    create({ kind, owner, record }) {
      const properties = kind === 'ws' ? propertiesOf(owner) : []
      if (properties.length === 0 || (record.isStatic && !record.isTransient)) return undefined
      const give = (gateway: unknown): void => {
        for (const property of properties) Reflect.set(gateway as object, property, servers.get(owner))
      }
      return {
        kind: 'before',
        name: 'server of the gateway',
        run(context) {
          const gateway = injector.resolve(record, context.scope)
          return isPromise(gateway) ? gateway.then(give) : give(gateway)
        },
      }
    },
  }
}
