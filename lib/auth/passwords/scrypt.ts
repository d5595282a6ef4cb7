import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions as NodeScryptOptions } from 'node:crypto'
import { PasswordHashInvalid } from '../errors.js'
import type { PasswordAlgorithm } from './algorithm.js'

/** How expensive scrypt is. The defaults take 16 MiB and about 0.2 s of one core. */
export interface ScryptOptions {
  /** log2 of scrypt's N: each step doubles time and memory. Default 14. */
  readonly cost?: number
  /** scrypt's r: memory is 128 · 2^cost · blockSize bytes. Default 8. */
  readonly blockSize?: number
  /** scrypt's p: multiplies the time. Default 5. */
  readonly parallelization?: number
}

interface StoredHash extends Required<ScryptOptions> {
  readonly salt: Buffer
  readonly key: Buffer
}

const SALT_BYTES = 16
const KEY_BYTES = 32
const FORM =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,172})$/

/**
 * scrypt, which every Node has.
 *
 * @see RFC 7914
 */
export class Scrypt implements PasswordAlgorithm {
  private readonly parameters: Required<ScryptOptions>

  /** @param options see `ScryptOptions` */
  constructor({ cost = 14, blockSize = 8, parallelization = 5 }: ScryptOptions = {}) {
    this.parameters = { cost, blockSize, parallelization }
  }

  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES)
    const key = await derive(password, salt, KEY_BYTES, this.parameters)
    const { cost, blockSize, parallelization } = this.parameters
    return `$scrypt$ln=${cost},r=${blockSize},p=${parallelization}$${unpadded(salt)}$${unpadded(key)}`
  }

  async verify(password: string, stored: string): Promise<boolean> {
    const { salt, key, ...parameters } = read(stored)
    return timingSafeEqual(await derive(password, salt, key.length, parameters), key)
  }

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

function memoryOf({ cost, blockSize, parallelization }: Required<ScryptOptions>): number {
  return 128 * blockSize * (2 ** cost + parallelization)
}

function derive(
  password: string,
  salt: Buffer,
  length: number,
  parameters: Required<ScryptOptions>,
): Promise<Buffer> {
  const { cost, blockSize: r, parallelization: p } = parameters
  const options: NodeScryptOptions = { N: 2 ** cost, r, p, maxmem: 2 * memoryOf(parameters) }
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
