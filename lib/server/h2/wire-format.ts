/** Frame types (RFC 9113 §6, RFC 9218 §7.1). */
export const FrameType = {
  Data: 0,
  Headers: 1,
  Priority: 2,
  RstStream: 3,
  Settings: 4,
  PushPromise: 5,
  Ping: 6,
  Goaway: 7,
  WindowUpdate: 8,
  Continuation: 9,
  PriorityUpdate: 16,
} as const

/** Flags of frames; `Ack` and `EndStream` are the same bit. */
export const Flag = {
  EndStream: 1,
  Ack: 1,
  EndHeaders: 4,
  Padded: 8,
  Priority: 32,
} as const

/** Error codes (RFC 9113 §7). */
export const enum ErrorCode {
  NoError = 0,
  ProtocolError = 1,
  InternalError = 2,
  FlowControlError = 3,
  SettingsTimeout = 4,
  StreamClosed = 5,
  FrameSizeError = 6,
  RefusedStream = 7,
  Cancel = 8,
  CompressionError = 9,
  ConnectError = 10,
  EnhanceYourCalm = 11,
  InadequateSecurity = 12,
  Http11Required = 13,
}

/** Settings (RFC 9113 §6.5.2, RFC 8441 §3, RFC 9218 §2.1). */
export const Setting = {
  HeaderTableSize: 1,
  EnablePush: 2,
  MaxConcurrentStreams: 3,
  InitialWindowSize: 4,
  MaxFrameSize: 5,
  MaxHeaderListSize: 6,
  EnableConnectProtocol: 8,
  NoRfc7540Priorities: 9,
} as const

/** What a client begins with (RFC 9113 §3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

/** Bytes in front of each payload (RFC 9113 §4.1). */
export const FRAME_HEADER_SIZE = 9

/** The initial flow-control window of streams and connections (RFC 9113 §6.9.2). */
export const DEFAULT_WINDOW = 65_535

/** The largest window (RFC 9113 §6.9.1). */
export const MAX_WINDOW = 2 ** 31 - 1

/** The largest stream identifier (RFC 9113 §5.1.1). */
export const MAX_STREAM_ID = 2 ** 31 - 1

/** The payload that every peer takes, and the largest one that any may take (RFC 9113 §4.2). */
export const DEFAULT_FRAME_SIZE = 2 ** 14
export const MAX_FRAME_SIZE = 2 ** 24 - 1

const ERROR_NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
]

/**
 * The name of an error code.
 *
 * @param code any number
 * @returns as RFC 9113 §7 has it, or the number
 */
export function errorName(code: number): string {
  return ERROR_NAMES[code] ?? `0x${code.toString(16)}`
}
