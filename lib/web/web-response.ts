import { HttpResponse, type Exchange } from '../http/index.js'
import { openFile, type SendFileOptions } from './send-file.js'
import { pump } from './stream.js'

/** The response of a controller's handler: what every response has, and files. */
export class WebResponse extends HttpResponse {
  /**
   * @param exchange to answer
   * @param status what the route answers with unless it is changed
   * @param onError answers where a file cannot be sent
   */
  constructor(
    exchange: Exchange,
    status: number | undefined,
    private readonly onError: (error: unknown) => void,
  ) {
    super(exchange, status)
  }

  /**
   * Answers with a file; 404 if there is none.
   *
   * @param path absolute, or relative to `root`
   * @param optionsOrDone root folder and headers, or the callback
   * @param done called at the end; it then answers errors itself
   */
  sendFile(
    path: string,
    optionsOrDone: SendFileOptions | ((error?: unknown) => void) = {},
    done: ((error?: unknown) => void) | undefined = typeof optionsOrDone === 'function'
      ? optionsOrDone
      : undefined,
  ): void {
    const options = typeof optionsOrDone === 'function' ? {} : optionsOrDone
    void this.pumpFile(path, options).then(() => done?.(), done ?? this.onError)
  }

  private async pumpFile(path: string, options: SendFileOptions): Promise<void> {
    const { length, chunks } = await openFile(this, path, options)
    const { outlet } = this
    outlet.head(this.statusCode, this.headers, length)
    await pump(outlet, chunks)
  }
}
