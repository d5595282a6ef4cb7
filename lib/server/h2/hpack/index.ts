export { HpackDecoder, type HeaderListBounds } from './decoder.js'
export { HpackEncoder } from './encoder.js'
export { Field, FIELD_OVERHEAD } from './field.js'
