import { createHash, createSign, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { Encoder } from 'cbor-x'

const cbor = new Encoder({ mapsAsObjects: false, useRecords: false, tagUint8Array: false })

/** What one ceremony does differently: an attack, most of the time. */
export interface Ceremony {
  /** The page that asks. */
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly crossOrigin?: boolean
  /** Counter in the place of the next one. */
  readonly counter?: number
  /** Whether the authenticator has asked for a PIN. Default true. */
  readonly userVerified?: boolean
  readonly userPresent?: boolean
  readonly userHandle?: string | null
  readonly credentialId?: string
}

interface Options {
  readonly challenge: string
}

const text = (value: Uint8Array): string => Buffer.from(value).toString('base64url')
const sha256 = (value: string | Uint8Array): Buffer => createHash('sha256').update(value).digest()

/** An authenticator with one passkey, and the browser before it. */
export class SoftAuthenticator {
  readonly id = text(randomBytes(32))
  counter = 0
  userHandle = ''
  private readonly privateKey: KeyObject
  private readonly coseKey: Uint8Array

  constructor(
    private readonly origin = 'https://shop.example',
    private readonly rpId = 'shop.example',
  ) {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.privateKey = privateKey
    const { x, y } = publicKey.export({ format: 'jwk' }) as { x: string; y: string }
    this.coseKey = cbor.encode(
      new Map<number, unknown>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ]),
    )
  }

  /** `navigator.credentials.create()`, as JSON. */
  create(options: Options & { readonly user: { readonly id: string } }, ceremony: Ceremony = {}): object {
    this.userHandle = options.user.id
    const id = Buffer.from(this.id, 'base64url')
    const length = Buffer.alloc(2)
    length.writeUInt16BE(id.length)
    const authData = Buffer.concat([
      this.authData(ceremony, 0x40),
      Buffer.alloc(16),
      length,
      id,
      Buffer.from(this.coseKey),
    ])
    const attestation = cbor.encode(
      new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    )
    return {
      id: this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: text(this.clientData('webauthn.create', options, ceremony)),
        attestationObject: text(attestation),
        transports: ['internal'],
      },
    }
  }

  /** `navigator.credentials.get()`, as JSON. */
  get(options: Options, ceremony: Ceremony = {}): Record<string, unknown> {
    const clientData = this.clientData('webauthn.get', options, ceremony)
    const authData = this.authData(ceremony, 0)
    const signature = createSign('sha256')
      .update(Buffer.concat([authData, sha256(clientData)]))
      .sign(this.privateKey)
    const id = ceremony.credentialId ?? this.id
    const userHandle = ceremony.userHandle === undefined ? this.userHandle : ceremony.userHandle
    return {
      id,
      rawId: id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: text(clientData),
        authenticatorData: text(authData),
        signature: text(signature),
        ...(userHandle !== null && { userHandle }),
      },
    }
  }

  private clientData(type: string, { challenge }: Options, ceremony: Ceremony): Buffer {
    const { origin = this.origin, crossOrigin = false } = ceremony
    return Buffer.from(JSON.stringify({ type: ceremony.type ?? type, challenge, origin, crossOrigin }))
  }

  private authData(ceremony: Ceremony, more: number): Buffer {
    const { rpId = this.rpId, userVerified = true, userPresent = true } = ceremony
    this.counter = ceremony.counter ?? this.counter + 1
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(this.counter)
    const flags = (userPresent ? 1 : 0) | (userVerified ? 4 : 0) | more
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), counter])
  }
}
