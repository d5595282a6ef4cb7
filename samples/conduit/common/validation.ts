import { flattenMessages, UnprocessableEntityException, ValidationPipe } from 'corbel'
import { IsString, Matches, ValidateIf } from 'class-validator'

/** Validates bodies, queries and parameters by their classes; what is wrong is answered with 422, as the contract says. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => new UnprocessableEntityException(flattenMessages(errors)),
  })
}

/** Skips the other rules of a property that was left out. Unlike with `@IsOptional()`, null is a value, and a wrong one. */
export function MayBeOmitted(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined)
}

/** Text with something in it besides space. */
export function IsText(): PropertyDecorator {
  const rules = [IsString(), Matches(/\S/, { message: '$property must not be blank' })]
  return (target, property) => rules.forEach((rule) => rule(target, property))
}

/**
 * A copy without the members that are undefined.
 *
 * @param changes a validated object: what the client left out is undefined in it
 */
export function given<T extends object>(changes: T): Partial<T> {
  const copy: Partial<T> = { ...changes }
  for (const name in copy) if (copy[name] === undefined) delete copy[name]
  return copy
}
