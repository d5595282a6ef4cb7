import { CallStorage, defineError, type Class } from '../common/index.js'
import {
  defineDecorator,
  existingMembers,
  lineage,
  readMember,
  type AnyDecorator,
} from '../metadata/index.js'

/** How strictly a transaction is kept from what others do at the same time (SQL:2016 §4.41.4). */
export type IsolationLevel = 'READ UNCOMMITTED' | 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE'

/** What happens where a transaction is open already, and where none is. */
export type Propagation =
  /** Joins it, or begins one. */
  | 'required'
  /** A savepoint in it, or begins one. */
  | 'nested'
  /** Begins another one on a connection of its own. */
  | 'requires-new'
  /** Joins it, or does without. */
  | 'supports'
  /** Steps out of it. */
  | 'not-supported'
  /** Joins it, or fails. */
  | 'mandatory'
  /** Fails, or does without. */
  | 'never'

/** How a transaction runs. */
export interface TransactionOptions {
  /** Of the database, if left out. */
  readonly isolation?: IsolationLevel
  /** Default `'required'`. */
  readonly propagation?: Propagation
  /** Whether the database refuses writes in it. Default false. */
  readonly readOnly?: boolean
  /** ms after which it is rolled back and fails. Default: none. */
  readonly timeout?: number
  /**
   * How often it is begun again after a deadlock or a serialization failure, which the database has rolled back. Default 2;
   * only transactions that are not in another one.
   */
  readonly retries?: number
  /** Other errors after which it is begun again. */
  readonly retryOn?: (error: unknown) => boolean
  /** The data source's name; the default one if left out. */
  readonly dataSource?: string
}

const Marked = defineDecorator({
  name: 'Transactional',
  on: ['method'],
  value: (options: TransactionOptions) => options,
  check: ({ timeout = 1, retries = 0 }) =>
    timeout > 0 && retries >= 0
      ? undefined
      : 'its timeout has to be positive, and retries must not be negative',
})

/** A method of `@Transactional` that is called without anything around it that could begin a transaction. */
export const TransactionUnmanaged = defineError<{ method: string }>(
  'CORBEL_TRANSACTION_UNMANAGED',
  '{method} has @Transactional(), but no transaction can be begun for it: it is called on an object that the container has ' +
    'not built (made with new, by a factory or as a value), or no TypeOrmModule.forRoot() is imported, or an override calls ' +
    'it by super and has no @Transactional() itself. In unit tests, call it within withoutTransactions().',
)

// set right before a method is called, and taken by it at once: nothing else can run in between
let isManaged = false
const unmanaged = new CallStorage<boolean>()

/**
 * Runs a method of a provider or controller in a transaction: injected repositories take part in it by themselves. It is
 * committed when the method returns (its promise, if it returns one), and rolled back when it throws. Called from outside,
 * the method always returns a promise.
 *
 * @param options isolation, propagation, time and retries
 * @throws {CorbelError} at a call: CORBEL_TRANSACTION_UNMANAGED
 * @example
 * @Transactional({ isolation: 'SERIALIZABLE' })
 * async transfer(from: Account, to: Account, amount: number) {
 *   await this.accounts.decrement({ id: from.id }, 'balance', amount)
 *   await this.accounts.increment({ id: to.id }, 'balance', amount)
 * }
 */
export function Transactional(options: TransactionOptions = {}): AnyDecorator {
  const mark = Marked(options)
  return (target, member, place) => {
    const descriptor = place as PropertyDescriptor | undefined
    const method: unknown = descriptor?.value
    if (member === undefined || descriptor === undefined || typeof method !== 'function')
      return mark(target, member, place)
    const name = `${target.constructor.name}.${String(member)}()`
    const guarded = function (this: unknown, ...args: unknown[]): unknown {
      if (!isManaged && unmanaged.get() !== true) throw new TransactionUnmanaged({ method: name })
      isManaged = false
      return Reflect.apply(method, this, args)
    }
    descriptor.value = Object.defineProperties(guarded, {
      name: { value: method.name },
      length: { value: method.length },
    })
    mark(target, member, descriptor)
  }
}

/**
 * Lists the methods of a class that want a transaction, with their options; inherited ones, too.
 *
 * @param type the class
 */
export function transactionalMethods(type: Class): ReadonlyMap<PropertyKey, TransactionOptions> {
  const methods = new Map<PropertyKey, TransactionOptions>()
  for (const owner of lineage(type)) {
    for (const member of existingMembers(owner)) {
      const options = readMember(Marked, type, member)
      if (options !== undefined) methods.set(member, options)
    }
  }
  return methods
}

/**
 * Calls a method of `@Transactional` for which a transaction was begun.
 *
 * @param proceed calls it
 */
export function callManaged<T>(proceed: () => T): T {
  isManaged = true
  try {
    return proceed()
  } finally {
    isManaged = false
  }
}

/**
 * Lets methods of `@Transactional` be called on objects that were made by hand, without transactions: for unit tests.
 *
 * @param work what calls them
 */
export function withoutTransactions<T>(work: () => T): T {
  return unmanaged.run(true, work)
}
