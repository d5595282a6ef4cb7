import {
  ContentLengthInvalid,
  ExpectationUnsupported,
  FieldInvalid,
  HeadTooLarge,
  HostInvalid,
  MethodUnsupported,
  RequestLineInvalid,
  TargetTooLong,
  TooManyFields,
  TransferEncodingInvalid,
  VersionUnsupported,
} from './errors.js'
import {
  checkHost,
  checkTransferEncoding,
  CONNECTION_CLOSE,
  CONNECTION_KEEP_ALIVE,
  CONNECTION_UPGRADE,
  connectionOptions,
  parseContentLength,
  resolveTarget,
} from './framing.js'
import type { H1Limits } from './limits.js'
import { COLON, CR, FIELD_VALUE, HTAB, LF, SP, TARGET, TOKEN } from './syntax.js'

/** What the head parser is bound by. */
export type HeadLimits = Pick<H1Limits, 'maxHeadSize' | 'maxHeaderCount' | 'maxTargetLength'>

/** Longest method that is worth reading on; the registered ones have at most 18 letters. */
const MAX_METHOD_LENGTH = 32

/** Empty lines before a request line that are forgiven to clients that send one too many after a body (RFC 9112 §2.2). */
export const MAX_EMPTY_LINES = 4

/**
 * Parses request heads in one strict pass over their bytes. The result is in its fields until the next call, so that one
 * parser serves all connections without making an object per request; field lines are checked but not taken apart, only
 * those that decide about framing and connection are understood here.
 *
 * @see RFC 9112 §3–§6, §9
 */
export class HeadParser {
  method = ''
  /** Origin form or `*`. */
  target = ''
  authority = ''
  /** 1 for HTTP/1.1, 0 for HTTP/1.0. */
  minor = 1
  /** Bytes of the body; 0 without one; -1 if it is chunked. */
  bodyLength = 0
  /** Whether the client wants the connection to last (RFC 9112 §9.3). */
  persistent = true
  expectsContinue = false
  /** The Upgrade field, if Connection names it too. */
  upgrade: string | undefined
  /** First byte of the field lines. */
  fieldsStart = 0
  /** Behind the last field line's CRLF. */
  fieldsEnd = 0
  /** Behind the empty line: where the body, or the next request, begins. */
  end = 0

  private targetStart = 0
  private targetEnd = 0
  private hostStart = -1
  private hostEnd = -1
  private contentLength = -1
  private chunked = false
  private options = 0
  private upgradeStart = -1
  private upgradeEnd = -1

  constructor(private readonly limits: HeadLimits) {}

  /**
   * Parses one head.
   *
   * @param bytes what was received
   * @param start where the request line begins
   * @param end behind the last byte received
   * @returns false if the head is not complete; then nothing of the result is valid
   * @throws {CorbelError} with the status to answer, as soon as the bytes cannot become a valid head
   */
  parse(bytes: Uint8Array, start: number, end: number): boolean {
    const { maxHeadSize, maxTargetLength } = this.limits
    const stop = Math.min(end, start + maxHeadSize)
    let i = this.readMethod(bytes, start, stop)
    if (i === -1) return this.incomplete(stop, end)
    this.targetStart = i
    while (i < stop && TARGET[bytes[i]!] === 1) i++
    this.targetEnd = i
    if (i - this.targetStart > maxTargetLength) throw new TargetTooLong({ limit: maxTargetLength })
    if (i === stop) return this.incomplete(stop, end)
    if (i === this.targetStart) throw new RequestLineInvalid({ reason: 'no target' })
    if (bytes[i] !== SP)
      throw new RequestLineInvalid({ reason: 'the target holds a character that has to be percent-encoded' })
    if (stop - i < 11) {
      if (bytes.subarray(i, stop).includes(LF)) throw badVersion(bytes, i + 1, stop)
      return this.incomplete(stop, end)
    }
    this.minor = readVersion(bytes, i + 1, stop)
    this.fieldsStart = i + 11
    if (!this.readFields(bytes, this.fieldsStart, stop)) return this.incomplete(stop, end)
    this.decideFraming()
    return true
  }

