/** What a frame is (RFC 6455 §5.2). */
export const Opcode = {
  Continuation: 0x0,
  Text: 0x1,
  Binary: 0x2,
  Close: 0x8,
  Ping: 0x9,
  Pong: 0xa,
} as const

/** Opcodes of frames that begin a message. */
export type MessageOpcode = typeof Opcode.Text | typeof Opcode.Binary

/** Opcodes of frames that stand for themselves (RFC 6455 §5.5). */
export type ControlOpcode = typeof Opcode.Close | typeof Opcode.Ping | typeof Opcode.Pong

/** Bits of a frame's first byte. */
export const FIN = 0x80
export const RSV1 = 0x40
export const RSV2_OR_RSV3 = 0x30

/** Bit of its second byte. */
export const MASKED = 0x80

/** The longest payload of a control frame, in bytes (RFC 6455 §5.5). */
export const MAX_CONTROL_PAYLOAD = 125

/** Two bytes, a length of eight and a masking key of four. */
export const MAX_HEADER_SIZE = 14

/** Why a connection ends (RFC 6455 §7.4.1, and IANA's registry of close codes). */
export const CloseCode = {
  Normal: 1000,
  GoingAway: 1001,
  ProtocolError: 1002,
  UnsupportedData: 1003,
  /** Never sent: the close frame had no code. */
  NoStatus: 1005,
  /** Never sent: the connection ended without a close frame. */
  Abnormal: 1006,
  InvalidPayload: 1007,
  PolicyViolation: 1008,
  MessageTooBig: 1009,
  InternalError: 1011,
  ServiceRestart: 1012,
  TryAgainLater: 1013,
} as const

/**
 * Tells which codes may stand in a close frame.
 *
 * @param code any number
 * @see RFC 6455 §7.4.2: 1004 to 1006 and 1015 are for local use, 1016 to 2999 for later protocols
 */
export function isCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false
  if (code >= 3000) return code <= 4999
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006
}
