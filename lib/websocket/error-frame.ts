import { CorbelError } from '../common/index.js'
import { HttpException } from '../pipeline/index.js'
import { WsException } from './ws-exception.js'

/** What a client is told about an error, as the data of the event `exception`. */
export interface ExceptionData {
  readonly status: 'error'
  readonly message: string
  readonly [member: string]: unknown
}

/** What clients learn of errors that are none of their business. */
export const UNKNOWN_ERROR: ExceptionData = { status: 'error', message: 'Internal server error' }

/**
 * Says what a client is told.
 *
 * @param error what was thrown
 * @returns undefined for an error that is the server's fault: it is logged, and the client learns nothing
 */
export function describeException(error: unknown): ExceptionData | undefined {
  if (error instanceof WsException) {
    const told = error.getError()
    return typeof told === 'string'
      ? { status: 'error', message: told }
      : { ...told, status: 'error', message: error.message }
  }
  if (error instanceof HttpException) {
    const statusCode = error.getStatus()
    if (statusCode >= 500) return undefined
    const response = error.getResponse()
    const members = typeof response === 'object' && response !== null ? response : {}
    return { message: error.message, ...members, status: 'error', statusCode }
  }
  if (error instanceof CorbelError && error.status !== undefined && error.status < 500) {
    const { message, code, status: statusCode, problem } = error
    return { ...problem, status: 'error', message, code, statusCode }
  }
  return undefined
}
