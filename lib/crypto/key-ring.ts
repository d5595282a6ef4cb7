import { hkdfSync, randomBytes } from 'node:crypto'
import { CryptoKeysInvalid } from './errors.js'

const KEY_BYTES = 32
const FORM = /^([A-Za-z\d][\w-]{0,31}):([A-Za-z\d_-]{43})=?$/

/** One key of a ring. */
export interface RingKey {
  readonly id: string
  readonly bytes: Uint8Array
}

/**
 * The keys of an application: the first makes new things, all of them read what they have made. To rotate, put a new one in front,
 * and take the old one away when nothing of it is left.
 *
 * @example
 * const keys = KeyRing.parse(process.env.APP_KEYS) // 2026b:…,2025a:…
 */
export class KeyRing {
  private readonly byId: ReadonlyMap<string, RingKey>

  /**
   * @param keys the newest first; `id:` and 32 bytes in base64url, as `generateKey()` makes them
   * @throws {CorbelError} CORBEL_CRYPTO_KEYS_INVALID
   */
  constructor(keys: readonly string[]) {
    const read = keys.map(readKey)
    this.byId = new Map(read.map((key) => [key.id, key]))
    if (read.length === 0) throw new CryptoKeysInvalid({ problem: 'there is none.' })
    if (this.byId.size < read.length) throw new CryptoKeysInvalid({ problem: 'two have the same id.' })
  }

  /**
   * Reads keys from one line, as an environment variable has them.
   *
   * @param text keys between commas or blanks
   * @throws {CorbelError} CORBEL_CRYPTO_KEYS_INVALID, also where there is no text
   */
  static parse(text: string | undefined): KeyRing {
    return new KeyRing((text ?? '').split(/[\s,]+/).filter(Boolean))
  }

  /** The key that makes new things. */
  get current(): RingKey {
    return this.byId.values().next().value!
  }

  /** @returns undefined for a key that is not (or not any more) among them */
  get(id: string): RingKey | undefined {
    return this.byId.get(id)
  }
}

/**
 * Makes a key for a ring.
 *
 * @param id letters, digits, `-` and `_`. Default: the date, and something random
 */
export function generateKey(
  id = `${new Date().toISOString().slice(0, 10)}-${randomBytes(3).toString('hex')}`,
): string {
  const key = `${id}:${randomBytes(KEY_BYTES).toString('base64url')}`
  readKey(key)
  return key
}

/**
 * A key for one purpose: what is made for one is worth nothing for another.
 *
 * @param key of the ring
 * @param purpose a fixed text
 * @param salt of one message; none by default
 * @see RFC 5869
 */
export function deriveKey(
  { bytes }: RingKey,
  purpose: string,
  salt: Uint8Array = new Uint8Array(),
): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', bytes, salt, `corbel ${purpose}`, KEY_BYTES))
}

function readKey(text: string): RingKey {
  const [, id, value] = FORM.exec(text) ?? []
  // the key itself stands in no message
  if (id === undefined || value === undefined)
    throw new CryptoKeysInvalid({
      problem: 'one is not written as an id, a colon, and 32 bytes in base64url.',
    })
  const bytes = Buffer.from(value, 'base64url')
  if (new Set(bytes).size < 8) throw new CryptoKeysInvalid({ problem: `the key "${id}" is not random.` })
  return { id, bytes }
}
