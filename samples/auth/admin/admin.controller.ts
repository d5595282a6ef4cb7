import {
  AUDIT_LOG,
  Body,
  CacheControl,
  Controller,
  Get,
  Header,
  Inject,
  NotFoundException,
  Param,
  Post,
  Redirect,
  type MemoryAuditLog,
} from 'corbel'
import { CurrentUser, type Principal } from 'corbel/auth'
import { Permissions, Roles } from 'corbel/authorization'
import { IsIn } from 'class-validator'
import { Accounts } from '../accounts/accounts.js'
import { adminPage } from '../pages/admin-page.js'
import { HTML } from '../pages/html.js'
import { userOf } from '../pages/user.js'

const ROLES = ['member', 'editor', 'admin']

class RoleForm {
  @IsIn(ROLES) role: string
}

/** Who has which role, and what has happened. */
@Roles('admin')
@Controller('admin')
export class AdminController {
  constructor(
    @Inject(Accounts) private readonly accounts: Accounts,
    @Inject(AUDIT_LOG) private readonly log: MemoryAuditLog,
  ) {}

  @Permissions('audit:read')
  @Get()
  @CacheControl({ noStore: true })
  @Header('content-type', HTML)
  page(@CurrentUser() user: Principal): string {
    const names = new Map(this.accounts.all().map(({ id, name }) => [id, name]))
    const events = this.log.events.slice(-30).toReversed()
    return adminPage({ user: userOf(user), accounts: this.accounts.all(), roles: ROLES, events, names })
  }

  @Permissions('accounts:write')
  @Post('accounts/:id/role')
  @Redirect('/admin', 303)
  setRole(@Param('id') id: string, @Body() { role }: RoleForm): void {
    if (this.accounts.find(id) === undefined) throw new NotFoundException('There is no such account.')
    this.accounts.setRoles(id, [role])
  }
}
