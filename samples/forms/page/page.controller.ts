import { Controller, Get, Header } from 'corbel'
import { ICON, PAGE, SCRIPT, STYLE } from './sign-up-page.js'

/** The page with the form. Its script and style are files of their own, so that nothing inline has to be allowed. */
@Controller()
export class PageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'self'; frame-ancestors 'none'")
  page(): string {
    return PAGE
  }

  @Get('sign-up.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return SCRIPT
  }

  @Get('sign-up.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return STYLE
  }

  @Get('sign-up.svg')
  @Header('content-type', 'image/svg+xml')
  icon(): string {
    return ICON
  }
}
