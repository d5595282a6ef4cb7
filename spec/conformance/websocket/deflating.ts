import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from 'node:zlib'
import { widestDistance } from './distances.js'
import { fragments, OP, RSV, type ReadFrame } from './frames.js'

const TAIL = Buffer.from([0x00, 0x00, 0xff, 0xff])

/** What a client has agreed on with a server (RFC 7692 §7.1). */
export interface Agreed {
  readonly serverTakeover: boolean
  readonly clientTakeover: boolean
  readonly serverBits: number
  readonly clientBits: number
}

/**
 * Reads the answer of a server, and insists on its rules.
 *
 * @param header its Sec-WebSocket-Extensions
 * @see RFC 7692 §7.1
 */
export function readAgreement(header: string | undefined): Agreed {
  const [name, ...parameters] = (header ?? '').split(';').map((part) => part.trim())
  if (name !== 'permessage-deflate') throw new Error(`"${header}" is no permessage-deflate`)
  const found = new Map(parameters.map((one) => [one.split('=')[0]!, one.split('=')[1]] as const))
  if (found.size < parameters.length) throw new Error(`"${header}" has a parameter twice`)
  const bits = (key: string): number => {
    if (!found.has(key)) return 15
    const value = Number(found.get(key))
    if (!(value >= 8 && value <= 15)) throw new Error(`"${header}" has no valid ${key}`)
    return value
  }
  return {
    serverTakeover: !found.has('server_no_context_takeover'),
    clientTakeover: !found.has('client_no_context_takeover'),
    serverBits: bits('server_max_window_bits'),
    clientBits: bits('client_max_window_bits'),
  }
}

/** The compression of a client that keeps to what was agreed on, to the last byte of the window. */
export class ClientDeflate {
  private deflater: DeflateRaw | undefined
  private inflater: InflateRaw | undefined

  constructor(private readonly agreed: Agreed) {}

  /** The frames of a message, compressed. */
  async message(opcode: number, content: Uint8Array, size = Infinity): Promise<Buffer[]> {
    const { clientTakeover, clientBits } = this.agreed
    if (!clientTakeover) this.deflater = undefined
    this.deflater ??= createDeflateRaw({ windowBits: Math.max(clientBits, 9) })
    const compressed = await flushed(this.deflater, [content], constants.Z_SYNC_FLUSH)
    return fragments(opcode, compressed.subarray(0, -4), size, RSV.RSV1)
  }

  /** The content of the frames of one message of the server. */
  async content(frames: readonly ReadFrame[]): Promise<Buffer> {
    const payload = Buffer.concat(frames.map((one) => one.payload))
    const [first, ...others] = frames
    if (first === undefined || others.some(({ rsv, opcode }) => rsv !== 0 || opcode !== OP.CONTINUED))
      throw new Error('RSV1 is for the first frame of a message (RFC 7692 §6)')
    if (first.rsv === 0) return payload
    if (first.rsv !== RSV.RSV1) throw new Error('a frame has other reserved bits')
    const { serverTakeover, serverBits } = this.agreed
    if (!serverTakeover) this.inflater = undefined
    // with little room for what comes out, what is referred to has to be in the window
    this.inflater ??= createInflateRaw({ windowBits: serverBits, ...(serverBits < 10 && { chunkSize: 64 }) })
    if (serverBits < 12) checkWindow(payload, serverBits)
    return flushed(this.inflater, [payload, TAIL], constants.Z_SYNC_FLUSH)
  }
}

function checkWindow(payload: Uint8Array, bits: number): void {
  const { widest } = widestDistance(Buffer.concat([payload, TAIL]))
  if (widest > 2 ** bits) throw new Error(`a reference to ${widest} bytes before, with ${bits} bits`)
}

function flushed(
  stream: DeflateRaw | InflateRaw,
  input: readonly Uint8Array[],
  flush: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = []
    const take = (part: Buffer): void => void parts.push(part)
    stream.on('data', take).once('error', reject)
    for (const bytes of input) stream.write(bytes)
    stream.flush(flush, () => {
      stream.off('data', take).off('error', reject)
      resolve(Buffer.concat(parts))
    })
  })
}
