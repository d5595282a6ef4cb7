import type { Class } from '../common/index.js'
import type { ProviderRecord } from './records.js'

/** One call of a method, as what runs around it sees it. */
export interface AdvisedCall {
  /** Whose method is called. */
  readonly instance: object
  readonly member: PropertyKey
  readonly args: readonly unknown[]
}

/** Runs around a method. `proceed` calls it; not at all, once, or again. */
export type Around = (call: AdvisedCall, proceed: () => unknown) => unknown

type Method = (...args: unknown[]) => unknown

/**
 * Puts something around a method of what a record builds: calls from outside, and those of the object itself. Instances
 * are of a class derived from the provider's, made for this application alone; the class as written stays as it is.
 *
 * @param record of a class, not built yet
 * @param member the method
 * @param around what runs instead; what was put around the method before is inside
 */
export function advise(record: ProviderRecord, member: PropertyKey, around: Around): void {
  const target = record.advised ?? (record.advised = derive(record.metatype!))
  const inner = Reflect.get(target.prototype as object, member) as Method
  const value = function (this: object, ...args: unknown[]): unknown {
    return around({ instance: this, member, args }, () => Reflect.apply(inner, this, args))
  }
  Object.defineProperties(value, { name: { value: inner.name }, length: { value: inner.length } })
  Object.defineProperty(target.prototype, member, {
    value,
    configurable: true,
    writable: true,
  })
}

/** A class that passes for the one it is derived from: by name, and as the `constructor` of its instances. */
function derive(type: Class): Class {
  const Base = type as new (...args: never[]) => object
  const derived = class extends Base {}
  Object.defineProperty(derived, 'name', { value: type.name })
  Object.defineProperty(derived.prototype, 'constructor', { value: type })
  return derived
}
