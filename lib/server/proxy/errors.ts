import { defineError } from '../../common/index.js'

/** A connection without the PROXY header that it has to begin with, or with a malformed one. */
export const ProxyHeaderInvalid = defineError<{ reason: string }>(
  'CORBEL_PROXY_HEADER',
  'A connection was closed for its PROXY protocol header: {reason}. Check that the proxy sends one (send-proxy, proxy_protocol on), and that proxyProtocol.from lists only proxies.',
)
