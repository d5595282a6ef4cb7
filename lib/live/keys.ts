import type { MaybeArray } from './types.js'
import type { Class } from '../common/index.js'

/** What a result depends on: any text, or an entity. */
export type LiveKey = string | Class

/** Keys, or what gives them for the arguments of a method. */
export type LiveKeys = MaybeArray<LiveKey> | ((...args: never[]) => MaybeArray<LiveKey>)

/**
 * The text of a key.
 *
 * @param key text as it is; of a class what writes to its rows are told by
 */
export function keyText(key: LiveKey): string {
  return typeof key === 'string' ? key : entityKey(key.name)
}

/**
 * The key by which writes to an entity are told.
 *
 * @param name of the class
 */
export function entityKey(name: string): string {
  return `entity:${name}`
}

/** Who depends on which key. */
export class KeyIndex<T extends object> {
  private readonly dependents = new Map<string, Set<T>>()

  /** How many keys somebody depends on. */
  get size(): number {
    return this.dependents.size
  }

  add(key: string, dependent: T): void {
    const known = this.dependents.get(key)
    if (known === undefined) this.dependents.set(key, new Set([dependent]))
    else known.add(dependent)
  }

  remove(key: string, dependent: T): void {
    const known = this.dependents.get(key)
    if (known?.delete(dependent) === true && known.size === 0) this.dependents.delete(key)
  }

  /** Who depends on a key; nothing may be added or removed while it is walked. */
  of(key: string): Iterable<T> {
    return this.dependents.get(key) ?? NOBODY
  }
}

const NOBODY: readonly never[] = []
