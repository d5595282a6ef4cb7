import type { RequestHead } from './request-head.js'

/** Longer blocks are decoded each time: they hardly come twice. Bytes. */
const MAX_BLOCK = 64

/** Sections with more fields are not kept, so that a connection cannot make much memory of few bytes. Bytes as RFC 9113 §6.5.2 counts them. */
const MAX_LIST = 2048

/** Heads that are kept at a time; a power of two. */
const SLOTS = 16

interface Kept {
  readonly block: Uint8Array
  readonly version: number
  readonly head: RequestHead
}

/**
 * Request heads by their header blocks. Clients that ask for the same again send the same few bytes: against the same
 * dynamic table they mean the same, so that nothing has to be decoded and checked a second time.
 */
export class RepeatedHeads {
  private slots: (Kept | undefined)[] | undefined

  /**
   * The head that a block has meant before.
   *
   * @param bytes where the block is
   * @param start its first byte
   * @param end behind its last byte
   * @param version of the dynamic table
   */
  find(bytes: Uint8Array, start: number, end: number, version: number): RequestHead | undefined {
    if (this.slots === undefined || end - start > MAX_BLOCK) return undefined
    const kept = this.slots[slotOf(bytes, start, end)]
    if (kept === undefined || kept.version !== version) return undefined
    const { block } = kept
    if (block.length !== end - start) return undefined
    for (let i = 0; i < block.length; i++) if (block[i] !== bytes[start + i]) return undefined
    return kept.head
  }

  /**
   * Keeps a head, instead of another one if need be.
   *
   * @param bytes where its block is; they are copied
   * @param start its first byte
   * @param end behind its last byte
   * @param version of the dynamic table, which the block has not changed
   * @param head what it means; it must not be changed any more
   * @param listSize of its fields
   */
  keep(
    bytes: Uint8Array,
    start: number,
    end: number,
    version: number,
    head: RequestHead,
    listSize: number,
  ): void {
    if (end - start > MAX_BLOCK || listSize > MAX_LIST) return
    this.slots ??= Array.from({ length: SLOTS }, () => undefined)
    // `slice` of a Buffer would be a view of memory that the next read overwrites
    const block = Uint8Array.prototype.slice.call(bytes, start, end)
    this.slots[slotOf(bytes, start, end)] = { block, version, head }
  }
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0
  return (hash ^ (hash >>> 8)) & (SLOTS - 1)
}
