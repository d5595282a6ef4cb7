import { randomBytes } from 'node:crypto'
import type { MaybePromise } from '../common/index.js'
import { Encryption } from './encryption.js'
import { DecryptionFailed } from './errors.js'
import { KeyRing } from './key-ring.js'

/** Encrypts keys: a key management service, or `Encryption`. */
export interface KeyWrapper {
  /** @returns text without blanks; it need not be of any form */
  wrap(key: Uint8Array, context: string): MaybePromise<string>
  unwrap(wrapped: string, context: string): MaybePromise<Uint8Array>
}

/**
 * Envelope encryption: each value has a key of its own, which a key management service encrypts. The service never sees values, and
 * rotating its key touches keys alone.
 */
export class EnvelopeEncryption {
  /** @param wrapper encrypts the keys of values */
  constructor(private readonly wrapper: KeyWrapper) {}

  /**
   * @param value text, or bytes
   * @param context what it belongs to; asked for again
   */
  async encrypt(value: string | Uint8Array, context = ''): Promise<string> {
    const key = randomBytes(32)
    const wrapped = await this.wrapper.wrap(key, context)
    return `e1.${Buffer.from(wrapped).toString('base64url')}.${inner(key).encrypt(value, context)}`
  }

  /**
   * @param text as `encrypt` has given it
   * @param context as it was encrypted with
   * @throws {CorbelError} CORBEL_DECRYPTION_FAILED; errors of the service stay what they are
   */
  async decrypt(text: string, context = ''): Promise<string> {
    const [, wrapped, sealed] = /^e1\.([\w-]+)\.(.+)$/.exec(text) ?? []
    if (wrapped === undefined || sealed === undefined)
      throw new DecryptionFailed({ reason: 'it is no envelope, or cut off.' })
    const key = await this.wrapper.unwrap(Buffer.from(wrapped, 'base64url').toString(), context)
    return inner(key).decrypt(sealed, context)
  }
}

/**
 * Wraps keys by a key ring of the application, where there is no key management service.
 *
 * @param encryption of the application
 */
export function localKeyWrapper(encryption: Encryption): KeyWrapper {
  return {
    wrap: (key, context) => encryption.encrypt(key, `key of ${context}`),
    unwrap: (wrapped, context) => encryption.decryptBytes(wrapped, `key of ${context}`),
  }
}

function inner(key: Uint8Array): Encryption {
  return new Encryption(new KeyRing([`e:${Buffer.from(key).toString('base64url')}`]))
}
