import { Optional } from '../di/index.js'
import { Catch, type ArgumentsHost, type ExceptionFilter } from '../pipeline/index.js'
import { HttpContext } from './http-context.js'

/**
 * A filter that does what happens without one. Extend it to do something more, and call `super.catch`.
 *
 * @example
 * \@Catch()
 * export class CountingFilter extends BaseExceptionFilter {
 *   override catch(exception: unknown, host: ArgumentsHost) {
 *     failures.increment()
 *     super.catch(exception, host)
 *   }
 * }
 */
@Catch()
export class BaseExceptionFilter<T = unknown> implements ExceptionFilter<T> {
  /** @param _adapter what applications that come from elsewhere hand over; Corbel does not need it */
  constructor(@Optional() _adapter?: unknown) {}

  /**
   * Answers with the default error body.
   *
   * @param exception what was thrown; unknown errors are logged
   * @param host the call; of other transports than HTTP the exception is thrown on
   */
  catch(exception: T, host: ArgumentsHost): void {
    if (!(host instanceof HttpContext)) throw exception
    host.answerError(exception)
  }
}
