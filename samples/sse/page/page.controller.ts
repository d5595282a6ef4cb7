import { CacheControl, Controller, ETag, Get, Header } from 'corbel'
import { PAGE, SCRIPT, STYLE } from './board-page.js'

/** The page with the board. Its script and style are files of their own, so that nothing inline has to be allowed. */
@Controller()
@ETag('strong')
@CacheControl({ noCache: true })
export class PageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', "default-src 'self'; frame-ancestors 'none'")
  page(): string {
    return PAGE
  }

  @Get('board.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return SCRIPT
  }

  @Get('board.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return STYLE
  }
}
