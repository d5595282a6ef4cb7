import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { generateKey } from '../key-ring.js'

const USAGE = `corbel-keygen [kind] [id]: prints new keys, and keeps nothing.

  ring      a key for KeyRing (encryption, signed URLs and tokens): id:…   (the default)
  secret    a secret of 32 bytes for cookies, sessions and HS256 tokens
  es256     a key pair for JWT by ES256, as PEM
  ed25519   a key pair for JWT by EdDSA, as PEM
  rs256     a key pair for JWT by RS256, as PEM
`

/**
 * What the command prints.
 *
 * @param args of the command line
 * @returns the text, and whether it was asked for
 */
export function keygen([kind = 'ring', id]: readonly string[]): {
  readonly text: string
  readonly ok: boolean
} {
  switch (kind) {
    case 'ring':
      return { text: `${generateKey(id)}\n`, ok: true }
    case 'secret':
      return { text: `${randomBytes(32).toString('base64url')}\n`, ok: true }
    case 'es256':
      return { text: pem(generateKeyPairSync('ec', { namedCurve: 'P-256' })), ok: true }
    case 'ed25519':
      return { text: pem(generateKeyPairSync('ed25519')), ok: true }
    case 'rs256':
      return { text: pem(generateKeyPairSync('rsa', { modulusLength: 3072 })), ok: true }
    default:
      return { text: USAGE, ok: kind === 'help' || kind === '--help' || kind === '-h' }
  }
}

function pem({
  privateKey,
  publicKey,
}: {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}): string {
  const [own, open] = [
    privateKey.export({ type: 'pkcs8', format: 'pem' }),
    publicKey.export({ type: 'spki', format: 'pem' }),
  ]
  return `${own.toString()}${open.toString()}`
}
