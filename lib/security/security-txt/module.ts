import type { Class } from '../../common/index.js'
import { Logger } from '../../core/index.js'
import { Module, type DynamicModule } from '../../di/index.js'
import { Controller, Direct, Get, Header } from '../../web/index.js'
import { writeSecurityTxt, type SecurityTxt, type SecurityTxtOptions } from './text.js'

const YEAR = 366 * 86_400_000

/**
 * Serves `/.well-known/security.txt`: whom to tell of a vulnerability. No guard, prefix or interceptor applies.
 *
 * @see RFC 9116
 * @example
 * @Module({ imports: [SecurityTxtModule.forRoot({ contact: 'mailto:security@example.com', expires: '2027-01-31T00:00:00Z' })] })
 */
@Module()
export class SecurityTxtModule {
  /**
   * @param options what the file says
   * @throws {CorbelError} CORBEL_SECURITY_TXT
   */
  static forRoot(options: SecurityTxtOptions): DynamicModule {
    return { module: SecurityTxtModule, controllers: [controllerOf(writeSecurityTxt(options))] }
  }
}

function controllerOf({ text, expires }: SecurityTxt): Class {
  @Direct()
  @Controller('.well-known')
  class SecurityTxtController {
    constructor() {
      const left = expires.getTime() - Date.now()
      // not an error: nothing else depends on it
      if (left <= 0) new Logger('SecurityTxt').warn(`security.txt has expired on ${expires.toISOString()}.`)
      if (left > YEAR)
        new Logger('SecurityTxt').warn('security.txt expires in more than a year (RFC 9116 §2.5.5).')
    }

    @Get('security.txt')
    @Header('content-type', 'text/plain; charset=utf-8')
    show(): string {
      return text
    }
  }
  return SecurityTxtController
}
