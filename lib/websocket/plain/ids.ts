import { randomUUID } from 'node:crypto'

/**
 * A random UUID (RFC 9562 §5.4), in one piece: `randomUUID` gives a tree of small texts, which is kept as it is and costs
 * several times as much as the text.
 */
export function createId(): string {
  return Buffer.from(randomUUID(), 'latin1').toString('latin1')
}
