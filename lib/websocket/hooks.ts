/** A gateway that wants its server as soon as there is one. */
export interface OnGatewayInit<T = unknown> {
  afterInit(server: T): unknown
}

/** A gateway that hears of each client; what it throws, or a guard of it says no to, refuses the connection. */
export interface OnGatewayConnection<T = unknown> {
  handleConnection(client: T, ...values: never[]): unknown
}

/** A gateway that hears of each client that has gone. */
export interface OnGatewayDisconnect<T = unknown> {
  handleDisconnect(client: T, reason?: string): unknown
}
