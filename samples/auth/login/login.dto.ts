import { IsEmail, IsString, Length, MaxLength } from 'class-validator'

export class LoginForm {
  @IsString() @MaxLength(200) email: string
  @IsString() @MaxLength(1000) password: string
}

export class SignUpForm {
  @IsEmail() @MaxLength(200) email: string
  @Length(1, 60) name: string
  @IsString() @MaxLength(1000) password: string
}
