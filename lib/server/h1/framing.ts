import { isIPv6 } from 'node:net'
import {
  ContentLengthInvalid,
  HostInvalid,
  TargetInvalid,
  TransferCodingUnsupported,
  TransferEncodingInvalid,
} from './errors.js'
import { COLON, HEX_DIGIT, HOST, trimBlanks } from './syntax.js'

/**
 * Parses a Content-Length value.
 *
 * @param bytes where the value stands
 * @param start its first byte, after white space
 * @param end behind its last byte
 * @returns the length in bytes
 * @throws {CorbelError} CORBEL_H1_CONTENT_LENGTH (400) if it is not 1*DIGIT or not a safe integer
 * @see RFC 9110 §8.6: a list of equal values could be repaired; we refuse it, because two parsers that disagree on it can
 *   be made to see different requests.
 */
export function parseContentLength(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) throw new ContentLengthInvalid({ reason: 'empty' })
  let length = 0
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 48
    if (digit < 0 || digit > 9) throw new ContentLengthInvalid({ reason: 'not a decimal number' })
    length = length * 10 + digit
    if (length > Number.MAX_SAFE_INTEGER) throw new ContentLengthInvalid({ reason: 'too large' })
  }
  return length
}

/**
 * Checks that a Transfer-Encoding value is exactly `chunked`.
 *
 * @param value the field value
 * @throws {CorbelError} CORBEL_H1_TRANSFER_CODING (501) for codings that we do not have; CORBEL_H1_TRANSFER_ENCODING (400)
 *   where chunked is not last or not alone in being last: the end of such a body cannot be known (RFC 9112 §6.3)
 */
export function checkTransferEncoding(value: string): void {
  if (value.toLowerCase() === 'chunked') return
  const codings = members(value)
  if (codings.includes('')) throw new TransferEncodingInvalid({ reason: 'it has an empty coding' })
  // without chunked at the end, nobody can tell where the body ends: that is more than a coding that is not supported
  if (codings.indexOf('chunked') !== codings.length - 1) {
    throw new TransferEncodingInvalid({ reason: 'chunked has to be the last coding, once' })
  }
  throw new TransferCodingUnsupported({})
}

/** The members of a list in lower case (RFC 9110 §5.6.1). */
function members(value: string): string[] {
  return value.toLowerCase().split(',').map(trimBlanks)
}

/** Options of a Connection field that matter here; bits, because a request may have several lines of it. */
export const CONNECTION_CLOSE = 1
export const CONNECTION_KEEP_ALIVE = 2
export const CONNECTION_UPGRADE = 4

/**
 * Reads a Connection value (RFC 9110 §7.6.1).
 *
 * @param value the field value
 * @returns the bits of the options that it names
 */
export function connectionOptions(value: string): number {
  let bits = 0
  for (const option of members(value)) {
    switch (option) {
      case 'close':
        bits |= CONNECTION_CLOSE
        break
      case 'keep-alive':
        bits |= CONNECTION_KEEP_ALIVE
        break
      case 'upgrade':
        bits |= CONNECTION_UPGRADE
        break
    }
  }
  return bits
}

/**
 * Checks a Host value: a name, an IPv4 address or an IPv6 literal, then optionally a port (RFC 9110 §7.2).
 *
 * @param bytes where the value stands
 * @param start its first byte
 * @param end behind its last byte
 * @throws {CorbelError} CORBEL_H1_HOST (400)
 */
export function checkHost(bytes: Uint8Array, start: number, end: number): void {
  if (start === end) throw new HostInvalid({ reason: 'empty' })
  let i = start
  if (bytes[i] === BRACKET) i = skipLiteral(bytes, i, end)
  else {
    while (i < end && bytes[i] !== COLON) {
      const byte = bytes[i++]!
      if (HOST[byte] === 0) throw new HostInvalid({ reason: 'malformed' })
      if (byte === PERCENT && !(isHex(bytes, i, end) && isHex(bytes, i + 1, end))) {
        throw new HostInvalid({ reason: 'malformed: % begins two hexadecimal digits' })
      }
    }
    if (i === start) throw new HostInvalid({ reason: 'without a name' })
  }
  if (i === end) return
  if (bytes[i++] !== COLON) throw new HostInvalid({ reason: 'malformed' })
  for (; i < end; i++) {
    const digit = bytes[i]! - 48
    if (digit < 0 || digit > 9) throw new HostInvalid({ reason: 'followed by a port that is not a number' })
  }
}

const PERCENT = 0x25
const BRACKET = 0x5b

function isHex(bytes: Uint8Array, index: number, end: number): boolean {
  return index < end && HEX_DIGIT[bytes[index]!] !== 255
}

/** An address of a later IP version, which nobody has yet, but the grammar allows for (RFC 3986 §3.2.2). */
const FUTURE_ADDRESS = /^v[0-9a-f]+\.[-\w.~!$&'()*+,;=:]+$/i

/** @returns behind the closing bracket */
function skipLiteral(bytes: Uint8Array, start: number, end: number): number {
  let address = ''
  let i = start + 1
  for (; i < end && bytes[i] !== 0x5d; i++) address += String.fromCharCode(bytes[i]!)
  // a zone is of no use to anyone but the client itself (RFC 9844 §4)
  const known = (isIPv6(address) && !address.includes('%')) || FUTURE_ADDRESS.test(address)
  if (i === end || !known) throw new HostInvalid({ reason: 'malformed: no address between brackets' })
  return i + 1
}

/** Where a request is for, with the target in the form that routing works on. */
export interface ResolvedTarget {
  readonly target: string
  /** Undefined where the target says nothing about it: then the Host field decides. */
  readonly authority: string | undefined
}

/**
 * Reads a target that does not begin with `/`.
 *
 * @param method the request method
 * @param raw the target as received; visible ASCII
 * @returns origin form or `*`
 * @throws {CorbelError} CORBEL_H1_TARGET (400)
 * @see RFC 9112 §3.2.2: in absolute form the authority is that of the target, and Host is ignored; §3.2.4: OPTIONS for an
 *   absolute target without path and query is `OPTIONS *`
 */
export function resolveTarget(method: string, raw: string): ResolvedTarget {
  if (raw === '*') {
    if (method !== 'OPTIONS') throw new TargetInvalid({ reason: '* is only for OPTIONS' })
    return { target: raw, authority: undefined }
  }
  const scheme = /^https?:\/\//i.exec(raw)
  if (scheme === null) throw new TargetInvalid({ reason: 'it has to begin with / or http://' })
  const rest = raw.slice(scheme[0].length)
  const authorityEnd = rest.search(/[/?]/)
  const authority = authorityEnd === -1 ? rest : rest.slice(0, authorityEnd)
  const authorityBytes = Buffer.from(authority, 'latin1')
  try {
    checkHost(authorityBytes, 0, authorityBytes.length)
  } catch (cause) {
    throw new TargetInvalid({ reason: 'its authority is malformed' }, { cause })
  }
  if (authorityEnd === -1) return { target: method === 'OPTIONS' ? '*' : '/', authority }
  const path = rest.slice(authorityEnd)
  return { target: path.startsWith('/') ? path : '/' + path, authority }
}
