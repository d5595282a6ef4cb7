import { typedKey } from '../common/index.js'
import type { HeaderList } from './header-list.js'
import type { HeaderView } from './header-view.js'

/** What is left of a connection after an upgrade; structurally Node's `Duplex`, named here without importing it. */
export interface UpgradedSocket {
  write(chunk: Uint8Array | string): boolean
  end(): unknown
  destroy(error?: Error): unknown
  pause(): unknown
  resume(): unknown
  on(event: string, listener: (...values: never[]) => void): unknown
}

/** Changes the protocol of the connection (RFC 9110 §7.8), or of one stream of it (extended CONNECT, RFC 8441 §4). */
export interface UpgradeFeature {
  /** The value of the request's `Upgrade` field, or of `:protocol`, as received. */
  readonly protocol: string
  /** `'upgrade'` of an HTTP/1.1 connection, which 101 announces; `'connect'`: a stream of HTTP/2, which 200 does. */
  readonly form: 'upgrade' | 'connect'
  /**
   * Takes the connection, or the stream, over. The engine writes nothing more on it; handling errors and closing is for the
   * new owner.
   *
   * @param headers fields of the answer that the engine sends: 101 with `Connection` and `Upgrade` (with the value of
   *   `upgrade` among them, if the client has named several protocols), or 200. Without them it sends nothing for
   *   `'upgrade'`: the new owner does; and 200 for `'connect'`
   * @returns the socket, not flowing until someone listens for `data`, and the bytes that came after the request already
   * @throws {CorbelError} CORBEL_UPGRADE_UNAVAILABLE if an answer was begun or the connection is gone
   */
  accept(headers?: HeaderList): { readonly socket: UpgradedSocket; readonly head: Uint8Array }
}

/** Present where the client asks for another protocol on this connection. */
export const UPGRADE = typedKey<UpgradeFeature>('upgrade')

/** Sends interim answers before the final one (RFC 9110 §15.2). */
export interface InformationalFeature {
  /**
   * Sends one interim answer.
   *
   * @param status 102–199, such as 103 Early Hints (RFC 8297)
   * @param headers its fields
   * @throws {CorbelError} CORBEL_RESPONSE_HEAD_SENT after the final head; CORBEL_RESPONSE_STATUS for another status
   */
  send(status: number, headers: HeaderList): void
}

/** Present where the client understands interim answers: not in HTTP/1.0. */
export const INFORMATIONAL = typedKey<InformationalFeature>('informational')

/** What a pushed answer is requested with. */
export interface PushOptions {
  /** `GET`, the default, or `HEAD`. */
  readonly method?: 'GET' | 'HEAD'
  /** Fields of the request that the client is told of, such as `accept`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends answers to requests that the client has not made yet (RFC 9113 §8.4). Browsers do not take them any more. */
export interface PushFeature {
  /**
   * Promises an answer, and has the request answered by the application like any other. To be called before the answer that
   * refers to the resource is complete.
   *
   * @param target path and query
   * @param options method and fields
   * @returns false if the client takes no more of them, or its own request is answered already
   * @throws {CorbelError} CORBEL_H2_PUSH for a target that is no path, or a field that no promised request has;
   *   CORBEL_HEADER_INVALID
   */
  push(target: string, options?: PushOptions): boolean
}

/** Present where the client takes pushed answers: HTTP/2, unless it has turned them off. */
export const PUSH = typedKey<PushFeature>('push')

/**
 * Fields that came behind the request body (RFC 9110 §6.5): there once the body has been read to its end, if it had some.
 * They are kept apart from the headers, which were checked before; those that only make sense there are left out.
 */
export const TRAILERS = typedKey<HeaderView>('trailers')

/** The certificate of a client, with the properties that Node gives it (`tls.PeerCertificate`). */
export interface PeerCertificate {
  /** `CN`, `O` …; several of a kind as an array. */
  readonly subject: Readonly<Record<string, string | string[] | undefined>>
  readonly issuer: Readonly<Record<string, string | string[] | undefined>>
  /** Such as `DNS:a.example, email:ada@example.org`. */
  readonly subjectaltname?: string
  /** As in `Nov 21 10:00:00 2026 GMT`. */
  readonly valid_from: string
  readonly valid_to: string
  readonly serialNumber: string
  /** SHA-256 of the certificate, as hexadecimal bytes with colons. */
  readonly fingerprint256: string
  /** The certificate in DER. */
  readonly raw: Uint8Array
}

/** What was agreed on in a TLS handshake. */
export interface TlsInfo {
  /** `TLSv1.2` or `TLSv1.3`. */
  readonly protocol: string
  /** The cipher suite by its IANA name. */
  readonly cipher: string
  /** The name that the client asked for (RFC 6066 §3). */
  readonly serverName: string | undefined
  /** The protocol that was agreed on by ALPN (RFC 7301). */
  readonly applicationProtocol: string | undefined
  /** True if the session of an earlier connection was taken up again. */
  readonly resumed: boolean
  /** True if the client has shown a certificate that comes from the configured authorities. */
  readonly authorized: boolean
  /** Why not, where certificates are asked for. */
  readonly authorizationError: string | undefined
  /** The client's certificate, whether authorized or not. */
  readonly peerCertificate: PeerCertificate | undefined
}

/** Present on connections by TLS. */
export const TLS = typedKey<TlsInfo>('tls')
