import { loadSplitter, type MultipartSplitter } from './busboy.js'
import { limitExceeded, malformed, refusal, UploadTooLarge } from './errors.js'
import { Inbox, PartBody, type Part } from './inbox.js'
import type { UploadSettings } from './options.js'
import { readPartHead } from './part-head.js'

/**
 * Takes a multipart body apart, as fast as its parts are read. Whatever is wrong with it ends the part that is being read
 * and the iteration.
 *
 * @param chunks the body
 * @param boundary between its parts
 * @param limits how many parts, how large
 * @throws {HttpException} 400 for malformed bodies and too many parts, 413 for too many bytes
 * @see RFC 7578, RFC 2046 §5.1
 */
export async function* partsOf(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string,
  limits: UploadSettings['limits'],
): AsyncGenerator<Part> {
  const Splitter = loadSplitter()
  const { headerPairs, headerSize } = limits
  const splitter = new Splitter({ boundary, maxHeaderPairs: headerPairs, maxHeaderSize: headerSize })
  const inbox = new Inbox()
  collectParts(splitter, inbox, limits.parts)
  // not awaited: it may stand at a chunk that the client never sends, and it ends by itself
  void feed(splitter, chunks, inbox, limits.total)
  try {
    for (let part = await inbox.next(); part !== undefined; part = await inbox.next()) {
      yield part
      await part.body.skip()
    }
  } finally {
    inbox.close()
  }
}

function collectParts(splitter: MultipartSplitter, inbox: Inbox, limit: number): void {
  let count = 0
  let headless = false
  splitter.on('part', (raw) => {
    // the splitter tells of the same errors
    raw.on('error', () => undefined)
    if (headless) return inbox.fail(malformed('Malformed part header'))
    if (++count > limit) return inbox.fail(limitExceeded('Too many parts', 'parts', limit))
    headless = true
    const body = new PartBody(raw, inbox)
    raw.on('header', (fields) => {
      headless = false
      try {
        inbox.push({ head: readPartHead(fields), body })
      } catch (error) {
        inbox.fail(error)
      }
    })
  })
  splitter.on('error', (error) => inbox.fail(malformed('Unexpected end of form', error)))
  splitter.on('finish', () => {
    if (headless) inbox.fail(malformed('Malformed part header'))
    else inbox.end()
  })
}

async function feed(
  splitter: MultipartSplitter,
  chunks: AsyncIterable<Uint8Array>,
  inbox: Inbox,
  limit: number,
): Promise<void> {
  let size = 0
  try {
    for await (const chunk of chunks) {
      size += chunk.length
      if (size > limit) throw refusal(new UploadTooLarge({ limit }), 'Request body too large')
      if (!inbox.closed && splitter.writable && !splitter.write(chunk))
        await inbox.until((go) => splitter.once('drain', go))
      if (inbox.closed) return
    }
    splitter.end()
  } catch (error) {
    inbox.fail(error)
  }
}
