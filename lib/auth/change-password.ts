import type { Class } from '../common/index.js'
import { Controller, Get, Header, Redirect, VERSION_NEUTRAL } from '../web/index.js'
import { AuthOptionsInvalid } from './errors.js'
import { localPath } from './local-path.js'
import { Public } from './policy.js'

/**
 * Makes the controller that leads password managers to the page where a password is changed.
 *
 * @param page a path of this application
 * @see W3C, A Well-Known URL for Changing Passwords
 * @throws {CorbelError} CORBEL_AUTH_OPTIONS_INVALID if the page is elsewhere
 */
export function changePasswordController(page: string): Class {
  if (localPath(page) === undefined)
    throw new AuthOptionsInvalid({ reason: `changePassword is no path of this application: "${page}".` })

  @Public()
  @Controller({ path: '.well-known/change-password', version: VERSION_NEUTRAL })
  class ChangePasswordController {
    @Get()
    @Redirect(page, 303)
    @Header('cache-control', 'no-store')
    lead(): void {
      // the decorator says it all
    }
  }
  return ChangePasswordController
}
