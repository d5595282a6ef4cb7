import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import type { CookieSeals } from '../../http/index.js'

const SIGNED = 's:'
const ENCRYPTED = 'e:'
const CIPHER = 'aes-256-gcm'
const NONCE_SIZE = 12
const TAG_SIZE = 16

interface Keys {
  readonly signing: Uint8Array
  readonly encryption: Uint8Array
}

/** Signs and encrypts with the first secret, and reads what any of them has made. */
export class SecretSeals implements CookieSeals {
  private readonly keys: readonly Keys[]

  /** @param secrets one at least; the newest first */
  constructor(secrets: readonly string[]) {
    this.keys = secrets.map((secret) => ({
      signing: derive(secret, 'cookie signature'),
      encryption: derive(secret, 'cookie encryption'),
    }))
  }

  sign(name: string, value: string): string {
    return `${SIGNED}${value}.${macOf(this.keys[0]!, name, value).toString('base64url')}`
  }

  unsign(name: string, text: string): string | false {
    const dot = text.lastIndexOf('.')
    if (!text.startsWith(SIGNED) || dot < SIGNED.length) return false
    const value = text.slice(SIGNED.length, dot)
    const mac = Buffer.from(text.slice(dot + 1), 'base64url')
    const isRight = this.keys.some((keys) => {
      const expected = macOf(keys, name, value)
      return expected.length === mac.length && timingSafeEqual(expected, mac)
    })
    return isRight ? value : false
  }

  encrypt(name: string, value: unknown, expires: number): string {
    const nonce = randomBytes(NONCE_SIZE)
    const cipher = createCipheriv(CIPHER, this.keys[0]!.encryption, nonce).setAAD(Buffer.from(name))
    // browsers forget a cookie that has expired; who has copied it does not
    const content = JSON.stringify([value, expires])
    const bytes = Buffer.concat([nonce, cipher.update(content, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return ENCRYPTED + bytes.toString('base64url')
  }

  decrypt(name: string, text: string): unknown {
    if (!text.startsWith(ENCRYPTED)) return undefined
    const bytes = Buffer.from(text.slice(ENCRYPTED.length), 'base64url')
    if (bytes.length < NONCE_SIZE + TAG_SIZE) return undefined
    for (const keys of this.keys) {
      const content = open(keys.encryption, name, bytes)
      if (content === undefined) continue
      const [value, expires] = JSON.parse(content) as [unknown, number]
      return expires !== 0 && expires < Date.now() ? undefined : value
    }
    return undefined
  }
}

function derive(secret: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, '', `corbel ${purpose}`, 32))
}

/** Bound to the name: a value that was signed for one cookie is worth nothing in another. */
function macOf({ signing }: Keys, name: string, value: string): Buffer {
  return createHmac('sha256', signing).update(`${name}=${value}`).digest()
}

function open(key: Uint8Array, name: string, bytes: Buffer): string | undefined {
  const end = bytes.length - TAG_SIZE
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_SIZE), { authTagLength: TAG_SIZE })
  decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(end))
  try {
    return decipher.update(bytes.subarray(NONCE_SIZE, end), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    return undefined
  }
}
