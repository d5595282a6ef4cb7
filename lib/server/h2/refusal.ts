import { ConnectUnsupported, H2ExpectationUnsupported, PathTooLong } from './errors.js'
import type { CommonLimits } from './limits.js'
import type { RequestHead } from './request-head.js'

/**
 * The error that a well-formed request is answered with before anyone else sees it.
 *
 * @param head of the request
 * @param limits in force
 * @returns undefined where there is none
 */
export function refusalOf(
  head: RequestHead,
  limits: Pick<CommonLimits, 'maxTargetLength'>,
): Error | undefined {
  const { maxTargetLength } = limits
  if (head.path.length > maxTargetLength) return new PathTooLong({ limit: maxTargetLength })
  if (head.method === 'CONNECT' && head.protocol === undefined) return new ConnectUnsupported({})
  if (head.expects !== undefined && head.expects !== '100-continue') return new H2ExpectationUnsupported({})
  return undefined
}
