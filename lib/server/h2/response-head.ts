import type { HeaderList } from '../../http/index.js'
import type { HpackEncoder } from './hpack/index.js'

/** Of single connections in HTTP/1.1, or the engine's to write (RFC 9113 §8.2.2). */
const LEFT_OUT = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

/** Lengths up to this one are encoded once. */
const KNOWN_LENGTHS = 4096

const lengths: (string | undefined)[] = Array.from({ length: KNOWN_LENGTHS }, () => undefined)

/** What the encoder has made of a list that does not change; the same as long as its indices mean the same. */
interface Encoded {
  readonly list: HeaderList
  readonly status: number
  readonly date: string
  readonly version: number
  readonly text: string
}

/** Heads of so many kinds are kept for a connection. */
const KINDS = 4

/** Encodes the heads of one connection's responses. */
export class ResponseHeads {
  private readonly known: Encoded[] = []
  private oldest = 0

  constructor(
    private readonly encoder: HpackEncoder,
    private readonly clock: { readonly date: string },
  ) {}

  /**
   * Encodes the head of a final answer.
   *
   * @param status 200–599
   * @param headers fields that HTTP/2 does not have are left out
   * @param contentLength undefined for none
   */
  final(status: number, headers: HeaderList, contentLength: number | undefined): string {
    const resized = this.encoder.begin()
    const text = headers.frozen ? this.shared(status, headers) : this.encode(status, headers)
    return contentLength === undefined ? resized + text : resized + text + this.length(contentLength)
  }

  /** Encodes the head of an interim answer. */
  interim(status: number, headers: HeaderList): string {
    return this.encoder.begin() + this.encoder.status(status) + this.fields(headers)
  }

  /** Encodes trailers. */
  trailers(headers: HeaderList): string {
    return this.encoder.begin() + this.fields(headers)
  }

  /** All of the head but its length, kept if the next one can be the same. */
  private shared(status: number, list: HeaderList): string {
    const { encoder, known, clock } = this
    const { version } = encoder
    const { date } = clock
    for (const one of known) {
      if (one.list === list && one.version === version && one.status === status && one.date === date)
        return one.text
    }
    const text = flat(this.encode(status, list))
    if (version !== encoder.version) return text
    known[this.oldest] = { list, status, date, version, text }
    this.oldest = (this.oldest + 1) % KINDS
    return text
  }

  private encode(status: number, headers: HeaderList): string {
    const { encoder } = this
    const text = encoder.status(status) + this.fields(headers)
    return headers.has('date') ? text : text + encoder.field('date', this.clock.date)
  }

  private fields({ flat: all }: HeaderList): string {
    let text = ''
    for (let i = 0; i < all.length; i += 2) {
      const name = all[i]!
      if (!LEFT_OUT.has(name)) text += this.encoder.field(name, all[i + 1]!)
    }
    return text
  }

  private length(value: number): string {
    if (value >= KNOWN_LENGTHS) return this.encoder.field('content-length', String(value))
    // never indexed by position in the dynamic table, so that the text is the same on all connections
    return (lengths[value] ??= this.encoder.field('content-length', String(value)))
  }
}

/** The same text in one piece: joined text is a tree, which is walked for each answer that it is a part of. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
