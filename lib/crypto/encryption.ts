import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { DecryptionFailed } from './errors.js'
import { deriveKey, type KeyRing } from './key-ring.js'

const CIPHER = 'aes-256-gcm'
const SALT = 16
const NONCE = 12
const TAG = 16
const VERSION = 'v1'

/**
 * Encrypts with authentication (AEAD), by keys that can be rotated. Each message has a key of its own, derived with a random salt, so
 * that there is no number of messages after which nonces would meet.
 *
 * @see NIST SP 800-38D (AES-GCM), RFC 5869 (HKDF)
 */
export class Encryption {
  /** @param keys the first encrypts, all of them decrypt */
  constructor(private readonly keys: KeyRing) {}

  /**
   * @param value text, or bytes
   * @param context what it belongs to (`user:42:iban`): it is of no use elsewhere, and is asked for again
   * @returns text of letters, digits, `.`, `-` and `_`
   */
  encrypt(value: string | Uint8Array, context = ''): string {
    const { current } = this.keys
    const head = `${VERSION}.${current.id}`
    const salt = randomBytes(SALT)
    const nonce = randomBytes(NONCE)
    const cipher = createCipheriv(CIPHER, deriveKey(current, 'encryption', salt), nonce)
    cipher.setAAD(associated(head, context))
    const sealed = [salt, nonce, cipher.update(value), cipher.final(), cipher.getAuthTag()]
    return `${head}.${Buffer.concat(sealed).toString('base64url')}`
  }

  /**
   * @param text as `encrypt` has given it
   * @param context as it was encrypted with
   * @throws {CorbelError} CORBEL_DECRYPTION_FAILED
   */
  decrypt(text: string, context = ''): string {
    return new TextDecoder().decode(this.decryptBytes(text, context))
  }

  /** As `decrypt`, for bytes. */
  decryptBytes(text: string, context = ''): Uint8Array {
    const [version, id, body, ...rest] = text.split('.')
    if (version !== VERSION || id === undefined || body === undefined || rest.length > 0)
      throw new DecryptionFailed({ reason: 'it is not encrypted, or cut off.' })
    const key = this.keys.get(id)
    if (key === undefined) throw new DecryptionFailed({ reason: `its key "${id}" is not in the key ring.` })
    const bytes = Buffer.from(body, 'base64url')
    const end = bytes.length - TAG
    if (end < SALT + NONCE) throw new DecryptionFailed({ reason: 'it is not encrypted, or cut off.' })
    const derived = deriveKey(key, 'encryption', bytes.subarray(0, SALT))
    const decipher = createDecipheriv(CIPHER, derived, bytes.subarray(SALT, SALT + NONCE), {
      authTagLength: TAG,
    })
    decipher.setAAD(associated(`${version}.${id}`, context)).setAuthTag(bytes.subarray(end))
    try {
      const opened = Buffer.concat([decipher.update(bytes.subarray(SALT + NONCE, end)), decipher.final()])
      return new Uint8Array(opened)
    } catch (error) {
      const reason = 'it was changed, was encrypted for something else, or by another key of the same name.'
      throw new DecryptionFailed({ reason }, { cause: error })
    }
  }

  /**
   * Whether a text was encrypted by an older key: encrypt its value anew, and the key can go some day.
   *
   * @param text as `encrypt` has given it
   */
  isOutdated(text: string): boolean {
    return text.split('.', 2)[1] !== this.keys.current.id
  }
}

/** Lengths in front, so that no two pairs are the same text. */
function associated(head: string, context: string): Buffer {
  return Buffer.from(`${head.length}:${head}${context}`)
}
