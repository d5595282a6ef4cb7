export {
  bodyOf,
  CLOSE_LIST,
  CLOSE_OBJECT,
  COMMA,
  flush,
  isWriting,
  LAST,
  OMITTED,
  OPEN_LIST,
  OPEN_OBJECT,
  putJson,
  sharedBytes,
  textOf,
  type Put,
} from './buffer.js'
export { pieceOf, putPiece, type Piece } from './key.js'
export { putBoolean, putNull, putNumber } from './number.js'
export { putText, staysIn } from './text.js'
export { putTime } from './time.js'
