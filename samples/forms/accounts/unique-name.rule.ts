import {
  Validate,
  ValidatorConstraint,
  type ValidationOptions,
  type ValidatorConstraintInterface,
} from 'class-validator'
import { AccountsService } from './accounts.service.js'

/** A name that no account has. It asks the service, so it is asynchronous and has to be a provider. */
@ValidatorConstraint({ name: 'isUniqueName', async: true })
export class UniqueName implements ValidatorConstraintInterface {
  constructor(private readonly accounts: AccountsService) {}

  async validate(value: unknown): Promise<boolean> {
    // what is no text is for other rules to refuse
    return typeof value !== 'string' || !(await this.accounts.has(value))
  }

  defaultMessage(): string {
    return '$property is taken'
  }
}

/** The same as a decorator of its own. */
export function IsUniqueName(options: ValidationOptions = {}): PropertyDecorator {
  return Validate(UniqueName, options)
}
