import type { Class, MaybePromise } from '../common/index.js'
import type { HttpContext } from '../web/index.js'
import type { Transformers } from './transform-chain.js'

/** Between which versions an object is converted. */
export interface Conversion {
  /** The newer version. */
  readonly from: string
  /** The older version. */
  readonly to: string
  readonly context?: HttpContext | undefined
}

/** Converts parts of what a transformer is given, by the transformers of their classes; inject it. */
export class VersionConverter {
  private transformers: Transformers | undefined

  /** Called once, when the transformers of the application are known. */
  use(transformers: Transformers): void {
    this.transformers = transformers
  }

  /**
   * Makes the older shape of an object, or of each in a list.
   *
   * @param type of the objects
   * @param value an object or a list
   * @param conversion from the newer version to the older one
   * @returns the value itself where no transformer is about its class
   */
  down(type: Class, value: unknown, conversion: Conversion): MaybePromise<unknown> {
    return this.convert('down', type, value, conversion)
  }

  /**
   * Makes the newer shape of an object, or of each in a list.
   *
   * @param type of the objects
   * @param value an object or a list
   * @param conversion the same versions as for `down`
   */
  up(type: Class, value: unknown, conversion: Conversion): MaybePromise<unknown> {
    return this.convert('up', type, value, conversion)
  }

  private convert(
    direction: 'down' | 'up',
    type: Class,
    value: unknown,
    { from, to, context }: Conversion,
  ): MaybePromise<unknown> {
    const convert = this.transformers?.chain(type, from, to)?.[direction]
    if (convert === undefined) return value
    if (!Array.isArray(value)) return convert(value, context)
    const all = value.map((one: unknown) => convert(one, context))
    return all.some((one) => one instanceof Promise) ? Promise.all(all) : all
  }
}
