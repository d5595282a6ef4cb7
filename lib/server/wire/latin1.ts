type Slice = (this: Uint8Array, start: number, end: number) => string

const slice: unknown = Reflect.get(Buffer.prototype, 'latin1Slice')

/**
 * Makes one character of each byte.
 *
 * @param bytes any bytes
 * @param start the first of them
 * @param end behind the last one
 */
export const latin1: (bytes: Uint8Array, start: number, end: number) => string = isSlice(slice)
  ? (bytes, start, end) => slice.call(bytes, start, end)
  : (bytes, start, end) =>
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1', start, end)

// toString('latin1', …) ends up there, too, after half as much time again
function isSlice(found: unknown): found is Slice {
  return typeof found === 'function'
}
