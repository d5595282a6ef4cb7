import { ApiProperty, ApiSchema } from 'corbel'
import { IsEmail, IsOptional, IsString, Length, Matches } from 'class-validator'
import { IsText, MayBeOmitted } from '../common/validation.js'

/** Has nothing that cannot be seen: control and format characters, halves of surrogate pairs, line separators, fillers. */
const VISIBLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]*$/u

/** A name to be known by: one that can be seen, so that no two look alike only because something in one is invisible. */
function IsUsername(): PropertyDecorator {
  const rules = [
    IsString(),
    Length(1, 60),
    Matches(VISIBLE, { message: '$property must not contain control characters or other invisible ones' }),
    Matches(/^\S(.*\S)?$/, { message: '$property must not begin or end with a space' }),
  ]
  return (target, property) => rules.forEach((rule) => rule(target, property))
}

/** What somebody logs in with. */
export class Credentials {
  @IsText()
  email: string

  @IsText()
  password: string
}

/** A new account. */
export class NewUser {
  @IsUsername()
  username: string

  @IsEmail()
  email: string

  /** The contract asks for no more than that there is one; an application of your own should ask for 12 characters. */
  @Length(1, 200)
  @IsString()
  password: string
}

/** What may be changed of an account; what is left out stays as it is. */
export class UserChanges {
  @MayBeOmitted()
  @IsUsername()
  username?: string

  @MayBeOmitted()
  @IsEmail()
  email?: string

  @MayBeOmitted()
  @Length(1, 200)
  @IsString()
  password?: string

  /** Null clears it. */
  @IsOptional()
  @IsString()
  bio?: string | null

  /** Null clears it. */
  @IsOptional()
  @IsString()
  image?: string | null
}

/** An account as its owner sees it. */
@ApiSchema({ name: 'User' })
export class UserView {
  @ApiProperty()
  readonly email: string

  @ApiProperty()
  readonly token: string

  @ApiProperty()
  readonly username: string

  @ApiProperty()
  readonly bio: string

  @ApiProperty()
  readonly image: string
}

/** An account, as answers carry it. */
export class UserResponse {
  @ApiProperty()
  readonly user: UserView
}
