import { CorbelError, encodeUtf8 } from '../common/index.js'
import { HeaderList, statusText } from '../http/index.js'

/** An answer to a request that went wrong, in the form of RFC 9457. */
export interface Problem {
  readonly status: number
  /** True if it is the application's fault, which its author wants to hear of. */
  readonly unexpected: boolean
  readonly headers: HeaderList
  readonly body: Uint8Array
}

/** Codes of the engines' own errors, which say nothing of the application. */
const OWN = /^CORBEL_(H[12]_|SERVER_HANDLER_MISSING$)/

const PROBLEM_HEADERS = HeaderList.from({ 'content-type': 'application/problem+json' }).freeze()

/**
 * Describes an error to the client.
 *
 * @param error anything thrown; a declared error below 500, or one of the engine's own, is explained; for others the client
 *   learns only that something failed
 */
export function describeProblem(error: unknown): Problem {
  const declared = error instanceof CorbelError && error.status !== undefined ? error : undefined
  const status = declared?.status ?? 500
  const told = status < 500 || OWN.test(declared?.code ?? '') ? declared : undefined
  const body = {
    type: 'about:blank',
    title: statusText(status),
    status,
    detail: told?.message,
    code: told?.code,
  }
  const unexpected = told === undefined
  return { status, unexpected, headers: PROBLEM_HEADERS, body: encodeUtf8(JSON.stringify(body)) }
}
