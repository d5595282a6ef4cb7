import { createRequire } from 'node:module'
import { explainMissingPackage } from '../../common/index.js'
import { PasswordHashInvalid } from '../errors.js'
import type { PasswordAlgorithm } from './algorithm.js'

/** The @node-rs/argon2 package, as its own declarations describe it. */
export type Argon2Package = typeof import('@node-rs/argon2')

/** How expensive argon2id is. The defaults are OWASP's least: 19 MiB, some hundredths of a second of one core. */
export interface Argon2Options {
  /** Kibibytes of memory. Default 19 456. */
  readonly memory?: number
  /** Passes over the memory. Default 2. */
  readonly passes?: number
  /** Lanes. Default 1. */
  readonly parallelism?: number
}

const FORM =
  /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{16,172}$/
/** 1 GiB in kibibytes. */
const MOST_MEMORY = 1_048_576

/**
 * argon2id, by the package @node-rs/argon2.
 *
 * @see RFC 9106
 */
export class Argon2id implements PasswordAlgorithm {
  private readonly parameters: Required<Argon2Options>

  /**
   * @param options see `Argon2Options`
   * @param argon2 the package
   * @throws {CorbelError} CORBEL_PACKAGE_MISSING
   */
  constructor(
    { memory = 19_456, passes = 2, parallelism = 1 }: Argon2Options = {},
    private readonly argon2: Argon2Package = loadArgon2(),
  ) {
    this.parameters = { memory, passes, parallelism }
  }

  hash(password: string): Promise<string> {
    const { memory, passes, parallelism } = this.parameters
    // argon2id is the package's default algorithm, whose enum exists in types alone; `FORM` holds the stored hash to it
    return this.argon2.hash(password, {
      memoryCost: memory,
      timeCost: passes,
      parallelism,
    })
  }

  async verify(password: string, stored: string): Promise<boolean> {
    parametersOf(stored)
    return this.argon2.verify(stored, password)
  }

  needsRehash(stored: string): boolean {
    const { memory, passes, parallelism } = parametersOf(stored)
    const wanted = this.parameters
    return memory !== wanted.memory || passes !== wanted.passes || parallelism !== wanted.parallelism
  }
}

const load: (name: string) => unknown = createRequire(import.meta.url)

/**
 * Loads @node-rs/argon2.
 *
 * @param from for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export function loadArgon2(from: (name: string) => unknown = load): Argon2Package {
  try {
    // eslint-disable-next-line typescript/no-unsafe-type-assertion -- the package of that name is what its types say
    return from('@node-rs/argon2') as Argon2Package
  } catch (error) {
    throw explainMissingPackage(error, '@node-rs/argon2', 'PasswordHasher with argon2id')
  }
}

function parametersOf(stored: string): Required<Argon2Options> {
  const [, memory, passes, parallelism] = FORM.exec(stored) ?? []
  if (memory === undefined) throw new PasswordHashInvalid({ reason: 'it does not have the form $argon2id$…' })
  // a corrupt row must not take all memory
  if (Number(memory) > MOST_MEMORY)
    throw new PasswordHashInvalid({ reason: 'its parameters need more than 1 GiB' })
  return { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) }
}
