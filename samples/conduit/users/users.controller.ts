import { Body, Controller, Get, HttpCode, Post, Put } from 'corbel'
import { CurrentUser, Public } from 'corbel/auth'
import { Credentials, NewUser, UserChanges, type UserView } from './user.dto.js'
import { User } from './user.entity.js'
import { UsersService } from './users.service.js'

interface UserResponse {
  readonly user: UserView
}

@Controller()
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Public()
  @Post('users')
  async register(@Body('user') account: NewUser): Promise<UserResponse> {
    return { user: await this.users.view(await this.users.register(account)) }
  }

  @Public()
  @Post('users/login')
  @HttpCode(200)
  async login(@Body('user') credentials: Credentials): Promise<UserResponse> {
    return { user: await this.users.view(await this.users.login(credentials)) }
  }

  @Get('user')
  async current(@CurrentUser() user: User): Promise<UserResponse> {
    return { user: await this.users.view(user) }
  }

  @Put('user')
  async update(@CurrentUser() user: User, @Body('user') changes: UserChanges): Promise<UserResponse> {
    return { user: await this.users.view(await this.users.update(user, changes)) }
  }
}
