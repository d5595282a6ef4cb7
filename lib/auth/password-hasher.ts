import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto'
import { Inject, Injectable, InjectionToken, Optional } from '../di/index.js'
import { PasswordHashInvalid } from './errors.js'

/** How expensive hashing is. The defaults take 16 MiB and about 0.2 s of one core. */
export interface PasswordOptions {
  /** log2 of scrypt's N: each step doubles time and memory. Default 14. */
  readonly cost?: number
  /** scrypt's r: memory is 128 · 2^cost · blockSize bytes. Default 8. */
  readonly blockSize?: number
  /** scrypt's p: multiplies the time. Default 5. */
  readonly parallelization?: number
}

/** Provide options under this token to change how `PasswordHasher` hashes. */
export const PASSWORD_OPTIONS = new InjectionToken<PasswordOptions>('PASSWORD_OPTIONS')

interface StoredHash extends Required<PasswordOptions> {
  readonly salt: Buffer
  readonly key: Buffer
}

const SALT_BYTES = 16
const KEY_BYTES = 32
const FORM =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,172})$/

/**
 * Hashes passwords with scrypt. A hash carries its parameters (`$scrypt$ln=14,r=8,p=5$salt$key`), so that they can be
 * raised later: old hashes stay valid, and `needsRehash` tells which to renew at the next login.
 *
 * @see RFC 7914
 */
@Injectable()
export class PasswordHasher {
  private readonly parameters: Required<PasswordOptions>

  /** @param options see `PasswordOptions` */
  constructor(@Optional() @Inject(PASSWORD_OPTIONS) options: PasswordOptions = {}) {
    const { cost = 14, blockSize = 8, parallelization = 5 } = options
    this.parameters = { cost, blockSize, parallelization }
  }

  /**
   * Hashes a password with a salt of its own.
   *
   * @param password as typed; equal texts in different Unicode forms count as equal
   * @returns text to store
   */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES)
    const key = await derive(password, salt, KEY_BYTES, this.parameters)
    const { cost, blockSize, parallelization } = this.parameters
    return `$scrypt$ln=${cost},r=${blockSize},p=${parallelization}$${unpadded(salt)}$${unpadded(key)}`
  }

  /**
   * Compares a password with a stored hash, in a time that does not depend on where they differ.
   *
   * @param password as typed
   * @param stored what `hash` gave; undefined where there is no such account: takes as long and is false, so that
   *   the time does not tell which accounts exist
   * @throws {CorbelError} CORBEL_PASSWORD_HASH_INVALID if `stored` is something else
   */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    if (stored === undefined) {
      await derive(password, randomBytes(SALT_BYTES), KEY_BYTES, this.parameters)
      return false
    }
    const { salt, key, ...parameters } = read(stored)
    return timingSafeEqual(await derive(password, salt, key.length, parameters), key)
  }

  /**
   * Tells whether a hash was made with other parameters than the present ones.
   *
   * @param stored what `hash` gave
   */
  needsRehash(stored: string): boolean {
    const { cost, blockSize, parallelization } = read(stored)
    const wanted = this.parameters
    return (
      cost !== wanted.cost || blockSize !== wanted.blockSize || parallelization !== wanted.parallelization
    )
  }
}

function read(stored: string): StoredHash {
  const [, cost, blockSize, parallelization, salt, key] = FORM.exec(stored) ?? []
  if (salt === undefined || key === undefined)
    throw new PasswordHashInvalid({ reason: 'it does not have the form $scrypt$…' })
  const parameters = {
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
  }
  // a corrupt row must not take all memory
  if (parameters.cost < 1 || memoryOf(parameters) > 2 ** 30) {
    throw new PasswordHashInvalid({ reason: 'its parameters need more than 1 GiB' })
  }
  return { ...parameters, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') }
}

function memoryOf({ cost, blockSize, parallelization }: Required<PasswordOptions>): number {
  return 128 * blockSize * (2 ** cost + parallelization)
}

function derive(
  password: string,
  salt: Buffer,
  length: number,
  parameters: Required<PasswordOptions>,
): Promise<Buffer> {
  const { cost, blockSize: r, parallelization: p } = parameters
  const options: ScryptOptions = { N: 2 ** cost, r, p, maxmem: 2 * memoryOf(parameters) }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, length, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
