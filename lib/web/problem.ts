import { CorbelError } from '../common/index.js'
import { endWhole, HeaderList, statusText } from '../http/index.js'
import { HttpException } from '../pipeline/index.js'
import type { HttpContext } from './http-context.js'

/** The form of error bodies: RFC 9457, or `{ statusCode, message, error }`. */
export type ErrorFormat = 'problem' | 'plain'

/** What writes the answer to an exception that no filter has taken. */
export interface ErrorWriter {
  /**
   * @param context the call
   * @param error what was thrown
   */
  answer(context: HttpContext, error: unknown): void
  /**
   * @param context the call
   * @param error what ended a stream that was begun
   * @returns what the client may know of it
   */
  message(context: HttpContext, error: unknown): string
}

/**
 * Makes the default answer to exceptions.
 *
 * @param format of the body
 * @param report is told of errors that are not the client's: those with status 500 that are no HttpException
 * @param development true if traces may be shown to the client
 */
export function createErrorWriter(
  format: ErrorFormat,
  report: (error: unknown, context: HttpContext) => void,
  development: boolean,
): ErrorWriter {
  return {
    answer(context, error) {
      const known = describe(error)
      if (known === undefined) report(error, context)
      const sink = context.outlet
      if (sink.state === 'ended' || sink.state === 'aborted') return
      if (sink.state !== 'idle') {
        // half an answer cannot be taken back; the client has to see that it is incomplete
        sink.abort(error as Error)
        return
      }
      const { status, body } = known ?? unknownError(error, development)
      const content = format === 'problem' ? problemBody(status, body, context) : plainBody(status, body)
      const headers = context.touchedResponse?.headers.clone() ?? new HeaderList()
      // of a body that was begun differently: type and length are this one's
      for (const name of ['content-length', 'content-encoding', 'content-disposition', 'etag'])
        headers.delete(name)
      headers.set(
        'content-type',
        format === 'problem' ? 'application/problem+json' : 'application/json; charset=utf-8',
      )
      for (const [name, value] of Object.entries(headersOf(error))) headers.set(name, value)
      endWhole(sink, status, headers, JSON.stringify(content))
    },
    message(context, error) {
      const known = describe(error)
      if (known === undefined) report(error, context)
      const { body } = known ?? unknownError(error, development)
      const { message } = typeof body === 'string' ? { message: body } : (body as { message?: unknown })
      return typeof message === 'string' ? message : JSON.stringify(message ?? '')
    },
  }
}

interface Described {
  readonly status: number
  readonly body: string | object
}

/** Errors that say themselves what the client may know. */
function describe(error: unknown): Described | undefined {
  if (error instanceof HttpException) return { status: error.getStatus(), body: error.getResponse() }
  if (error instanceof CorbelError && error.status !== undefined) {
    const body = {
      statusCode: error.status,
      message: error.message,
      error: statusText(error.status),
      code: error.code,
    }
    return { status: error.status, body }
  }
  return fromLibrary(error)
}

/** Errors of middleware from npm carry a status, and `expose` where their message is meant for the client. */
function fromLibrary(error: unknown): Described | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { status, statusCode, expose, message } = error as Record<string, unknown>
  const code = typeof status === 'number' ? status : statusCode
  if (typeof code !== 'number' || !Number.isInteger(code) || code < 400 || code > 499) return undefined
  const text = expose === false || typeof message !== 'string' ? statusText(code) : message
  return { status: code, body: { statusCode: code, message: text } }
}

function unknownError(error: unknown, development: boolean): Described {
  const body = { statusCode: 500, message: 'Internal server error' }
  if (!development || !(error instanceof Error)) return { status: 500, body }
  return { status: 500, body: { ...body, message: error.message, stack: error.stack?.split('\n') ?? [] } }
}

/**
 * A problem details object.
 *
 * @see RFC 9457 §3.1; the members of the exception's own body come after the standard ones (§3.2)
 */
function problemBody(status: number, body: string | object, context: HttpContext): object {
  const { target } = context.exchange
  const mark = target.indexOf('?')
  const members = typeof body === 'string' ? {} : body
  const { message, error } = members as { message?: unknown; error?: unknown }
  const detail = typeof body === 'string' ? body : typeof message === 'string' ? message : undefined
  return {
    type: 'about:blank',
    title: typeof error === 'string' ? error : statusText(status),
    status,
    ...(detail !== undefined && { detail }),
    instance: mark === -1 ? target : target.slice(0, mark),
    ...members,
  }
}

function plainBody(status: number, body: string | object): object {
  return typeof body === 'string' ? { statusCode: status, message: body } : body
}

function headersOf(error: unknown): Record<string, string> {
  const { headers } = (typeof error === 'object' && error !== null ? error : {}) as { headers?: unknown }
  return typeof headers === 'object' && headers !== null ? (headers as Record<string, string>) : {}
}
