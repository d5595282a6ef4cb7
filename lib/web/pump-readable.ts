import { finished, type Readable } from 'node:stream'
import { encodeUtf8 } from '../common/index.js'
import type { ResponseSink } from '../http/index.js'

/**
 * Writes a Node stream to a sink as fast as its reader takes it: chunks go on as they come, where an iteration would join
 * those that have come meanwhile.
 *
 * @param source nobody else reads it; it is destroyed if the answer breaks off
 * @param sink to write to
 * @param begin sends the head: called before the first bytes, or at the end of a stream without any
 * @returns rejects with what the source fails by, unless the client has gone, and with what the sink refuses
 */
export function pumpReadable(source: Readable, sink: ResponseSink, begin: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let hasBegun = false
    let isOver = false
    const attempt = (step: () => void): void => {
      if (isOver) return
      try {
        if (!hasBegun) begin()
        hasBegun = true
        step()
      } catch (error) {
        isOver = true
        reject(error)
        source.destroy()
      }
    }
    const go = (): void => void source.resume()
    // the client has gone: whoever waits for the sink's end destroys the source
    const stay = (): void => {}
    finished(source, { writable: false }, (error) => {
      if (sink.state === 'aborted') return resolve()
      if (error !== null && error !== undefined) return reject(error)
      attempt(() => sink.end())
      resolve()
    })
    source.on('data', (chunk: Uint8Array | string) =>
      attempt(() => {
        if (sink.write(typeof chunk === 'string' ? encodeUtf8(chunk) : chunk)) return
        source.pause()
        sink.drained().then(go, stay)
      }),
    )
  })
}
