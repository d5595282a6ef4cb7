import type { ExtensionOffer } from './extension-header.js'

/** How messages are compressed. */
export interface DeflateOptions {
  /** Messages below this size are sent as they are, in bytes. Default 1024. */
  readonly threshold?: number
  /**
   * Whether what was sent before is remembered, which compresses small alike messages better, and costs up to 300 KiB a
   * connection. Default false: each message stands for itself, and one that goes to many is compressed once.
   */
  readonly contextTakeover?: boolean
  /** The same for what clients send. Default false: they are asked to have each message stand for itself. */
  readonly clientContextTakeover?: boolean
  /** 1 (fastest) to 9 (smallest). Default 6. */
  readonly level?: number
}

/** What both sides have agreed on (RFC 7692 §7.1). */
export interface DeflateAgreement {
  readonly threshold: number
  readonly level: number
  /** What the server sends refers to what it has sent before. */
  readonly serverTakeover: boolean
  readonly clientTakeover: boolean
  /** Base-2 logarithm of the window that the server compresses with, 9–15. */
  readonly serverWindowBits: number
  /** The value of the answer's Sec-WebSocket-Extensions. */
  readonly header: string
}

const NAME = 'permessage-deflate'

/**
 * zlib has no window of 256 bytes. Of one of 512 it leaves the farthest 262 unused, so that it refers to 250 bytes at most, and
 * who has 256 can read that.
 */
const SMALLEST_WINDOW_BITS = 9

/**
 * Takes the first offer that can be met.
 *
 * @param offers as the client has made them, best first
 * @param options of the server
 * @returns undefined if there is none: messages are sent as they are
 * @see RFC 7692 §7.1: an offer with a parameter that is unknown or has an invalid value has to be declined
 */
export function agreeOnDeflate(
  offers: readonly ExtensionOffer[],
  options: DeflateOptions,
): DeflateAgreement | undefined {
  for (const { name, parameters } of offers) {
    const agreement = name === NAME ? answer(parameters, options) : undefined
    if (agreement !== undefined) return agreement
  }
  return undefined
}

function answer(
  offer: ReadonlyMap<string, string | true>,
  options: DeflateOptions,
): DeflateAgreement | undefined {
  let serverTakeover = options.contextTakeover ?? false
  let clientTakeover = options.clientContextTakeover ?? false
  let agreedBits = 15
  for (const [key, value] of offer) {
    switch (key) {
      case 'server_no_context_takeover':
        if (value !== true) return undefined
        serverTakeover = false
        break
      case 'client_no_context_takeover':
        if (value !== true) return undefined
        clientTakeover = false
        break
      case 'server_max_window_bits': {
        const bits = windowBits(value)
        if (bits === undefined) return undefined
        agreedBits = bits
        break
      }
      case 'client_max_window_bits':
        // only says that the server might ask for less: any window can be read
        if (value !== true && windowBits(value) === undefined) return undefined
        break
      default:
        return undefined
    }
  }
  const header = [
    NAME,
    ...(serverTakeover ? [] : ['server_no_context_takeover']),
    ...(clientTakeover ? [] : ['client_no_context_takeover']),
    ...(offer.has('server_max_window_bits') ? [`server_max_window_bits=${agreedBits}`] : []),
  ].join('; ')
  const { threshold = 1024, level = 6 } = options
  const serverWindowBits = Math.max(agreedBits, SMALLEST_WINDOW_BITS)
  return { threshold, level, serverTakeover, clientTakeover, serverWindowBits, header }
}

/** RFC 7692 §7.1.2: 8 to 15, without leading zeros. */
function windowBits(value: string | true): number | undefined {
  return value !== true && /^([89]|1[0-5])$/.test(value) ? Number(value) : undefined
}