  /**
   * Makes the strings of the head that `parse` has found.
   *
   * @param text the bytes as latin1
   * @param base index in the bytes of the text's first character
   * @throws {CorbelError} CORBEL_H1_TARGET (400) for a target that the method does not allow
   */
  describe(text: string, base: number): void {
    this.target = text.slice(this.targetStart - base, this.targetEnd - base)
    this.authority = this.hostStart === -1 ? '' : text.slice(this.hostStart - base, this.hostEnd - base)
    if (this.upgradeStart !== -1) this.upgrade = text.slice(this.upgradeStart - base, this.upgradeEnd - base)
    if (this.target.charCodeAt(0) !== 0x2f) {
      const resolved = resolveTarget(this.method, this.target)
      this.target = resolved.target
      if (resolved.authority !== undefined) this.authority = resolved.authority
    }
  }

  /** @returns where the target begins, or -1 if the method is not complete */
  private readMethod(bytes: Uint8Array, start: number, stop: number): number {
    for (const known of KNOWN_METHODS) {
      if (bytes[start] === known.first && beginsWith(bytes, start, stop, known.bytes)) {
        this.method = known.name
        return start + known.bytes.length
      }
    }
    let i = start
    while (i < stop && TOKEN[bytes[i]!] === 1) i++
    if (i - start > MAX_METHOD_LENGTH) throw new MethodUnsupported({})
    if (i === stop) return -1
    if (bytes[i] !== SP || i === start) throw new RequestLineInvalid({ reason: 'the method is not a token' })
    this.method = latin1(bytes, start, i)
    // no tunnels here; refused before its target, which has a form of its own (RFC 9112 §3.2.3)
    if (this.method === 'CONNECT') throw new MethodUnsupported({})
    return i + 1
  }

  private readFields(bytes: Uint8Array, start: number, stop: number): boolean {
    const { maxHeaderCount } = this.limits
    this.hostStart = this.upgradeStart = this.contentLength = -1
    this.chunked = this.expectsContinue = false
    this.options = 0
    let count = 0
    for (let i = start; ;) {
      if (i + 1 >= stop) {
        if (i < stop && bytes[i] !== CR && TOKEN[bytes[i]!] === 0) throw badName(bytes[i]!, true)
        return false
      }
      if (bytes[i] === CR) {
        if (bytes[i + 1] !== LF) throw new FieldInvalid({ reason: 'a carriage return without line feed' })
        this.fieldsEnd = i
        this.end = i + 2
        return true
      }
      if (++count > maxHeaderCount) throw new TooManyFields({ limit: maxHeaderCount })
      const nameStart = i
      while (i < stop && TOKEN[bytes[i]!] === 1) i++
      if (i === stop) return false
      const nameEnd = i
      if (bytes[i] !== COLON || nameEnd === nameStart) throw badName(bytes[i]!, nameEnd === nameStart)
      i++
      while (i < stop && (bytes[i] === SP || bytes[i] === HTAB)) i++
      const valueStart = i
      while (i < stop && FIELD_VALUE[bytes[i]!] === 1) i++
      if (i + 1 >= stop) {
        if (i < stop && bytes[i] !== CR) throw badValue(bytes[i]!)
        return false
      }
      if (bytes[i] !== CR || bytes[i + 1] !== LF) throw badValue(bytes[i]!)
      let valueEnd = i
      while (valueEnd > valueStart && (bytes[valueEnd - 1] === SP || bytes[valueEnd - 1] === HTAB)) valueEnd--
      i += 2
      switch (nameEnd - nameStart) {
        case 4:
        case 6:
        case 7:
        case 10:
        case 14:
        case 17:
          this.recognise(bytes, nameStart, nameEnd, valueStart, valueEnd)
      }
    }
  }

  /** Takes note of the few fields that matter to the connection. */
  private recognise(bytes: Uint8Array, name: number, nameEnd: number, start: number, end: number): void {
    switch (bytes[name]! | 0x20) {
      case 0x68: // h
        if (!nameIs(bytes, name, nameEnd, 'host')) return
        if (this.hostStart !== -1) throw new HostInvalid({ reason: 'repeated' })
        checkHost(bytes, start, end)
        this.hostStart = start
        this.hostEnd = end
        return
      case 0x63: // c
        if (nameIs(bytes, name, nameEnd, 'connection')) this.readConnection(bytes, start, end)
        else if (nameIs(bytes, name, nameEnd, 'content-length')) {
          if (this.contentLength !== -1) throw new ContentLengthInvalid({ reason: 'repeated' })
          this.contentLength = parseContentLength(bytes, start, end)
        }
        return
      case 0x74: // t
        if (!nameIs(bytes, name, nameEnd, 'transfer-encoding')) return
        if (this.chunked) throw new TransferEncodingInvalid({ reason: 'it is repeated' })
        checkTransferEncoding(latin1(bytes, start, end))
        this.chunked = true
        return
      case 0x65: // e
        if (!nameIs(bytes, name, nameEnd, 'expect')) return
        if (latin1(bytes, start, end).toLowerCase() !== '100-continue') throw new ExpectationUnsupported({})
        this.expectsContinue = true
        return
      case 0x75: // u
        if (this.upgradeStart !== -1 || !nameIs(bytes, name, nameEnd, 'upgrade')) return
        this.upgradeStart = start
        this.upgradeEnd = end
    }
  }

