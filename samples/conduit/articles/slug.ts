import { randomBytes } from 'node:crypto'

const LONGEST = 80

/**
 * Makes the part of an address that names an article: lower case, without accents, words joined by hyphens. Letters of
 * other scripts are kept.
 *
 * @param title any text
 * @returns at most 80 characters, at least one
 */
export function slugify(title: string): string {
  const slug = title
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, LONGEST)
    .replaceAll(/^-+|-+$/g, '')
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
