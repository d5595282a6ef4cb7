import { Controller, Delete, Get, HttpCode, Param, Post } from 'corbel'
import { Authenticated, CurrentUser } from 'corbel/auth'
import { User } from '../users/user.entity.js'
import { ProfilesService, type ProfileView } from './profiles.service.js'

interface ProfileResponse {
  readonly profile: ProfileView
}

@Controller('profiles/:username')
export class ProfilesController {
  constructor(private readonly profiles: ProfilesService) {}

  @Authenticated({ optional: true })
  @Get()
  async show(@Param('username') username: string, @CurrentUser() viewer?: User): Promise<ProfileResponse> {
    return { profile: await this.profiles.show(username, viewer) }
  }

  @Post('follow')
  @HttpCode(200)
  async follow(@Param('username') username: string, @CurrentUser() viewer: User): Promise<ProfileResponse> {
    return { profile: await this.profiles.follow(username, viewer) }
  }

  @Delete('follow')
  async unfollow(@Param('username') username: string, @CurrentUser() viewer: User): Promise<ProfileResponse> {
    return { profile: await this.profiles.unfollow(username, viewer) }
  }
}
