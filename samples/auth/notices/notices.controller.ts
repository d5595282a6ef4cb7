import { Body, Controller, Get, Header, Inject, Post, Redirect, Session } from 'corbel'
import { Authenticated, CurrentUser, type Principal } from 'corbel/auth'
import { Authorizer, Can, Permissions, Resource, Unrestricted } from 'corbel/authorization'
import type { HttpSession } from 'corbel/sessions'
import { IsString, Length } from 'class-validator'
import { boardPage } from '../pages/board-page.js'
import { HTML } from '../pages/html.js'
import { userOf } from '../pages/user.js'
import { Notice } from './notice.js'
import { Notices } from './notices.js'

class NoticeForm {
  @IsString() @Length(1, 500) text: string
}

/** The board. */
@Controller()
export class NoticesController {
  constructor(
    @Inject(Notices) private readonly notices: Notices,
    @Inject(Authorizer) private readonly authorizer: Authorizer,
  ) {}

  @Unrestricted()
  @Authenticated({ optional: true })
  @Get()
  @Header('content-type', HTML)
  async board(@Session() session: HttpSession, @CurrentUser() user?: Principal): Promise<string> {
    const notices = this.notices.all()
    const removable = await this.authorizer.filter(user, 'remove', notices)
    return boardPage({
      user: user && userOf(user),
      notices,
      removable: new Set(removable),
      mayAudit: this.authorizer.isPermitted(user, 'audit:read'),
      messages: session.flash('notice'),
    })
  }

  @Permissions('notices:write')
  @Post('notices')
  @Redirect('/', 303)
  add(@CurrentUser() user: Principal, @Body() { text }: NoticeForm): void {
    this.notices.add(user.id, userOf(user).name, text)
  }

  @Can('remove', Notice)
  @Post('notices/:id/remove')
  @Redirect('/', 303)
  remove(@Resource() notice: Notice): void {
    this.notices.remove(notice)
  }
}
