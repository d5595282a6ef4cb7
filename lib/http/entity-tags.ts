const TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g

/**
 * The entity tags of a list, which may have commas of their own.
 *
 * @param list the value of `If-Match` or `If-None-Match`
 * @see RFC 9110 §8.8.3
 */
export function entityTagsOf(list: string): readonly string[] {
  return list.match(TAG) ?? []
}

/** Compares strongly: the same bytes (RFC 9110 §8.8.3.2). Weak tags are never the same. */
export function sameStrongly(one: string, other: string | undefined): boolean {
  return one === other && !one.startsWith('W/')
}

/** Compares weakly: as good for a reader (RFC 9110 §8.8.3.2). */
export function sameWeakly(one: string, other: string | undefined): boolean {
  return other !== undefined && opaqueOf(one) === opaqueOf(other)
}

function opaqueOf(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag
}
