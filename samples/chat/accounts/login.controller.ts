import {
  Body,
  CacheControl,
  Controller,
  Get,
  HttpCode,
  Inject,
  Post,
  RateLimit,
  Req,
  Res,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import { CurrentUser, JwtService, PasswordLogin, Public, type Principal } from 'corbel/auth'
import { randomId } from 'corbel/crypto'
import type { Account } from './accounts.js'
import { Guest, Login } from './login.dto.js'
import { COOKIE } from './token-cookie.js'
import { userOf, type User } from './user.js'

const HOURS_12 = 12 * 60 * 60 * 1000

/** Login with a password, or as a guest: both give a token. */
@Controller('api')
export class LoginController {
  constructor(
    @Inject(PasswordLogin) private readonly passwords: PasswordLogin<Account>,
    @Inject(JwtService) private readonly tokens: JwtService,
  ) {}

  @Get('me')
  @CacheControl({ noStore: true })
  me(@CurrentUser() user: Principal): User {
    return userOf(user)
  }

  @Public()
  @Post('login')
  @HttpCode(200)
  @RateLimit({ name: 'login', limit: 20, window: '5m', by: 'ip' })
  async login(
    @Body() { name, password }: Login,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: WebResponse,
  ): Promise<User> {
    const account = await this.passwords.login(name, password)
    const user = { id: account.id, name: account.name, isGuest: false }
    await this.enter(request, response, user, account.roles)
    return user
  }

  @Public()
  @Post('guest')
  @HttpCode(200)
  @RateLimit({ name: 'guest', limit: 20, window: '5m', by: 'ip' })
  async guest(
    @Body() { name }: Guest,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: WebResponse,
  ): Promise<User> {
    const user = { id: `guest-${randomId()}`, name: name.normalize('NFKC').trim(), isGuest: true }
    await this.enter(request, response, user, [])
    return user
  }

  @Public()
  @Post('logout')
  @HttpCode(204)
  logout(@Res({ passthrough: true }) response: WebResponse): void {
    response.clearCookie(COOKIE, { path: '/' })
  }

  private async enter(
    { secure }: HttpRequest,
    response: WebResponse,
    { id, name, isGuest }: User,
    roles: readonly string[],
  ): Promise<void> {
    const token = await this.tokens.sign({ name, guest: isGuest, roles }, { subject: id })
    response.cookie(COOKIE, token, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure,
      maxAge: HOURS_12,
    })
  }
}
