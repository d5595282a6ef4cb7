import { Inject } from 'corbel'
import type { Principal } from 'corbel/auth'
import { isOwner, Policy } from 'corbel/authorization'
import { Notice } from './notice.js'
import { Notices } from './notices.js'

/** Everybody takes his own notices down; editors take down all of them. */
@Policy(Notice)
export class NoticePolicy {
  constructor(@Inject(Notices) private readonly notices: Notices) {}

  load(id: string): Notice | undefined {
    return this.notices.find(id)
  }

  remove(user: Principal, notice: Notice): boolean {
    return (
      isOwner(user, notice, 'authorId') ||
      (user.roles ?? []).some((role) => ['editor', 'admin'].includes(role))
    )
  }
}
