import { Flag, FrameType } from './wire-format.js'

// Frames are latin1 text, one character a byte: that is what a connection's output gathers, and joining text costs nothing.

const char = String.fromCharCode

/** The latin1 text of a number of 32 bits. */
export function uint32(value: number): string {
  return char(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
}

/**
 * The header of a frame (RFC 9113 §4.1).
 *
 * @param length bytes of the payload
 * @param type of the frame
 * @param flags of that type
 * @param id the stream, as `uint32` gives it
 */
export function frameHeader(length: number, type: number, flags: number, id: string): string {
  if (length >= KNOWN_LENGTHS || type > FrameType.Headers || flags > MOST_KNOWN_FLAGS) {
    return beginning(length, type, flags) + id
  }
  const at = ((flags << 1) | type) * KNOWN_LENGTHS + length
  return (beginnings[at] ??= beginning(length, type, flags)) + id
}

/** The beginnings of headers of short DATA and HEADERS are made once. */
const KNOWN_LENGTHS = 1024
const MOST_KNOWN_FLAGS = Flag.EndHeaders | Flag.EndStream

const beginnings: (string | undefined)[] = Array.from(
  { length: (MOST_KNOWN_FLAGS + 1) * 2 * KNOWN_LENGTHS },
  () => undefined,
)

function beginning(length: number, type: number, flags: number): string {
  return char(length >>> 16, (length >>> 8) & 255, length & 255, type, flags)
}

/** Stream 0: the connection itself. */
export const CONNECTION = uint32(0)

/**
 * A header block in as many frames as it needs (RFC 9113 §6.2, §6.10).
 *
 * @param id the stream, as `uint32` gives it
 * @param block the encoded fields
 * @param endsStream nothing follows
 * @param maxFrameSize that the peer takes
 */
export function headersFrames(id: string, block: string, endsStream: boolean, maxFrameSize: number): string {
  const end = endsStream ? Flag.EndStream : 0
  if (block.length <= maxFrameSize) {
    return frameHeader(block.length, FrameType.Headers, Flag.EndHeaders | end, id) + block
  }
  return frameHeader(maxFrameSize, FrameType.Headers, end, id) + continued(id, block, maxFrameSize)
}

/**
 * The announcement of a pushed response (RFC 9113 §6.6).
 *
 * @param id the stream that it belongs to
 * @param promised the stream that the response will have
 * @param block the encoded request
 * @param maxFrameSize that the peer takes
 */
export function pushPromiseFrames(id: string, promised: string, block: string, maxFrameSize: number): string {
  const payload = promised + block
  if (payload.length <= maxFrameSize) {
    return frameHeader(payload.length, FrameType.PushPromise, Flag.EndHeaders, id) + payload
  }
  return frameHeader(maxFrameSize, FrameType.PushPromise, 0, id) + continued(id, payload, maxFrameSize)
}

/** A payload whose first frame is as long as may be and has its header already, and the frames behind it. */
function continued(id: string, payload: string, maxFrameSize: number): string {
  let text = payload.slice(0, maxFrameSize)
  for (let from = maxFrameSize; from < payload.length; from += maxFrameSize) {
    const part = payload.slice(from, from + maxFrameSize)
    const flags = from + part.length === payload.length ? Flag.EndHeaders : 0
    text += frameHeader(part.length, FrameType.Continuation, flags, id) + part
  }
  return text
}

/** @see RFC 9113 §6.4 */
export function rstStreamFrame(streamId: number, code: number): string {
  return frameHeader(4, FrameType.RstStream, 0, uint32(streamId)) + uint32(code)
}

/** @see RFC 9113 §6.5 */
export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): string {
  const payload = settings.map(([id, value]) => char(id >> 8, id & 255) + uint32(value)).join('')
  return frameHeader(payload.length, FrameType.Settings, 0, CONNECTION) + payload
}

/** @see RFC 9113 §6.5.3 */
export const SETTINGS_ACK = frameHeader(0, FrameType.Settings, Flag.Ack, CONNECTION)

/**
 * @param data eight characters
 * @param flags `Flag.Ack` for an answer
 * @see RFC 9113 §6.7
 */
export function pingFrame(data: string, flags: number): string {
  return frameHeader(8, FrameType.Ping, flags, CONNECTION) + data
}

/** @see RFC 9113 §6.9 */
export function windowUpdateFrame(streamId: number, increment: number): string {
  return frameHeader(4, FrameType.WindowUpdate, 0, uint32(streamId)) + uint32(increment)
}

/**
 * @param lastStreamId the last one that was, or may be, worked on
 * @param code why
 * @param reason in words, for whoever debugs the client
 * @see RFC 9113 §6.8
 */
export function goawayFrame(lastStreamId: number, code: number, reason: string): string {
  const payload = uint32(lastStreamId) + uint32(code) + reason
  return frameHeader(payload.length, FrameType.Goaway, 0, CONNECTION) + payload
}
