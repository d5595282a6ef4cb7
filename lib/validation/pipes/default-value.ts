import { Describes, type PipeTransform } from '../../pipeline/index.js'
import { isMissing } from './refusal.js'

/**
 * Supplies a value where none was given. Put it before the pipe that parses.
 *
 * @example
 * list(@Query('page', new DefaultValuePipe(1), ParseIntPipe) page: number) {}
 */
export class DefaultValuePipe<T> implements PipeTransform {
  /** @param defaultValue given to the handler instead of null, undefined and NaN */
  constructor(private readonly defaultValue: T) {}

  /** Gives the value, or the default. */
  transform(value: unknown): unknown {
    return isMissing(value) || Number.isNaN(value) ? this.defaultValue : value
  }
}
Describes(({ instance }) => ({
  value: { default: (instance as { defaultValue?: unknown } | undefined)?.defaultValue, required: false },
}))(DefaultValuePipe)
