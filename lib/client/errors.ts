/** Why something did not work out, for programs. */
export type ClientErrorCode =
  'closed' | 'disconnected' | 'exception' | 'overflow' | 'queue-full' | 'timeout' | 'unavailable'

/** An error of the client: by its `code` programs know what it is. */
export class ClientError extends Error {
  override readonly name = 'ClientError'

  /**
   * @param code `exception`: the server has refused, and `data` is what it says; `disconnected`: the connection was lost, and
   *   nobody knows whether the server has done it; `closed`, `queue-full`: it was not sent; `timeout`: there was no answer;
   *   `overflow`: a stream was read too slowly; `unavailable`: an attempt to connect has failed
   * @param message in English
   * @param data what the server says
   */
  constructor(
    readonly code: ClientErrorCode,
    message: string,
    readonly data?: unknown,
  ) {
    super(message)
  }
}
