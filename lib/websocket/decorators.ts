import { Injectable, type Scope } from '../di/index.js'
import { defineDecorator, type AnyDecorator } from '../metadata/index.js'
import type { HandshakeOptions } from '../server/index.js'
import type { ConnectionAuth } from './plain/authentication.js'

/** The options of `@WebSocketGateway`. Adapters have options of their own, which stand beside these. */
export interface GatewayOptions extends HandshakeOptions {
  /** Where clients connect. Default `/`. */
  readonly path?: string
  /** Behind the path: gateways of another namespace have other clients. On socket.io a pattern stands for all that match it. */
  readonly namespace?: string | RegExp
  readonly scope?: Scope
  /**
   * How clients show who they are. With it, the guards of the class are asked when a client connects, also where there is no
   * `handleConnection`, and one of them has to recognise it.
   */
  readonly auth?: ConnectionAuth
  readonly [option: string]: unknown
}

/** What `@WebSocketGateway` stores. */
export interface GatewayDeclaration {
  /** 0: the application's own server. */
  readonly port: number
  readonly options: GatewayOptions
}

/** What `@WebSocketGateway` stores. */
export const GatewayMetadata = defineDecorator({
  name: 'WebSocketGateway',
  on: ['class'],
  value: (declaration: GatewayDeclaration) => declaration,
  check: ({ port }) =>
    Number.isInteger(port) && port >= 0 && port <= 65_535 ? undefined : `its port ${port} is none`,
})

/**
 * Declares a gateway: a class whose methods answer messages. List it under `providers`.
 *
 * @param portOrOptions a port of its own, or options; of the application's own server by default
 * @param options behind a port
 * @example
 * @WebSocketGateway({ path: '/chat' })
 */
export function WebSocketGateway(
  portOrOptions: number | GatewayOptions = 0,
  options: GatewayOptions = {},
): AnyDecorator {
  const declaration =
    typeof portOrOptions === 'number' ? { port: portOrOptions, options } : { port: 0, options: portOrOptions }
  const note = GatewayMetadata(declaration)
  const { scope } = declaration.options
  const injectable = Injectable(scope === undefined ? {} : { scope })
  return (target, member, place) => {
    note(target, member, place)
    if (member !== undefined || place !== undefined) return
    injectable(target)
    if (declaration.options.auth !== undefined) ensureMethod(target, 'handleConnection')
  }
}

/**
 * Guards stand in front of methods: a class whose connections are guarded has one.
 *
 * @param target the class
 * @param name of the method
 */
export function ensureMethod(target: object, name: string): void {
  const { prototype } = target as { readonly prototype: Readonly<Record<string, unknown>> }
  if (typeof prototype[name] === 'function') return
  Object.defineProperty(prototype, name, { value: doNothing, configurable: true, writable: true })
}

function doNothing(): void {
  // its guards are what counts
}

/** What `@SubscribeMessage` stores. */
export interface Subscription {
  readonly event: string
}

const Subscriptions = defineDecorator({
  name: 'SubscribeMessage',
  on: ['method'],
  merge: 'append',
  value: (event: string): Subscription[] => [{ event }],
  check: ([one]) =>
    typeof one?.event === 'string' && one.event !== '' ? undefined : 'it needs the name of an event',
})

/**
 * Answers the messages of an event; several on one method answer several events.
 *
 * @param event its name
 */
export const SubscribeMessage = Subscriptions

/** Gets the server of the gateway, to send to its clients from anywhere: `@WebSocketServer() server: Server`. */
export const WebSocketServer = defineDecorator({
  name: 'WebSocketServer',
  on: ['property'],
  value: () => true,
})
