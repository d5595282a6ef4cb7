import { defineDecorator, type AnyDecorator } from '../../metadata/index.js'
import { createParamDecorator, type HttpContext } from '../../web/index.js'
import { settingsOf } from './settings.js'
import { issueToken } from './token.js'

/**
 * Takes requests of a route, or of each route of a controller, from wherever they come: for webhooks, which are signed, and
 * for what changes nothing.
 *
 * @param skip false to check all the same, where the controller says otherwise
 */
export const SkipCsrf = defineDecorator({
  name: 'SkipCsrf',
  on: ['class', 'method'],
  value: (skip: boolean = true): boolean => skip,
})

/**
 * Gives a handler the token for its page: for a hidden field `_csrf` of a form, or for scripts, which send it as
 * `X-CSRF-Token`. The answer sets the cookie that it belongs to.
 *
 * @example
 * @Get('login') @Render('login') page(@CsrfToken() csrf: string) { return { csrf } }
 */
export const CsrfToken: () => AnyDecorator = createParamDecorator((_data: undefined, context) =>
  issueToken(context.switchToHttp() as HttpContext, settingsOf(context as HttpContext)),
)
