import { optionalPackage, type Load } from './packages.js'
import { plainOf } from './plain.js'
import { defineSerializer, type Serializer } from './serializer.js'

type Encode = (value: unknown) => Uint8Array

/** Both forms have dates and bytes of their own. */
const keeps = (value: object): boolean => value instanceof Date || value instanceof Uint8Array

/**
 * MessagePack, without the extensions of the package that only itself can read. Dates are timestamps.
 *
 * @param load for tests
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export function messagePackSerializer(load?: Load): Serializer {
  interface Exports {
    readonly Packr: new (options: object) => { pack: Encode }
  }
  const encode = optionalPackage<Exports, Encode>(
    'msgpackr',
    'application/vnd.msgpack',
    ({ Packr }) => {
      const packr = new Packr({ useRecords: false, variableMapSize: true })
      return (value) => packr.pack(value)
    },
    'msgpackr',
    load,
  )
  return defineSerializer({
    types: ['application/vnd.msgpack', 'application/msgpack', 'application/x-msgpack'],
    serialize: (value) => encode()(plainOf(value, keeps)),
    prepare: () => void encode(),
  })
}

/**
 * CBOR; a stream is one list of unknown length.
 *
 * @param load for tests
 * @see RFC 8949
 */
export function cborSerializer(load?: Load): Serializer {
  interface Exports {
    readonly Encoder: new (options: object) => { encode: Encode }
  }
  const encode = optionalPackage<Exports, Encode>(
    'cbor-x',
    'application/cbor',
    ({ Encoder }) => {
      const encoder = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false })
      return (value) => encoder.encode(value)
    },
    'cbor-x',
    load,
  )
  return defineSerializer({
    types: 'application/cbor',
    serialize: (value) => encode()(plainOf(value, keeps)),
    // §3.2.2: an array of indefinite length, and its break
    stream: {
      open: Uint8Array.of(0x9f),
      close: Uint8Array.of(0xff),
      item: (value) => encode()(plainOf(value, keeps) ?? null),
    },
    prepare: () => void encode(),
  })
}
