import { mergeValues, readClass, type MetadataRef } from './define-decorator.js'
import { declarerOf, existingValues, type DeclaringClass, type MetadataKey } from './store.js'

/** All metadata that counts for one endpoint, ordered: module, class with its bases, method. The last one wins. */
export class MetadataBag {
  /** The values on the method, once there are some. */
  private own: ReadonlyMap<MetadataKey, unknown> | undefined

  /**
   * @param owner the class of the endpoint
   * @param member its method
   * @param modules the classes around it, outermost first
   */
  constructor(
    private readonly owner: DeclaringClass,
    private readonly member: PropertyKey,
    private readonly modules: readonly DeclaringClass[] = [],
  ) {}

  /** The value that counts, by the decorator's merge rule. */
  get<Value>(ref: MetadataRef<Value>): Value | undefined {
    if (ref.merge === 'replace') {
      const own = this.onMethod(ref)
      const nearest = own === undefined ? this.onClass(ref) : own
      if (nearest !== undefined) return nearest
    }
    const outer = this.modules.map((module) => readClass(ref, module))
    return mergeValues(ref.merge, [...outer, this.onClass(ref), this.onMethod(ref)]) as Value | undefined
  }

  /** The value on the class, whatever the method says. */
  onClass<Value>(ref: MetadataRef<Value>): Value | undefined {
    return readClass(ref, this.owner)
  }

  /** The value on the method alone. */
  onMethod<Value>(ref: MetadataRef<Value>): Value | undefined {
    // routes are asked for many decorators, most of which they do not have
    this.own ??= existingValues(declarerOf(this.owner, this.member), this.member)
    return this.own?.get(ref.key) as Value | undefined
  }
}
