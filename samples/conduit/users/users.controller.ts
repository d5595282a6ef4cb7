import { ApiTags, ApiUnauthorizedResponse, Body, Controller, Get, HttpCode, Post, Put, Returns } from 'corbel'
import { CurrentUser, Public } from 'corbel/auth'
import { Credentials, NewUser, UserChanges, UserResponse } from './user.dto.js'
import { User } from './user.entity.js'
import { UsersService } from './users.service.js'

@ApiTags('User and Authentication')
@Controller()
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Public()
  @Post('users')
  @Returns(UserResponse)
  async register(@Body('user') account: NewUser): Promise<UserResponse> {
    return { user: await this.users.view(await this.users.register(account)) }
  }

  @Public()
  @Post('users/login')
  @HttpCode(200)
  @Returns(UserResponse)
  @ApiUnauthorizedResponse({ description: 'E-mail address or password is wrong' })
  async login(@Body('user') credentials: Credentials): Promise<UserResponse> {
    return { user: await this.users.view(await this.users.login(credentials)) }
  }

  @Get('user')
  @Returns(UserResponse)
  async current(@CurrentUser() user: User): Promise<UserResponse> {
    return { user: await this.users.view(user) }
  }

  @Put('user')
  @Returns(UserResponse)
  async update(@CurrentUser() user: User, @Body('user') changes: UserChanges): Promise<UserResponse> {
    return { user: await this.users.view(await this.users.update(user, changes)) }
  }
}
