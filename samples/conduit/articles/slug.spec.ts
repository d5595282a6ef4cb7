import { describe, expect, it } from 'vitest'
import { slugify, uniqueSlug } from './slug.js'

describe('slugs', () => {
  it.each([
    ['How to train your dragon', 'how-to-train-your-dragon'],
    ['  Ça va?  Très bien! ', 'ca-va-tres-bien'],
    ['C++ & Rust', 'c-rust'],
    ['石の橋', '石の橋'],
    ['???', 'article'],
    ['a'.repeat(200), 'a'.repeat(80)],
  ])('makes %j to %j', (title, slug) => {
    expect(slugify(title)).toBe(slug)
  })

  it('adds something where the slug is taken, or an address of its own', async () => {
    expect(await uniqueSlug('Free', async () => false)).toBe('free')
    expect(await uniqueSlug('Taken', async (slug) => slug === 'taken')).toMatch(/^taken-[0-9a-f]{6}$/)
    expect(await uniqueSlug('Feed', async () => false)).toMatch(/^feed-[0-9a-f]{6}$/)
  })
})
