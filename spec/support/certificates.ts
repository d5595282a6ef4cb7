import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/** What a certificate is to say. */
export interface CertificateRequest {
  /** The common name. */
  readonly name: string
  /** Host names that it is for. */
  readonly hosts?: readonly string[]
  /** Who signs it. Default: itself. */
  readonly issuer?: TestCertificate
  /** May sign others. */
  readonly authority?: boolean
  readonly validFrom?: Date
  readonly validTo?: Date
}

/** A certificate for tests, with its key, both as PEM. */
export interface TestCertificate {
  readonly name: string
  readonly key: string
  readonly cert: string
  readonly privateKey: KeyObject
}

const DAY = 86_400_000

/** Makes an X.509 certificate (RFC 5280) for a new P-256 key: Node can read them, not make them. */
export function createCertificate(request: CertificateRequest): TestCertificate {
  const { name, hosts = [], authority = false } = request
  const { validFrom = new Date(Date.now() - DAY), validTo = new Date(Date.now() + 365 * DAY) } = request
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { issuer = { name, privateKey } } = request
  const spki = publicKey.export({ type: 'spki', format: 'der' })
  const keyId = createHash('sha1').update(spki).digest()
  const extensions = [
    extension('551d0e', octets(keyId)),
    extension('551d13', authority ? sequence(boolean(true)) : sequence(), authority),
  ]
  if (hosts.length > 0) {
    extensions.push(extension('551d11', sequence(...hosts.map((host) => tagged(0x82, Buffer.from(host))))))
  }
  const algorithm = sequence(oid('2a8648ce3d040302')) // ecdsa-with-SHA256
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    commonName(issuer.name),
    sequence(time(validFrom), time(validTo)),
    commonName(name),
    spki,
    tagged(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, issuer.privateKey)
  const der = sequence(body, algorithm, tagged(0x03, Buffer.concat([Buffer.alloc(1), signature])))
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { name, key, cert: pem(der), privateKey }
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g)!
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts))
const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes)
const boolean = (value: boolean): Buffer => tagged(0x01, Buffer.from([value ? 0xff : 0]))
const octets = (bytes: Buffer): Buffer => tagged(0x04, bytes)
const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'))

const commonName = (name: string): Buffer =>
  sequence(tagged(0x31, sequence(oid('550403'), tagged(0x0c, Buffer.from(name)))))

function time(date: Date): Buffer {
  const digits = date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  return tagged(0x18, Buffer.from(digits))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value))
}
