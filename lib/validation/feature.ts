import type { Class } from '../common/index.js'
import type { Feature } from '../core/index.js'
import type { ArgumentMetadata } from '../pipeline/index.js'
import { classValidator, hasRules } from './class-validator.js'
import { ValidationPipe, type ValidationPipeOptions } from './pipe.js'
import { isStandardSchema } from './standard-schema.js'

/**
 * Stands in front of every parameter that has no ValidationPipe of the application's own. Leaves classes without any
 * rule alone: they were not written to be validated.
 */
class DefaultValidationPipe extends ValidationPipe {
  override prepare(metadata: ArgumentMetadata): ((value: unknown) => unknown) | undefined {
    const { metatype } = metadata
    if (metatype === undefined) return undefined
    return isRuled(metatype) || isStandardSchema(metatype) ? super.prepare(metadata) : undefined
  }
}

function isRuled(type: Class): boolean {
  if (!hasRules()) return false
  return classValidator().getMetadataStorage().getTargetValidationMetadatas(type, '', true, false).length > 0
}

/**
 * Validates every parameter whose class has rules, without the application asking for it: the handler gets an instance
 * that has only properties with rules.
 *
 * @param options of the pipe; `{ transform: true, whitelist: true }` by default
 */
export function validationFeature(options: ValidationPipeOptions = {}): Feature {
  return {
    name: 'validation',
    configure(build) {
      build.useDefaultPipe(
        new DefaultValidationPipe({ transform: true, whitelist: true, ...options }),
        ValidationPipe,
      )
    },
  }
}
