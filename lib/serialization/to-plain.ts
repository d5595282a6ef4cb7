import type { ClassTransformOptions } from 'class-transformer'
import type { Class } from '../common/index.js'
import { settingsOf } from '../validation/settings.js'
import { createTransformer, type Transformer } from '../validation/transformer.js'
import { findCircle, JsonCircular } from '../web/index.js'
import { compilePlain, type CompiledPlain } from './compile-plain.js'
import type { Put } from './bytes/index.js'
import type { SerializationOptions } from './options.js'
import * as shared from './plain-writer.js'

interface Compiled {
  readonly plain: CompiledPlain
  /** Makes instances of `type` first. */
  readonly transformer: Transformer
}

// by identity: whoever serializes often keeps its options, and equal ones may still be changed apart
const compiled = new WeakMap<SerializationOptions, Compiled>()

/**
 * Makes an object plain by the decorators of its class (`@Expose`, `@Exclude`, `@Transform`, `@Type`), as
 * class-transformer does, by functions that are compiled at the first use of these options.
 *
 * @param value an instance, or a plain object of `options.type`
 * @param options groups, version, strategy …; keep the object, and leave it as it is: it is what is compiled for
 * @throws {CorbelError} CORBEL_JSON_CIRCULAR if the object refers to itself
 */
export function toPlain(value: object, options: SerializationOptions): unknown {
  const { plain, transformer } = compiledFor(options)
  try {
    return plain.run(instanceFor(value, options, transformer))
  } catch (error) {
    const path = error instanceof RangeError ? findCircle(value) : undefined
    throw path === undefined ? error : new JsonCircular(path, { cause: error })
  }
}

/**
 * Tells what of a class is left to class-transformer, and why.
 *
 * @param target the class
 * @param options as for `toPlain`
 */
export function plainFallback(target: Class, options: SerializationOptions): readonly string[] {
  return compiledFor(options).plain.fallbackOf(target)
}

function instanceFor(value: object, { type }: SerializationOptions, transformer: Transformer): unknown {
  return type === undefined || value instanceof type ? value : transformer.of(type).convert(value, 0)
}

/**
 * Compiles the writer of what `toPlain` gives.
 *
 * @param options as for `toPlain`
 * @param code by which it writes: that of all, or a copy of it
 * @returns writes what `instanceOf` has made of a value
 */
export function plainWriterOf(
  options: SerializationOptions,
  code: Pick<typeof shared, 'compilePlainWriter'> = shared,
): {
  readonly put: Put
  instanceOf(value: object): unknown
} {
  const { plain, transformer } = compiledFor(options)
  return {
    put: code.compilePlainWriter(options, plain),
    instanceOf: (value) => instanceFor(value, options, transformer),
  }
}

function compiledFor(options: SerializationOptions): Compiled {
  let found = compiled.get(options)
  if (found === undefined) {
    const transformOptions: ClassTransformOptions = options
    found = {
      plain: compilePlain(options),
      // what an application returns is its own: only what comes from outside has to be bounded
      transformer: createTransformer(
        settingsOf({ transformOptions, maxDepth: Infinity, maxItems: Infinity }),
      ),
    }
    compiled.set(options, found)
  }
  return found
}