  private readConnection(bytes: Uint8Array, start: number, end: number): void {
    if (nameIs(bytes, start, end, 'keep-alive')) this.options |= CONNECTION_KEEP_ALIVE
    else if (nameIs(bytes, start, end, 'close')) this.options |= CONNECTION_CLOSE
    else this.options |= connectionOptions(latin1(bytes, start, end))
  }

  /** Decides who ends where, once all fields are known (RFC 9112 §6.3, §9.3). */
  private decideFraming(): void {
    if (this.minor === 1 && this.hostStart === -1) throw new HostInvalid({ reason: 'missing' })
    if (this.chunked) {
      if (this.minor === 0) throw new TransferEncodingInvalid({ reason: 'HTTP/1.0 does not have it' })
      if (this.contentLength !== -1)
        throw new TransferEncodingInvalid({ reason: 'Content-Length is there too' })
      this.bodyLength = -1
    } else this.bodyLength = this.contentLength === -1 ? 0 : this.contentLength
    const { options } = this
    this.persistent =
      (options & CONNECTION_CLOSE) === 0 && (this.minor === 1 || (options & CONNECTION_KEEP_ALIVE) !== 0)
    // HTTP/1.0 knows neither of them (RFC 9110 §10.1.1, §7.8)
    this.expectsContinue &&= this.minor === 1 && this.bodyLength !== 0
    if ((options & CONNECTION_UPGRADE) === 0 || this.minor === 0 || this.bodyLength !== 0)
      this.upgradeStart = -1
    this.upgrade = undefined
  }

  private incomplete(stop: number, end: number): false {
    if (stop < end) throw new HeadTooLarge({ limit: this.limits.maxHeadSize })
    return false
  }
}

const KNOWN_METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'].map((name) => ({
  name,
  first: name.charCodeAt(0),
  bytes: Uint8Array.from(Buffer.from(name + ' ', 'latin1')),
}))

function beginsWith(bytes: Uint8Array, start: number, stop: number, prefix: Uint8Array): boolean {
  if (stop - start < prefix.length) return false
  for (let i = 1; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false
  return true
}

/** Compares a field name, or a value without controls, with a word of lower-case letters and hyphens. */
function nameIs(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  if (end - start !== name.length) return false
  for (let i = 0; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== name.charCodeAt(i)) return false
  return true
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i]!)
  return text
}

/** @returns 0 for HTTP/1.0, else 1: later minor versions are read as the latest one that we have (RFC 9110 §2.5) */
function readVersion(bytes: Uint8Array, start: number, stop: number): number {
  const minor = bytes[start + 7]! - 48
  if (
    minor >= 0 &&
    minor <= 9 &&
    bytes[start] === 0x48 &&
    bytes[start + 1] === 0x54 &&
    bytes[start + 2] === 0x54 &&
    bytes[start + 3] === 0x50 &&
    bytes[start + 4] === 0x2f &&
    bytes[start + 5] === 0x31 &&
    bytes[start + 6] === 0x2e &&
    bytes[start + 8] === CR &&
    bytes[start + 9] === LF
  ) {
    return minor === 0 ? 0 : 1
  }
  throw badVersion(bytes, start, stop)
}

function badVersion(bytes: Uint8Array, start: number, stop: number): Error {
  const rest = latin1(bytes, start, Math.min(stop, start + 16))
  if (/^HTTP\/[02-9](?:\.[0-9])?\r\n/.test(rest)) return new VersionUnsupported({})
  return new RequestLineInvalid({ reason: 'no protocol version before the end of the line' })
}

function badName(found: number, empty: boolean): Error {
  if (empty && (found === SP || found === HTAB))
    return new FieldInvalid({ reason: 'folded lines are obsolete' })
  if (found === SP || found === HTAB) return new FieldInvalid({ reason: 'white space before the colon' })
  return new FieldInvalid({ reason: 'the name is not a token' })
}

function badValue(found: number): Error {
  if (found === CR || found === LF) return new FieldInvalid({ reason: 'a line does not end in CRLF' })
  return new FieldInvalid({ reason: 'the value has a control character' })
}
