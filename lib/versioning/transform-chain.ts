import { isPromise, type Class, type MaybePromise } from '../common/index.js'
import { lineage } from '../metadata/index.js'
import type { HttpContext } from '../web/index.js'
import { TransformerInvalid, type KnownTransformer, type VersionTransform } from './transformer.js'
import type { VersionOrder } from './version-order.js'

/** Converts one object. */
export type Convert = (value: unknown, context: HttpContext | undefined) => MaybePromise<unknown>

/** The way between the newest shape of a class and that of an older version. */
export interface TransformChain {
  /** The names of the transformers, from the newest version on. */
  readonly names: readonly string[]
  /** To the older shape; undefined if it is the same. */
  readonly down: Convert | undefined
  /** To the newest shape; undefined if it is the same. */
  readonly up: Convert | undefined
  /** The classes that `down` makes and `up` takes, where transformers say so. */
  readonly shapes: { readonly down: Class | undefined; readonly up: Class | undefined }
}

/** All transformers of an application, by the class that they are about. */
export class Transformers {
  private readonly byType = new Map<Class, KnownTransformer[]>()
  private readonly chains = new Map<Class, Map<string, TransformChain>>()

  /**
   * @param known of all modules
   * @param order of versions
   * @throws {CorbelError} CORBEL_VERSION_TRANSFORMER; CORBEL_VERSION_ORDER
   */
  constructor(
    known: readonly KnownTransformer[],
    private readonly order: VersionOrder,
  ) {
    for (const one of known) {
      if (!one.record.isStatic || one.record.isTransient) {
        throw invalid(one, 'it has to be a singleton: chains are made when the application starts.')
      }
      if (order.compare(one.from, one.to) < 0) {
        throw invalid(one, `from (${one.from}) is older than to (${one.to}). Exchange them.`)
      }
      const others = this.byType.get(one.type) ?? []
      const same = others.find(({ from }) => from === one.from)
      if (same !== undefined) {
        const reason = `${same.name} leads from ${one.from} for ${one.type.name}, too. Remove one of them.`
        throw invalid(one, reason)
      }
      this.byType.set(one.type, [...others, one])
    }
    for (const list of this.byType.values()) list.sort((a, b) => order.compare(b.from, a.from))
  }

  get size(): number {
    return this.byType.size
  }

  /** Whether a transformer is about a class, or one that it extends. */
  knows(type: Class): boolean {
    return lineage(type).some((one) => this.byType.has(one as Class))
  }

  /**
   * The chain from the shape of one version to that of another.
   *
   * @param type of the objects; transformers of its base classes count, where it has none of its own
   * @param newest whose shape handlers read and write
   * @param version whose shape clients see
   * @returns undefined if both are the same
   * @throws {CorbelError} CORBEL_VERSION_TRANSFORMER if a step leads past the version
   */
  chain(type: Class, newest: string, version: string): TransformChain | undefined {
    if (newest === version) return undefined
    const owner = [...lineage(type)].reverse().find((one) => this.byType.has(one as Class)) as
      Class | undefined
    if (owner === undefined) return undefined
    const key = `${newest} ${version}`
    const known = this.chains.get(owner) ?? new Map<string, TransformChain>()
    this.chains.set(owner, known)
    const chain = known.get(key) ?? this.compile(this.byType.get(owner)!, newest, version)
    known.set(key, chain)
    return chain.names.length === 0 ? undefined : chain
  }

  private compile(sorted: readonly KnownTransformer[], newest: string, version: string): TransformChain {
    const { compare } = this.order
    const steps: KnownTransformer[] = []
    let current = newest
    for (const one of sorted) {
      // where nothing leads on from a version, its shape is that of the one before
      if (compare(one.from, current) > 0 || compare(one.from, version) <= 0) continue
      if (compare(one.to, version) < 0) {
        const reason = `it leads from ${one.from} to ${one.to}, past ${version}, which is served, too. Make it two steps.`
        throw invalid(one, reason)
      }
      steps.push(one)
      current = one.to
    }
    const shapeOf = (method: 'response' | 'request'): Class | undefined =>
      steps.findLast(({ has }) => has[method])?.shape
    const instances = steps.map(({ record }) => record.instance as VersionTransform)
    return {
      names: steps.map(({ name }) => name),
      down: inTurn(instances, 'response'),
      up: inTurn([...instances].reverse(), 'request'),
      shapes: { down: shapeOf('response'), up: shapeOf('request') },
    }
  }
}

function inTurn(
  transforms: readonly VersionTransform[],
  method: 'response' | 'request',
): Convert | undefined {
  const steps = transforms.flatMap((one) => {
    const step = one[method]
    return step === undefined ? [] : [step.bind(one) as Convert]
  })
  if (steps.length < 2) return steps[0]
  const from = (index: number, value: unknown, context: HttpContext | undefined): MaybePromise<unknown> => {
    let current = value
    for (let i = index; i < steps.length; i++) {
      current = steps[i]!(current, context)
      if (isPromise(current)) return current.then((ready) => from(i + 1, ready, context))
    }
    return current
  }
  return (value, context) => from(0, value, context)
}

function invalid({ name, record }: KnownTransformer, reason: string): Error {
  return new TransformerInvalid({ class: name, module: record.module.name, reason })
}
