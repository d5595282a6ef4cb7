import { Controller, Get, Header } from 'corbel'
import { Public } from 'corbel/auth'
import { SCRIPT } from './script.js'
import { STYLE } from './style.js'

/** Script and style: files of their own, so that the policy forbids everything inline. */
@Public()
@Controller('assets')
export class AssetsController {
  @Get('board.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('cache-control', 'max-age=300')
  script(): string {
    return SCRIPT
  }

  @Get('board.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'max-age=300')
  style(): string {
    return STYLE
  }
}
