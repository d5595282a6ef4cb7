import { randomBytes } from 'node:crypto'

/** In code points, so that no surrogate pair is cut: half of one cannot be written in a URL. */
const LONGEST = 80

/** In other scripts than Latin a mark is no accent but part of the word: the vowels of Devanagari, the voicing of kana. */
const ACCENTS = /(?<=\p{Script=Latin})\p{M}+/gu

/** A mark counts with the letter before it. By itself it is none: emoji bring invisible ones along. */
const WORDS = /(?:\p{L}\p{M}*|\p{N})+/gu

/**
 * Makes the part of an address that names an article: lower case, words joined by hyphens, Latin letters without
 * accents. Letters of other scripts are kept as they are.
 *
 * @param title any text
 * @returns at most 80 code points, at least one, in the composed form (NFC)
 */
export function slugify(title: string): string {
  const plain = title.normalize('NFKD').replaceAll(ACCENTS, '').toLowerCase().normalize('NFC')
  const slug = Array.from((plain.match(WORDS) ?? []).join('-'))
    .slice(0, LONGEST)
    .join('')
    .replace(/-$/, '')
  return slug === '' ? 'article' : slug
}

/**
 * Makes a slug that nobody has.
 *
 * @param title of the article
 * @param isTaken asks whether somebody has it
 */
export async function uniqueSlug(
  title: string,
  isTaken: (slug: string) => Promise<boolean>,
): Promise<string> {
  const base = slugify(title)
  let slug = base
  // /articles/feed is an address of its own
  while (slug === 'feed' || (await isTaken(slug))) slug = `${base}-${randomBytes(3).toString('hex')}`
  return slug
}
