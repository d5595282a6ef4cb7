import { flattenMessages, UnprocessableEntityException, ValidationPipe } from 'corbel'
import { Transform } from 'class-transformer'
import { IsInt, IsString, Matches, ValidateIf } from 'class-validator'

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
 * A whole number that comes as text, in a query or a path: digits and nothing else. `Number()` would take `1e2`, `0x10`,
 * `Infinity`, a space and nothing at all. Stands below other rules, so that it speaks first.
 */
export function IsWholeNumber(): PropertyDecorator {
  const rules = [
    Transform(({ value }: { value: unknown }) => fromDigits(value)),
    IsInt({ message: '$property must be a whole number, written in digits' }),
  ]
  return (target, property) => rules.forEach((rule) => rule(target, property))
}

function fromDigits(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\d+$/.test(value)) return value
  // hundreds of digits are a number too, and not infinite: that they are too many is for `@Max` to say
  return Math.min(Number(value), Number.MAX_VALUE)
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
