import { createRouteTable } from 'corbel/router'
import { thrownBy } from './routes.js'
import { fc } from '../support/properties.js'
import { isDoneWithin } from '../support/within.js'

const tableWith = (constraint: string) =>
  createRouteTable([{ method: 'GET', pattern: `/:v(${constraint})`, origin: 'spec', value: 1 }])

const accepts = (constraint: string, value: string) =>
  tableWith(constraint).match('GET', `/${encodeURIComponent(value)}`).route !== undefined

describe('constraints', () => {
  it.each([
    '\\d+',
    '\\d{2,4}',
    '\\d{2,}',
    'a|bc|d*',
    '(?:ab)+c?',
    '([a-z0-9]+(?:-[a-z0-9]+)*)',
    '[^-/]+',
    '[\\w.-]+',
    '[a\\-z\\]]+',
    '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}',
    '.+\\.md',
    '^\\d+$',
    '\\$\\$',
    '\\x41\\u00e9',
    'a+?b*?',
    '(a*)*b',
    '[\\s\\S]+',
    '\\D\\W\\S',
    '|a',
    'é+',
  ])('(%s) accepts what the same regular expression accepts', (constraint) => {
    const expected = new RegExp(`^(?:${constraint})$`)
    const characters = 'abcxyz0159-._$]é €AZ\n'
    const table = tableWith(constraint)
    const text = fc.oneof(
      fc.string({ unit: fc.constantFrom(...Array.from(characters)), minLength: 1, maxLength: 8 }),
      fc.stringMatching(expected).filter((value) => value !== ''),
    )
    fc.assert(
      fc.property(text, (value) => {
        fc.pre(
          !/\0|[\uFDD0-\uFDD2]|\p{Surrogate}/u.test(value) &&
            !value.split(/[/\\]/).some((p) => /^\.{1,2}$/.test(p)),
        )
        const found = table.match('GET', `/${encodeURIComponent(value)}`).route !== undefined
        expect([value, found]).toEqual([value, expected.test(value)])
      }),
      { numRuns: 300 },
    )
  })

  it('see a decoded slash, backslash and percent sign as what they are', () => {
    expect([
      accepts('a[/%\\\\]b', 'a/b'),
      accepts('a[/%\\\\]b', 'a%b'),
      accepts('a[/%\\\\]b', 'a\\b'),
    ]).toEqual([true, true, true])
    expect([accepts('[^/%]+', 'a/b'), accepts('[^/%]+', 'a%b')]).toEqual([false, false])
  })

  it('cannot be made slow: those that a backtracking matcher chokes on take linear time', () => {
    for (const constraint of ['(a+)+b', '(a|a)*b', '(a|aa)+b', '([a-z]+)*x', '(.*)*y', '(a?){50}a{50}b']) {
      const table = tableWith(constraint)
      const text = 'a'.repeat(8_000)
      const isRefused = isDoneWithin(10, () => expect(table.match('GET', `/${text}!`).route).toBeUndefined())
      expect(isRefused, constraint).toBe(true)
    }
  })

  it.each([
    ['(?=a)b', 'look-around'],
    ['(?!a)b', 'look-around'],
    ['(?<=a)b', 'look-around'],
    ['(?<n>a)', 'named groups'],
    ['(a)\\1', '\\1 is not supported'],
    ['\\bx', '\\b is not supported'],
    ['\\p{L}', '\\p is not supported'],
    ['a**', 'two quantifiers'],
    ['*a', 'has nothing to repeat'],
    ['a|?', 'has nothing to repeat'],
    ['a{3,2}', 'the wrong way round'],
    ['a{1000}', 'counts further than 256'],
    ['((a{99}){99}){99}', 'count less'],
    ['(a|b)*a(a|b){12}', 'too complex'],
    ['x'.repeat(300), 'longer than 256'],
    ['('.repeat(20) + 'a' + ')'.repeat(20), 'nested more than 16 deep'],
    ['[z-a]', 'does not go'],
    ['[]', 'matches nothing'],
    ['a^b', 'could never match'],
    ['', 'it is empty'],
    ['^$', 'it is empty'],
  ])('(%s) is refused: %s', (constraint, problem) => {
    const error = thrownBy(() => tableWith(constraint))
    expect(error.code).toBe('CORBEL_ROUTE_PATTERN')
    expect(error.message).toContain(problem)
  })
})
