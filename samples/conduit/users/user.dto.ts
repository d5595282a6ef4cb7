import { IsEmail, IsOptional, IsString, Length, Matches } from 'class-validator'
import { IsText, MayBeOmitted } from '../common/validation.js'

/** What somebody logs in with. */
export class Credentials {
  @IsText()
  email: string

  @IsText()
  password: string
}

/** A new account. */
export class NewUser {
  @Length(1, 60)
  @Matches(/^\S(.*\S)?$/, { message: 'username must not begin or end with a space' })
  @IsString()
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
  @Length(1, 60)
  @Matches(/^\S(.*\S)?$/, { message: 'username must not begin or end with a space' })
  @IsString()
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
export interface UserView {
  readonly email: string
  readonly token: string
  readonly username: string
  readonly bio: string
  readonly image: string
}
