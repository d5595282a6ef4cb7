import { createHmac } from 'node:crypto'
import { safeEqual } from './compare.js'
import { SignatureExpired, SignatureInvalid } from './errors.js'
import { deriveKey, type KeyRing } from './key-ring.js'

/** Milliseconds since 1970. */
export type Now = () => number

/**
 * Signs texts (HMAC-SHA-256) by keys that can be rotated.
 *
 * @see RFC 2104
 */
export class Signing {
  /** @param keys the first signs, all of them verify */
  constructor(private readonly keys: KeyRing) {}

  /**
   * @param text to be signed
   * @param purpose a signature for one is worth nothing for another
   * @returns the key's id and the signature: `id.…`, which may stand in a URL
   */
  sign(text: string, purpose: string): string {
    const { current } = this.keys
    return `${current.id}.${mac(deriveKey(current, `signature ${purpose}`), text)}`
  }

  /**
   * @param text that was signed
   * @param signature as `sign` has given it
   * @param purpose as it was signed for
   */
  verify(text: string, signature: string, purpose: string): boolean {
    const [id = '', value = '', ...rest] = signature.split('.')
    const key = this.keys.get(id)
    if (key === undefined || rest.length > 0) return false
    return safeEqual(value, mac(deriveKey(key, `signature ${purpose}`), text))
  }
}

/** How long something that is signed is good. */
export interface SignedOptions {
  /** Seconds. Default 15 minutes. */
  readonly expiresIn?: number
}

const DEFAULT_LIFETIME = 900

/** Tokens that carry what they are about, signed and for a while: nothing is stored. What has to be good once needs a store. */
export class SignedTokens {
  private readonly signing: Signing

  /**
   * @param keys of the application
   * @param now the time, for tests
   */
  constructor(
    keys: KeyRing,
    private readonly now: Now = Date.now,
  ) {
    this.signing = new Signing(keys)
  }

  /**
   * @param purpose a token of one is worth nothing for another: `unsubscribe`
   * @param content what `verify` gives; what JSON has. Everybody can read it
   * @param options `expiresIn`
   */
  issue(purpose: string, content: unknown, { expiresIn = DEFAULT_LIFETIME }: SignedOptions = {}): string {
    const expires = Math.floor(this.now() / 1000) + expiresIn
    const text = Buffer.from(JSON.stringify([expires, content])).toString('base64url')
    return `${text}.${this.signing.sign(text, `token ${purpose}`)}`
  }

  /**
   * @param purpose as it was issued for
   * @param token from the client
   * @throws {CorbelError} CORBEL_SIGNATURE_INVALID, CORBEL_SIGNATURE_EXPIRED (both 403)
   */
  verify<T = unknown>(purpose: string, token: unknown): T {
    if (typeof token !== 'string') throw new SignatureInvalid({})
    const dot = token.indexOf('.')
    const text = token.slice(0, Math.max(0, dot))
    if (!this.signing.verify(text, token.slice(dot + 1), `token ${purpose}`)) throw new SignatureInvalid({})
    const [expires, content] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [number, T]
    assertAlive(expires, this.now)
    return content
  }
}

/**
 * @param expires seconds since 1970
 * @param now milliseconds since 1970
 * @throws {CorbelError} CORBEL_SIGNATURE_EXPIRED
 */
export function assertAlive(expires: number, now: Now): void {
  const end = expires * 1000
  // what is no number is over, too
  if (!(end > now())) throw new SignatureExpired({ expiredAt: new Date(Number.isFinite(end) ? end : 0) })
}

function mac(key: Uint8Array, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}
