import { sharedView } from './buffer.js'

const view = sharedView

/** The longest key that is copied in words. */
const LONGEST_KEY = 256

/** A piece of JSON that is known before: four bytes at a time, with zeros after the end. */
export interface Piece {
  readonly words: Int32Array
  readonly length: number
}

/**
 * Prepares the key of a property, with its colon.
 *
 * @param key as it is
 * @returns undefined for keys that are too long for that, or no ASCII
 */
export function pieceOf(key: string): Piece | undefined {
  const text = `${JSON.stringify(key)}:`
  // eslint-disable-next-line no-control-regex -- a range from the start
  if (text.length > LONGEST_KEY || !/^[\0-\u007f]*$/.test(text)) return undefined
  const padded = Buffer.alloc(Math.ceil(text.length / 4) * 4)
  padded.write(text, 'latin1')
  const words = Int32Array.from({ length: padded.length / 4 }, (_, i) => padded.readInt32LE(i * 4))
  return { words, length: text.length }
}

/** Writes a piece that was prepared. */
export function putPiece({ words, length }: Piece, position: number): number {
  for (let i = 0; i < words.length; i++) view.setInt32(position + 4 * i, words[i]!, true)
  return position + length
}
