import { registerDecorator, type ValidationOptions } from 'class-validator'

/** A value that is equal to another property: a password that is typed twice. */
export function IsSameAs(other: string, options: ValidationOptions = {}): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isSameAs',
      target: target.constructor,
      propertyName: property as string,
      constraints: [other],
      options,
      validator: {
        validate: (value, args) => value === (args!.object as Record<string, unknown>)[other],
        defaultMessage: () => '$property must be the same as $constraint1',
      },
    })
  }
}
