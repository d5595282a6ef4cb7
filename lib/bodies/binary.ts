import { createRequire } from 'node:module'
import { explainMissingPackage } from '../common/index.js'
import {
  asBuffer,
  BodyMalformed,
  PROTOTYPE_KEYS,
  refusePrototypeKeys,
  type BodyFormat,
} from '../web/index.js'
import { scanCbor } from './cbor-scan.js'
import { scanMessagePack } from './messagepack-scan.js'

type Decode = (bytes: Uint8Array) => unknown

type Exports = Record<string, new (options: object) => { decode: Decode }>

interface Package {
  readonly name: string
  /** For messages. */
  readonly purpose: string
  decoder(exports: Exports, options: object): { decode: Decode }
}

// records and structures are extensions of these libraries: the scan refuses them, and nothing is to look for them
const PLAIN = { useRecords: false, mapsAsObjects: true, structuredClone: false }

const require = createRequire(import.meta.url)

function binaryFormat(
  format: Pick<BodyFormat, 'name' | 'types'> & { readonly title: string },
  { name, purpose, decoder }: Package,
  scan: (bytes: Buffer, depth: number) => void,
): BodyFormat {
  let decoders: { readonly toObjects: Decode; readonly toMaps: Decode } | undefined
  const load = () => {
    if (decoders !== undefined) return decoders
    try {
      const exports = require(name) as Exports
      const objects = decoder(exports, PLAIN)
      const maps = decoder(exports, { ...PLAIN, mapsAsObjects: false })
      decoders = { toObjects: (bytes) => objects.decode(bytes), toMaps: (bytes) => maps.decode(bytes) }
      return decoders
    } catch (error) {
      throw explainMissingPackage(error, name, purpose)
    }
  }
  return {
    name: format.name,
    optIn: true,
    types: format.types,
    load: () => void load(),
    parse(bytes, _charset, { depth }) {
      const buffer = asBuffer(bytes)
      scan(buffer, depth)
      let value: unknown
      try {
        value = load().toObjects(buffer)
      } catch (error) {
        const reason = 'it has a key or a value that objects cannot have.'
        throw new BodyMalformed({ type: format.title, reason }, { cause: error })
      }
      // the libraries rename such keys: only maps tell what was sent, and hardly any body has to be read twice
      if (PROTOTYPE_KEYS.some((key) => buffer.includes(key)))
        refusePrototypeKeys(load().toMaps(buffer), format.title)
      return value
    },
  }
}

/**
 * MessagePack, read by `msgpackr`: maps become objects, binary data Buffers. Extension types are refused.
 *
 * @see https://www.iana.org/assignments/media-types/application/vnd.msgpack
 */
export const messagePackBody: BodyFormat = binaryFormat(
  {
    name: 'msgpack',
    title: 'MessagePack',
    types: ['application/msgpack', 'application/vnd.msgpack', 'application/x-msgpack', '+msgpack'],
  },
  {
    name: 'msgpackr',
    purpose: 'Reading MessagePack',
    decoder: ({ Unpackr }, options) => new Unpackr!(options),
  },
  scanMessagePack,
)

/**
 * CBOR, read by `cbor-x`: maps become objects, byte strings Buffers. Tags are refused.
 *
 * @see RFC 8949
 */
export const cborBody: BodyFormat = binaryFormat(
  { name: 'cbor', title: 'CBOR', types: ['application/cbor', '+cbor'] },
  { name: 'cbor-x', purpose: 'Reading CBOR', decoder: ({ Decoder }, options) => new Decoder!(options) },
  scanCbor,
)
