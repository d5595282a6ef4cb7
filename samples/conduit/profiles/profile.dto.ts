import { ApiProperty, ApiSchema } from 'corbel'

/** A user as others see them. */
@ApiSchema({ name: 'Profile' })
export class ProfileView {
  @ApiProperty()
  readonly username: string

  @ApiProperty()
  readonly bio: string

  @ApiProperty()
  readonly image: string

  @ApiProperty()
  readonly following: boolean
}

/** A profile, as answers carry it. */
export class ProfileResponse {
  @ApiProperty()
  readonly profile: ProfileView
}
