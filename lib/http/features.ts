import { typedKey } from '../common/index.js'
import type { HeaderList } from './header-list.js'

/** What is left of a connection after an upgrade; structurally Node's `Duplex`, named here without importing it. */
export interface UpgradedSocket {
  write(chunk: Uint8Array | string): boolean
  end(): unknown
  destroy(error?: Error): unknown
  pause(): unknown
  resume(): unknown
  on(event: string, listener: (...values: never[]) => void): unknown
}

/** Changes the protocol of the connection (RFC 9110 §7.8). */
export interface UpgradeFeature {
  /** The value of the request's `Upgrade` field, as received. */
  readonly protocol: string
  /**
   * Takes the connection over. The engine forgets it and writes nothing more, not even the 101: that is for the new owner
   * to send, and so is handling errors and closing.
   *
   * @returns the socket, not flowing until someone listens for `data`, and the bytes that came after the request already
   * @throws {CorbelError} CORBEL_UPGRADE_UNAVAILABLE if an answer was begun or the connection is gone
   */
  accept(): { readonly socket: UpgradedSocket; readonly head: Uint8Array }
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
