import { Readable } from 'node:stream'
import { FileTooLarge, limitExceeded, malformed, refusal } from './errors.js'
import type { FileInfo } from './file.js'
import type { Part } from './inbox.js'
import type { UploadSettings } from './options.js'
import { originalName, type PartHead } from './part-head.js'

/** The bytes of a file on their way in. */
export interface OpenFile {
  readonly stream: Readable
  /** Throws what has ended the stream too early: whoever reads it may have taken what came for the whole file. */
  assertWhole(): void
}

/** Reads the parts of one upload, and counts them: every limit is held here. */
export class PartReader {
  private fieldCount = 0
  private fileCount = 0
  private textSize = 0

  constructor(private readonly settings: Pick<UploadSettings, 'limits' | 'preservePath'>) {}

  /**
   * Reads a text field.
   *
   * @throws {HttpException} 400 for one too many, for values that are too long, and for what is not in its charset
   */
  async text({ head, body }: Part): Promise<string> {
    this.checkName(head)
    const { fields, fieldSize, textSize } = this.settings.limits
    const { name } = head
    if (++this.fieldCount > fields) throw limitExceeded('Too many fields', 'fields', fields)
    this.textSize += name.length
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of body) {
      size += chunk.length
      if (size > fieldSize) throw limitExceeded('Field value too long', 'fieldSize', fieldSize, name)
      if (this.textSize + size > textSize) throw limitExceeded('Fields too large', 'textSize', textSize, name)
      chunks.push(chunk)
    }
    this.textSize += size
    return decode(Buffer.concat(chunks), head.charset, name)
  }

  /**
   * What a part says of its file.
   *
   * @returns undefined where a form was sent without choosing a file
   * @throws {HttpException} 400 for one too many, and for names that are too long
   */
  file({ head }: Part): FileInfo | undefined {
    this.checkName(head)
    const { files, fileNameSize } = this.settings.limits
    const { name, filename = '', mimetype, encoding } = head
    if (filename === '') return undefined
    if (++this.fileCount > files) throw limitExceeded('Too many files', 'files', files)
    if (Buffer.byteLength(filename) > fileNameSize)
      throw limitExceeded('File name too long', 'fileNameSize', fileNameSize, name)
    const originalname = originalName(filename, this.settings.preservePath)
    return { fieldname: name, originalname, encoding, mimetype }
  }

  /** Opens the file of a part. Its stream fails where the file is too large. */
  open({ head, body }: Part): OpenFile {
    let failure: { readonly error: unknown } | undefined
    const bytes = bounded(body, this.settings.limits.fileSize, head.name, (error) => (failure = { error }))
    const stream = Readable.from(bytes, { objectMode: false })
    // one that nobody listens to must not end the process: the error is thrown by `assertWhole`
    stream.on('error', () => undefined)
    return {
      stream,
      assertWhole() {
        if (failure !== undefined) throw failure.error
      },
    }
  }

  private checkName({ name }: PartHead): void {
    const { fieldNameSize } = this.settings.limits
    if (Buffer.byteLength(name) > fieldNameSize)
      throw limitExceeded('Field name too long', 'fieldNameSize', fieldNameSize)
  }
}

async function* bounded(
  body: AsyncIterable<Uint8Array>,
  limit: number,
  field: string,
  fail: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  let size = 0
  try {
    for await (const chunk of body) {
      size += chunk.length
      if (size > limit) throw refusal(new FileTooLarge({ field, limit }), 'File too large')
      yield chunk
    }
  } catch (error) {
    fail(error)
    throw error
  }
}

function decode(bytes: Uint8Array, charset: string, field: string): string {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw malformed(`the field "${field}" is not valid ${charset}`, error)
  }
}
