import { CorbelError } from '../common/index.js'
import { HeaderList, statusText } from '../http/index.js'
import { HttpException, IntrinsicException } from '../pipeline/index.js'

/** What an exception means for its request. */
export interface ErrorDescription {
  readonly status: number
  /** What the client may know: a message, or the members of the body. */
  readonly body: string | object
  /** Of an exception whose response is a message: sent beside it. */
  readonly errorCode?: string | undefined
  /** Members that only the `problem` form has. */
  readonly problem?: Readonly<Record<string, unknown>> | undefined
  /** Headers that the exception brings: `Retry-After` and the like. */
  readonly headers?: HeaderList | undefined
  /** True if it belongs into the log: it is not the client's error, and nobody has told it before. */
  readonly isLogged: boolean
  /** True if trace and message are kept from clients, outside development. */
  readonly isHidden: boolean
}

/**
 * Tells what to answer to an exception.
 *
 * @param error whatever was thrown: an HttpException, an error declared by `defineError`, an error of a library that
 *   carries a status, or anything else, which is 500
 */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof HttpException && isStatus(error.getStatus())) return describeException(error)
  if (error instanceof CorbelError && error.status !== undefined) return describeDeclared(error, error.status)
  return (
    fromLibrary(error) ?? {
      status: 500,
      body: { statusCode: 500, message: 'Internal server error' },
      // an HttpException that gets here has a status that cannot be sent
      isLogged: error instanceof HttpException || !(error instanceof IntrinsicException),
      isHidden: true,
    }
  )
}

function describeException(error: HttpException): ErrorDescription {
  const body = error.getResponse()
  return {
    status: error.getStatus(),
    body,
    errorCode: typeof body === 'string' ? error.errorCode : undefined,
    problem: error.options.problem,
    headers: headersOf(error),
    isLogged: false,
    isHidden: false,
  }
}

function describeDeclared(error: CorbelError, status: number): ErrorDescription {
  const isServers = status >= 500
  const text = statusText(status)
  const message = isServers ? text : error.message
  const body = { statusCode: status, message, error: text, code: error.code }
  const problem = isServers ? undefined : error.problem
  return { status, body, problem, headers: headersOf(error), isLogged: isServers, isHidden: isServers }
}

/**
 * Errors of middleware from npm carry a status, and `expose` where they say whether their message is meant for clients.
 * A plain error with a status from 500 on may be anything: only those that have `expose`, or are no `Error` at all but
 * made for an answer, are taken at their word.
 */
function fromLibrary(error: unknown): ErrorDescription | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { status, statusCode, expose, message } = error as Record<string, unknown>
  const code = typeof status === 'number' ? status : statusCode
  if (typeof code !== 'number' || !isStatus(code) || code < 400) return undefined
  const isServers = code >= 500
  if (isServers && typeof expose !== 'boolean' && error instanceof Error) return undefined
  const isTold = typeof message === 'string' && message !== '' && (expose ?? !isServers) === true
  return {
    status: code,
    body: { statusCode: code, message: isTold ? message : statusText(code) },
    headers: headersOf(error),
    isLogged: isServers,
    isHidden: isServers && !isTold,
  }
}

/** Informational codes are no answers, and beyond 599 there are none (RFC 9110 §15). */
function isStatus(code: unknown): boolean {
  return Number.isInteger(code) && (code as number) >= 200 && (code as number) <= 599
}

/** The body's own headers are not the exception's to say, and what cannot be sent is left out rather than the answer. */
function headersOf(error: object): HeaderList | undefined {
  const { headers } = error as { headers?: unknown }
  if (typeof headers !== 'object' || headers === null) return undefined
  const list = new HeaderList()
  for (const [name, value] of Object.entries(headers)) {
    if (FRAMING.has(name.toLowerCase()) || (typeof value !== 'string' && typeof value !== 'number')) continue
    try {
      list.set(name, value)
    } catch {
      continue
    }
  }
  return list
}

const FRAMING = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'connection',
])
