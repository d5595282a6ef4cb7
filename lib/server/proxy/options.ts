/**
 * How a listener takes the client's address from the header of the PROXY protocol, versions 1 and 2, which load balancers
 * put in front of a connection (haproxy's proxy-protocol.txt).
 */
export interface ProxyProtocolOptions {
  /**
   * The proxies: addresses, ranges such as `10.0.0.0/8`, and `unix` for those that come by a Unix socket. Nobody else's
   * header is believed, since anyone can send one.
   */
  readonly from: readonly string[]
  /**
   * Closes connections that do not come from a proxy, or without a header. Default true. With false, proxies may leave the
   * header out, and others are served under their own address; what they send is never looked at for a header.
   */
  readonly required?: boolean
  /** ms for the header to arrive. Default 5 s. */
  readonly headerTimeout?: number
}
