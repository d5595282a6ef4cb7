import {
  Body,
  CacheControl,
  Controller,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Post,
  Redirect,
  Req,
  Res,
  Session,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import { bindingOf, browserBinding, CurrentUser, Public, type Principal } from 'corbel/auth'
import { Passkeys } from 'corbel/auth/passkeys'
import { Unrestricted } from 'corbel/authorization'
import type { HttpSession } from 'corbel/sessions'
import { accountPage } from '../pages/account-page.js'
import { HTML } from '../pages/html.js'
import { userOf } from '../pages/user.js'

/** Passkeys of who is logged in, and login by one. */
@Unrestricted()
@Controller()
export class PasskeysController {
  constructor(@Inject(Passkeys) private readonly passkeys: Passkeys) {}

  @Get('account')
  @CacheControl({ noStore: true })
  @Header('content-type', HTML)
  async page(@CurrentUser() user: Principal, @Session() session: HttpSession): Promise<string> {
    const passkeys = await this.passkeys.list(user.id)
    return accountPage({ user: userOf(user), passkeys, notices: session.flash('notice') })
  }

  @Post('passkeys/new')
  @HttpCode(200)
  begin(
    @CurrentUser() user: Principal,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: WebResponse,
  ) {
    const { email, name } = userOf(user)
    return this.passkeys.beginRegistration(
      { id: user.id, name: email, displayName: name },
      browserBinding(request, response),
    )
  }

  @Post('passkeys')
  @HttpCode(204)
  async finish(
    @CurrentUser() user: Principal,
    @Body() made: object,
    @Req() request: HttpRequest,
    @Session() session: HttpSession,
  ): Promise<void> {
    await this.passkeys.finishRegistration(user.id, made, bindingOf(request), nameOf(request))
    session.flash('notice', 'The passkey was added.')
  }

  @Post('passkeys/:id/remove')
  @Redirect('/account', 303)
  async remove(
    @CurrentUser() user: Principal,
    @Param('id') id: string,
    @Session() session: HttpSession,
  ): Promise<void> {
    if (await this.passkeys.remove(user.id, id)) session.flash('notice', 'The passkey was removed.')
  }

  @Public()
  @Post('login/passkey/new')
  @HttpCode(200)
  beginLogin(@Req() request: HttpRequest, @Res({ passthrough: true }) response: WebResponse) {
    return this.passkeys.beginLogin(browserBinding(request, response))
  }

  @Public()
  @Post('login/passkey')
  @HttpCode(204)
  async login(
    @Body() shown: object,
    @Req() request: HttpRequest,
    @Session() session: HttpSession,
  ): Promise<void> {
    const { account } = await this.passkeys.finishLogin(shown, bindingOf(request))
    session.login(account)
  }
}

/** By which its owner knows it again: the system of the browser. */
function nameOf(request: HttpRequest): string {
  const agent = String(request.headers['user-agent'] ?? '')
  return (
    ['iPhone', 'iPad', 'Android', 'Windows', 'Mac OS', 'Linux'].find((one) => agent.includes(one)) ??
    'Passkey'
  )
}
