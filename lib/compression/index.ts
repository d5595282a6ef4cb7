export type { Coding, CodingLevels } from './codings.js'
export { CodingNotAcceptable, CompressionOptionInvalid } from './errors.js'
export { Compress, compressionFeature } from './feature.js'
export type { CompressionOptions } from './options.js'
