import { addVary, endWhole, HeaderList, statusText } from '../http/index.js'
import { errorPage, inDevelopment } from './development.js'
import { describeError, type ErrorDescription } from './error-description.js'
import type { ProblemForm } from './extensions.js'
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
  /**
   * Only logs, where there is nothing left to answer.
   *
   * @param context the call
   * @param error what was thrown
   */
  note(context: HttpContext, error: unknown): void
}

/**
 * Makes the default answer to exceptions.
 *
 * @param format of the body
 * @param report is told of errors that are not the client's; HttpExceptions are told to the client alone
 * @param development true if traces may be shown to the client
 * @param explain says what errors of libraries mean
 * @param forms other forms of the body than JSON, for clients that want them
 */
export function createErrorWriter(
  format: ErrorFormat,
  report: (error: unknown, context: HttpContext) => void,
  development: boolean,
  explain: (error: unknown) => unknown,
  forms: readonly ProblemForm[] = [],
): ErrorWriter {
  const describe = (context: HttpContext, error: unknown): ErrorDescription => {
    const described = describeError(explain(error))
    if (described.isLogged) report(error, context)
    return development && described.isHidden ? inDevelopment(described, error) : described
  }
  return {
    answer(context, error) {
      const described = describe(context, error)
      const sink = context.outlet
      if (sink.state === 'ended' || sink.state === 'aborted') return
      if (sink.state !== 'idle') {
        // half an answer cannot be taken back; the client has to see that it is incomplete
        sink.abort(error as Error)
        return
      }
      const touched = context.touchedResponse
      // whoever waits for the end of the response logs what was sent
      if (touched !== undefined) touched.statusCode = described.status
      const headers = touched?.headers.clone() ?? headersOfFeatures(context)
      // of a body that was begun differently: type and length are this one's
      for (const name of OF_THE_RESULT) headers.delete(name)
      const cached = context.route?.headers.empty.get('cache-control')
      if (cached !== undefined && headers.get('cache-control') === cached) headers.delete('cache-control')
      const page = development && described.isHidden ? errorPage(context, described, error) : undefined
      const form = page === undefined && forms.length > 0 ? formFor(context, forms) : undefined
      if (forms.length > 0) addVary(headers, 'Accept')
      headers.set(
        'content-type',
        page === undefined ? (form?.type ?? MEDIA_TYPES[format]) : 'text/html; charset=utf-8',
      )
      // the page shows what the request may have brought: nothing in it may run
      if (page !== undefined)
        headers.set('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
      for (const [name, value] of described.headers ?? []) {
        if (name === 'vary') for (const one of value.split(',')) addVary(headers, one.trim())
        else headers.set(name, value)
      }
      context.complete(headers)
      const body = (): string => writeBody(content(format, described, context), form)
      endWhole(sink, described.status, headers, page ?? body())
    },
    message(context, error) {
      const { body } = describe(context, error)
      const { message } = typeof body === 'string' ? { message: body } : (body as { message?: unknown })
      return typeof message === 'string' ? message : JSON.stringify(message ?? '')
    },
    note(context, error) {
      if (describeError(explain(error)).isLogged) report(error, context)
    },
  }
}

/** What features say of a route (that it is deprecated, on what it varies) is true of its errors as well. */
function headersOfFeatures({ route }: HttpContext): HeaderList {
  const headers = new HeaderList()
  for (const { name, value } of route?.endpoint.headers ?? []) {
    const text = typeof value === 'function' ? value() : value
    if (name.toLowerCase() === 'vary') for (const one of text.split(',')) addVary(headers, one.trim())
    else headers.set(name, text)
  }
  return headers
}

function formFor({ exchange }: HttpContext, forms: readonly ProblemForm[]): ProblemForm | undefined {
  const accept = exchange.headers.get('accept')
  return accept === undefined ? undefined : forms.find((form) => form.suits(accept))
}

function writeBody(body: object, form: ProblemForm | undefined): string {
  return form === undefined ? JSON.stringify(body) : form.write(body)
}

const OF_THE_RESULT = ['content-length', 'content-encoding', 'content-disposition', 'etag', 'last-modified']

const MEDIA_TYPES: Readonly<Record<ErrorFormat, string>> = {
  problem: 'application/problem+json',
  plain: 'application/json; charset=utf-8',
}

function content(format: ErrorFormat, described: ErrorDescription, context: HttpContext): object {
  return format === 'problem' ? problemBody(described, context) : plainBody(described)
}

/**
 * A problem details object.
 *
 * @see RFC 9457 §3.1; the members of the exception's own body come after the standard ones (§3.2)
 */
function problemBody({ status, body, errorCode, problem }: ErrorDescription, context: HttpContext): object {
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
    ...(errorCode !== undefined && { errorCode }),
    ...problem,
  }
}

function plainBody({ status, body, errorCode }: ErrorDescription): object {
  const members = typeof body === 'string' ? { statusCode: status, message: body } : body
  return errorCode === undefined ? members : { ...members, errorCode }
}
