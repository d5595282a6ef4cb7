import { IsString, Length, Matches, MaxLength } from 'class-validator'

export class Login {
  @IsString() @MaxLength(60) name: string
  @IsString() @MaxLength(256) password: string
}

export class Guest {
  @Length(2, 24)
  @Matches(/^[\p{L}\p{N}][\p{L}\p{N}\p{M} ._'-]*$/u, { message: 'name may have letters, digits and spaces' })
  name: string
}
