import type { HeaderList } from '../http/index.js'
import { CorbelError } from '../common/index.js'
import { LiveResultUnusable } from './errors.js'

/** Why a live query has no result: the answer that the client would have got for a plain request. */
export interface LiveFailure {
  readonly status: number
  /** Of the answer; undefined where there was none. */
  readonly headers: HeaderList | undefined
  readonly body: string
  /** True if trying again cannot help. */
  readonly isFinal?: boolean
}

/** What clients learn of a failure in a message. */
export interface LiveErrorData {
  readonly status: 'error'
  readonly statusCode: number
  readonly message: string
  readonly [member: string]: unknown
}

/** Whether the same request may well succeed later: the server's own trouble, and too many requests. */
export function isTemporary({ status, isFinal = false }: LiveFailure): boolean {
  return !isFinal && (status >= 500 || status === 429 || status === 408)
}

/** Whether it is about who asks, and not about what is asked for. */
export function isRefusal({ status }: LiveFailure): boolean {
  return status === 401 || status === 403
}

/**
 * The failure that an error is.
 *
 * @param error thrown outside of handlers
 */
export function failureOf(error: unknown): LiveFailure {
  const {
    status = 500,
    message,
    code,
  } = error instanceof CorbelError ? error : { message: 'Internal server error', code: undefined }
  const detail = status === 500 ? 'Internal server error' : message
  const body = JSON.stringify({ status, detail, ...(status !== 500 && { code }) })
  return { status, headers: undefined, body, isFinal: error instanceof LiveResultUnusable }
}

/**
 * What a client is told of a failure.
 *
 * @param failure why there is no result
 */
export function errorDataOf({ status, body }: LiveFailure): LiveErrorData {
  if (status >= 500 && status !== 503)
    return { status: 'error', statusCode: status, message: 'Internal server error' }
  let told: Record<string, unknown> = {}
  try {
    const parsed: unknown = JSON.parse(body)
    if (typeof parsed === 'object' && parsed !== null) told = parsed as Record<string, unknown>
  } catch {
    // an answer that is no JSON says nothing
  }
  const { detail, message, title, type: _type, instance: _instance, ...rest } = told
  const text = [detail, message, title].find((one) => typeof one === 'string')
  return {
    ...rest,
    message: text ?? `Status ${status}`,
    status: 'error',
    statusCode: status,
  }
}
