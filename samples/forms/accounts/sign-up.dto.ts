import { Type } from 'class-transformer'
import { Equals, IsDefined, IsEmail, Length, Matches, ValidateNested } from 'class-validator'
import { IsSameAs } from '../common/same-as.rule.js'
import { IsUniqueName } from './unique-name.rule.js'

// what people read, in place of what class-validator says to those who write clients
const length = { message: 'from $constraint1 to $constraint2 characters, please' }

/** Where an account lives. */
export class Address {
  @Length(2, 60, length) street: string
  @Matches(/^\d{5}$/, { message: 'a postal code has five digits' }) zip: string
  @Length(2, 60, length) city: string
}

/** What the form sends. */
export class SignUp {
  @Matches(/^[a-z][a-z\d-]{2,19}$/, {
    message: 'a name has 3 to 20 small letters, digits and hyphens, a letter first',
  })
  @IsUniqueName()
  name: string

  @IsEmail({}, { message: 'this is no e-mail address' }) email: string
  @Length(12, 128, length) password: string
  @IsSameAs('password') repeated: string
  @IsDefined() @ValidateNested() @Type(() => Address) address: Address
  @Equals(true, { message: 'please agree to the terms' }) terms: boolean
}
