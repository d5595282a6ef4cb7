import { PackageMissing } from '../../common/index.js'
import { Inject, Injectable, InjectionToken, Optional } from '../../di/index.js'
import { PasswordHashInvalid } from '../errors.js'
import type { PasswordAlgorithm } from './algorithm.js'
import { Argon2id, type Argon2Options } from './argon2.js'
import { Scrypt, type ScryptOptions } from './scrypt.js'

/** How passwords are hashed. The members of `ScryptOptions` are about scrypt. */
export interface PasswordOptions extends ScryptOptions {
  /**
   * What makes new hashes: `argon2id` (by @node-rs/argon2) or `scrypt`; hashes of both are verified. By default scrypt if
   * there is one of its options, else argon2id where the package is installed, else scrypt.
   */
  readonly algorithm?: 'argon2id' | 'scrypt'
  readonly argon2?: Argon2Options
}

/** Provide options under this token to change how `PasswordHasher` hashes. */
export const PASSWORD_OPTIONS = new InjectionToken<PasswordOptions>('PASSWORD_OPTIONS')

/**
 * Hashes passwords with argon2id or scrypt. A hash carries its algorithm and parameters, so that they can be raised later:
 * old hashes stay valid, and `needsRehash` tells which to renew at the next login.
 */
@Injectable()
export class PasswordHasher {
  private readonly scrypt: Scrypt
  private argon2: Argon2id | undefined
  private readonly present: PasswordAlgorithm

  /**
   * @param options see `PasswordOptions`
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING if argon2id is asked for and not installed
   */
  constructor(@Optional() @Inject(PASSWORD_OPTIONS) private readonly options: PasswordOptions = {}) {
    this.scrypt = new Scrypt(options)
    this.present = this.choose()
  }

  /**
   * Hashes a password with a salt of its own.
   *
   * @param password as typed; equal texts in different Unicode forms count as equal
   * @returns text to store
   */
  hash(password: string): Promise<string> {
    return this.present.hash(password.normalize('NFKC'))
  }

  /**
   * Compares a password with a stored hash, in a time that does not depend on where they differ.
   *
   * @param password as typed
   * @param stored what `hash` gave; undefined where there is no such account: takes as long and is false, so that
   *   the time does not tell which accounts exist
   * @throws {CorbelError} CORBEL_PASSWORD_HASH_INVALID if `stored` is something else, CORBEL_PACKAGE_MISSING
   */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    if (stored !== undefined) return this.algorithmOf(stored).verify(password.normalize('NFKC'), stored)
    await this.hash(password)
    return false
  }

  /**
   * Tells whether a hash was made in another way than the present one.
   *
   * @param stored what `hash` gave
   */
  needsRehash(stored: string): boolean {
    const algorithm = this.algorithmOf(stored)
    return algorithm !== this.present || algorithm.needsRehash(stored)
  }

  private choose(): PasswordAlgorithm {
    const { algorithm, cost, blockSize, parallelization } = this.options
    const isAboutScrypt = (cost ?? blockSize ?? parallelization) !== undefined
    if (algorithm === 'scrypt' || (algorithm === undefined && isAboutScrypt)) return this.scrypt
    try {
      return (this.argon2 = new Argon2id(this.options.argon2))
    } catch (error) {
      if (algorithm === 'argon2id' || !(error instanceof PackageMissing)) throw error
      return this.scrypt
    }
  }

  private algorithmOf(stored: string): PasswordAlgorithm {
    if (stored.startsWith('$scrypt$')) return this.scrypt
    if (stored.startsWith('$argon2id$')) return (this.argon2 ??= new Argon2id(this.options.argon2))
    throw new PasswordHashInvalid({ reason: 'it begins neither with $argon2id$ nor with $scrypt$' })
  }
}
