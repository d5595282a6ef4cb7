import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { JwtOptionsInvalid } from './errors.js'
import type { JwtAlgorithm, JwtKeyOptions, JwtModuleOptions } from './options.js'

/** The keys of a module and the algorithms for which they may be used. */
export interface JwtKeys {
  /** Undefined where there is only a public key. */
  readonly signing: KeyObject | undefined
  readonly verifying: KeyObject
  readonly algorithm: JwtAlgorithm
  /** Those that are accepted: a token's own header never decides. */
  readonly algorithms: readonly JwtAlgorithm[]
  /** Something that works but should be changed. */
  readonly warning: string | undefined
  /** The id of the key that signs; undefined for a key without one. */
  readonly kid?: string
  /** Of several keys all, by id; undefined where there is one without an id. */
  readonly ring?: ReadonlyMap<string, JwtKeys>
}

/**
 * Reads the keys and pins the algorithms, so that a public key can never be taken for a secret (RFC 8725 §2.1, §3.1).
 *
 * @param options of the module
 * @throws {CorbelError} CORBEL_JWT_OPTIONS_INVALID if there is no key, too many, or one that the algorithm cannot use
 */
export function readKeys(options: JwtModuleOptions): JwtKeys {
  const { secret, privateKey, publicKey, keys } = options
  if (keys !== undefined) return readRing(options, keys)
  if (secret !== undefined && (privateKey !== undefined || publicKey !== undefined)) {
    throw invalid('it has both a secret and a key pair. Keep one of them.')
  }
  if (secret !== undefined) return symmetric(secret, options)
  if (privateKey === undefined && publicKey === undefined) {
    throw invalid('it has no key. Give it a secret (for HS256), or privateKey and publicKey.')
  }
  return asymmetric(privateKey, publicKey, options)
}

function readRing(options: JwtModuleOptions, keys: readonly JwtKeyOptions[]): JwtKeys {
  const { secret, privateKey, publicKey, algorithm, algorithms } = options
  if ([secret, privateKey, publicKey, algorithm, algorithms].some((one) => one !== undefined))
    throw invalid('it has keys, and beside them what is said in each of them.')
  const ring = new Map<string, JwtKeys>()
  for (const { kid, ...key } of keys) {
    if (typeof kid !== 'string' || kid === '' || ring.has(kid))
      throw invalid(`the id of a key is missing or taken: "${kid}".`)
    ring.set(kid, { ...readKeys(key), kid })
  }
  const [first] = ring.values()
  if (first === undefined) throw invalid('keys is empty.')
  const warning = [...ring.values()].find((one) => one.warning !== undefined)?.warning
  return { ...first, warning, ring }
}

/**
 * The public halves of keys, as issuers publish them. Secrets are left out.
 *
 * @param keys of a module
 * @see RFC 7517 §5
 */
export function publishKeys(keys: JwtKeys): { readonly keys: readonly Readonly<Record<string, unknown>>[] } {
  const all = keys.ring === undefined ? [keys] : [...keys.ring.values()]
  return {
    keys: all
      .filter(({ verifying }) => verifying.type === 'public')
      .map(({ verifying, kid, algorithm }) => ({
        ...verifying.export({ format: 'jwk' }),
        ...(kid !== undefined && { kid }),
        alg: algorithm,
        use: 'sig',
      })),
  }
}

function symmetric(secret: string | Uint8Array, options: JwtModuleOptions): JwtKeys {
  if (secret.length === 0) throw invalid('the secret is empty. Is the environment variable set?')
  if (typeof secret === 'string' && secret.includes('-----BEGIN')) {
    throw invalid('the secret is a PEM key. Pass it as privateKey or publicKey.')
  }
  const key = createSecretKey(typeof secret === 'string' ? Buffer.from(secret, 'utf8') : secret)
  const pinned = pin(options, 'HS256', (algorithm) => algorithm.startsWith('HS'), 'a secret')
  const needed = Math.max(...pinned.algorithms.map((algorithm) => Number(algorithm.slice(2)) / 8))
  const length = key.symmetricKeySize ?? 0
  const warning =
    length < needed
      ? `The secret of JwtModule has ${length} bytes; ${pinned.algorithm} should have ${needed} or more (RFC 7518 §3.2).`
      : undefined
  return { signing: key, verifying: key, ...pinned, warning }
}

function asymmetric(
  privateKey: string | undefined,
  publicKey: string | undefined,
  options: JwtModuleOptions,
): JwtKeys {
  const signing =
    privateKey === undefined ? undefined : read('privateKey', () => createPrivateKey(privateKey))
  const verifying = read('publicKey', () => createPublicKey(publicKey ?? privateKey ?? ''))
  const own = algorithmsFor(verifying)
  if (own.length === 0)
    throw invalid(`its key is of the type ${verifying.asymmetricKeyType}, which no algorithm uses.`)
  const kind = `a key of the type ${verifying.asymmetricKeyType}`
  const pinned = pin(options, own[0]!, (algorithm) => own.includes(algorithm), kind)
  return { signing, verifying, ...pinned, warning: undefined }
}

function read(option: string, create: () => KeyObject): KeyObject {
  try {
    return create()
  } catch (cause) {
    throw new JwtOptionsInvalid({ reason: `${option} is not a PEM key that can be read.` }, { cause })
  }
}

function algorithmsFor(key: KeyObject): readonly JwtAlgorithm[] {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
    case 'rsa-pss':
      return ['PS256', 'PS384', 'PS512']
    case 'ed25519':
      return ['EdDSA']
    case 'ec':
      return CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? []
    default:
      return []
  }
}

const CURVES: Readonly<Record<string, readonly JwtAlgorithm[]>> = {
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
}

function pin(
  options: JwtModuleOptions,
  fallback: JwtAlgorithm,
  suits: (algorithm: JwtAlgorithm) => boolean,
  kind: string,
): Pick<JwtKeys, 'algorithm' | 'algorithms'> {
  const accepted = options.algorithms ?? options.verifyOptions?.algorithms
  const algorithm = options.algorithm ?? options.signOptions?.algorithm ?? accepted?.[0] ?? fallback
  const algorithms = accepted ?? [algorithm]
  for (const one of [algorithm, ...algorithms]) {
    if (!suits(one)) throw invalid(`the algorithm ${one} cannot be used with ${kind}.`)
  }
  if (!algorithms.includes(algorithm)) {
    throw invalid(
      `it signs with ${algorithm}, which is not among the accepted algorithms (${algorithms.join(', ')}).`,
    )
  }
  return { algorithm, algorithms }
}

function invalid(reason: string): Error {
  return new JwtOptionsInvalid({ reason })
}
