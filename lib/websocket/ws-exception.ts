/** An error that the client is told of: as a text, or as an object of which the message is taken. */
export class WsException extends Error {
  /** @param error what the client gets */
  constructor(private readonly error: string | object) {
    super(typeof error === 'string' ? error : messageOf(error))
    this.name = 'WsException'
  }

  getError(): string | object {
    return this.error
  }
}

function messageOf(error: object): string {
  const { message } = error as { readonly message?: unknown }
  return typeof message === 'string' ? message : 'WsException'
}
