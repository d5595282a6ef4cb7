const encoder = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true })

/** No bytes. */
export const NO_BYTES = new Uint8Array(0)

/**
 * Encodes text as UTF-8.
 *
 * @param text any string; lone surrogates become U+FFFD
 * @returns its bytes
 */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/**
 * Decodes UTF-8 and refuses what is not.
 *
 * @param bytes the text's bytes; a byte order mark is dropped
 * @returns the text
 * @throws {TypeError} if the bytes are not valid UTF-8
 */
export function decodeUtf8(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes)
}

/**
 * Joins chunks into one array.
 *
 * @param chunks in order
 * @param length their total length in bytes, where the caller knows it already
 * @returns the chunk itself if there is only one, otherwise a copy of all
 */
export function concatBytes(chunks: readonly Uint8Array[], length?: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!
  const whole = new Uint8Array(length ?? chunks.reduce((sum, chunk) => sum + chunk.length, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}
