import { HeaderList, type Exchange } from '../../../lib/http/index.js'

const TEXT = HeaderList.from({ 'content-type': 'text/plain' }).freeze()

/** Answers 200 with text. */
export function reply(exchange: Exchange, text: string): void {
  exchange.sink.head(200, TEXT, Buffer.byteLength(text))
  exchange.sink.end(text)
}
