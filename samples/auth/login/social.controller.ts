import {
  Controller,
  Get,
  Inject,
  Param,
  Query,
  Redirect,
  Req,
  Res,
  Session,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import { bindingOf, browserBinding, Public } from 'corbel/auth'
import type { HttpSession } from 'corbel/sessions'
import { SocialLogin } from './social-login.js'

/** Login at a provider. */
@Public()
@Controller('login/:provider')
export class SocialController {
  constructor(@Inject(SocialLogin) private readonly social: SocialLogin) {}

  @Get()
  @Redirect()
  async begin(
    @Param('provider') name: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: WebResponse,
    @Query('to') to?: string,
  ) {
    return { url: (await this.social.get(name).begin(browserBinding(request, response), to)).href }
  }

  @Get('callback')
  @Redirect()
  async finish(
    @Param('provider') name: string,
    @Query() answer: Record<string, unknown>,
    @Req() request: HttpRequest,
    @Session() session: HttpSession,
  ) {
    const { identity, returnTo } = await this.social.get(name).finish(answer, bindingOf(request))
    // somebody who is logged in links the identity with his account; everybody else logs in by it
    if (session.subject === undefined) session.login((await this.social.links.resolve(identity)).account)
    else await this.social.links.link(identity, session.subject)
    return { url: returnTo }
  }
}
