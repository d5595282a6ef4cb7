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
    [`${'a'.repeat(79)} b`, 'a'.repeat(79)],
    ['Ｆｕｌｌ ﬁne', 'full-fine'],
    ['İstanbul Tiếng Việt', 'istanbul-tieng-viet'],
    ['한국어 제목', '한국어-제목'],
    ['कर्म और धर्म', 'कर्म-और-धर्म'],
    ['ガラスのはし、ﾊﾞﾗ', 'ガラスのはし-バラ'],
    ['Й и Ё', 'й-и-ё'],
    ['I \u2764\uFE0F stone', 'i-stone'],
    ['\u0301 \ud800 \u200b', 'article'],
  ])('makes %j to %j', (title, slug) => {
    expect(slugify(title)).toBe(slug)
  })

  it.each([
    ['half of a pair at the cut', `${'y'.repeat(79)}\u{20000}\u{20001}`, `${'y'.repeat(79)}\u{20000}`],
    ['nothing but pairs', '\u{20000}'.repeat(100), '\u{20000}'.repeat(80)],
    ['half of a pair in the title', 'a\ud840b', 'a-b'],
    ['syllables that were taken apart', '한'.normalize('NFD').repeat(100), '한'.repeat(80)],
  ])('can be written in an address: %s', (_name, title, slug) => {
    expect(slugify(title)).toBe(slug)
    expect(decodeURIComponent(encodeURIComponent(slugify(title)))).toBe(slug)
  })

  it('adds something where the slug is taken, or an address of its own', async () => {
    expect(await uniqueSlug('Free', async () => false)).toBe('free')
    expect(await uniqueSlug('Taken', async (slug) => slug === 'taken')).toMatch(/^taken-[0-9a-f]{6}$/)
    expect(await uniqueSlug('Feed', async () => false)).toMatch(/^feed-[0-9a-f]{6}$/)
  })
})
