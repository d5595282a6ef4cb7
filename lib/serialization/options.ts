import type { ClassTransformOptions } from 'class-transformer'
import type { Class } from '../common/index.js'
import { InjectionToken } from '../di/index.js'
import { defineDecorator } from '../metadata/index.js'

/** How results become plain: class-transformer's options, and the class that plain objects are taken for. */
export interface SerializationOptions extends ClassTransformOptions {
  /** Results that are no instances of it are made into ones first, so that its decorators apply. */
  readonly type?: Class
}

/** Options of every `ClassSerializerInterceptor` that the container builds; `@SerializeOptions` comes on top. */
export const SERIALIZATION_OPTIONS = new InjectionToken<SerializationOptions>('SERIALIZATION_OPTIONS')

/**
 * Says how the results of a handler (or of all handlers of a class) become plain. Those of the method replace those of
 * the class.
 *
 * @example
 * @SerializeOptions({ type: UserView, groups: ['admin'] })
 */
export const SerializeOptions = defineDecorator({
  name: 'SerializeOptions',
  on: ['class', 'method'],
  value: (options: SerializationOptions): SerializationOptions => options,
})
