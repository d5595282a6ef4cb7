import { ApiTags, Controller, Delete, Get, HttpCode, Param, Post, Returns } from 'corbel'
import { Authenticated, CurrentUser } from 'corbel/auth'
import { User } from '../users/user.entity.js'
import { ProfileResponse } from './profile.dto.js'
import { ProfilesService } from './profiles.service.js'

@ApiTags('Profile')
@Controller('profiles/:username')
export class ProfilesController {
  constructor(private readonly profiles: ProfilesService) {}

  @Authenticated({ optional: true })
  @Get()
  @Returns(ProfileResponse)
  async show(@Param('username') username: string, @CurrentUser() viewer?: User): Promise<ProfileResponse> {
    return { profile: await this.profiles.show(username, viewer) }
  }

  @Post('follow')
  @HttpCode(200)
  @Returns(ProfileResponse)
  async follow(@Param('username') username: string, @CurrentUser() viewer: User): Promise<ProfileResponse> {
    return { profile: await this.profiles.follow(username, viewer) }
  }

  @Delete('follow')
  @Returns(ProfileResponse)
  async unfollow(@Param('username') username: string, @CurrentUser() viewer: User): Promise<ProfileResponse> {
    return { profile: await this.profiles.unfollow(username, viewer) }
  }
}
