import { defineError, type Class } from '../common/index.js'
import { addInjectable, type AppModel, type DeclaredClass } from '../core/index.js'
import { existingMembers, lineage, MetadataBag, readClass, readMember } from '../metadata/index.js'
import { endpointName } from '../pipeline/index.js'
import { GatewayMetadata, SubscribeMessage } from './decorators.js'
import type { MessageEndpoint } from './endpoint.js'
import { foreignParams, messageParams, parameterPipes } from './params.js'

/** Message handlers of a class that is no gateway, or a gateway where nobody builds it. */
export const GatewayMissing = defineError<{ class: string; module: string; reason: string }>(
  'CORBEL_GATEWAY_MISSING',
  '{class} in {module} {reason}',
)

/** A parameter that asks for what only HTTP has. */
export const GatewayParamInvalid = defineError<{ method: string; decorator: string }>(
  'CORBEL_GATEWAY_PARAM',
  '{method} has a parameter with @{decorator}(), which no message has. Take @MessageBody(), or what the request of the connection has: @Param, @Query, @Headers, @Cookies, @Session, @Ip, @Req.',
)

/** Says what parameters ask for in vain. */
export function reportForeignParams(type: Class, member: PropertyKey, model: AppModel): void {
  const method = endpointName({ owner: type, member })
  for (const decorator of foreignParams(type, member))
    model.report(new GatewayParamInvalid({ method, decorator }))
}

/**
 * Turns a declared gateway into the endpoints of its methods.
 *
 * @param declared any class that a module lists
 * @param model gets the endpoints and the problems
 */
export function inspectGateway({ type, module, record }: DeclaredClass, model: AppModel): void {
  const isGateway = readClass(GatewayMetadata, type) !== undefined
  const members = new Set(lineage(type).flatMap((one) => [...existingMembers(one)]))
  const subscriptions = [...members].flatMap((member) =>
    (readMember(SubscribeMessage, type, member) ?? []).map(({ event }) => ({ member, event })),
  )
  const misplaced = isGateway
    ? record.role !== 'provider' && 'is a gateway. List it under "providers".'
    : subscriptions.length > 0 &&
      record.role === 'provider' &&
      'has @SubscribeMessage() but no @WebSocketGateway(). Add it to the class.'
  if (misplaced !== false) {
    model.report(new GatewayMissing({ class: type.name, module: module.name, reason: misplaced }))
    return
  }
  if (!isGateway) return
  const add = (member: PropertyKey, event: string, role: MessageEndpoint['role']): void => {
    reportForeignParams(type, member, model)
    for (const pipe of parameterPipes(type, member)) addInjectable(model, module, pipe)
    const metadata = new MetadataBag(type, member, [module.type])
    const params = messageParams(type, member)
    const endpoint: MessageEndpoint = {
      kind: 'ws',
      owner: type,
      member,
      module,
      record,
      params,
      metadata,
      event,
      role,
    }
    model.addEndpoint(endpoint)
  }
  for (const { member, event } of subscriptions) add(member, event, 'message')
  const methods = type.prototype as Readonly<Record<string, unknown>>
  if (typeof methods['handleConnection'] === 'function') add('handleConnection', 'connection', 'connection')
  if (typeof methods['handleDisconnect'] === 'function') add('handleDisconnect', 'disconnect', 'disconnect')
}
