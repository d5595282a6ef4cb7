import { requirements } from './requirements.js'
import { http2Rules } from './rules/index.js'

const rules = Object.values(http2Rules).flat()
const names = new Set(rules.map(({ name }) => name))

/** Sections in which a client can break something. */
const SECTIONS =
  '3.4 4.1 4.2 4.3 5.1 5.1.1 5.1.2 5.2 5.4 5.5 6.1 6.2 6.3 6.4 6.5 6.5.2 6.5.3 6.6 6.7 6.8 6.9 6.9.1 6.9.2 6.10 7'
    .concat(' 8.1 8.1.1 8.2 8.2.2 8.2.3 8.3 8.3.1 8.5')
    .split(' ')
    .map((section) => `RFC 9113 §${section}`)
const HPACK = ['2.3.3', '4.2', '4.4', '5.1', '5.2', '6.1', '6.3'].map((section) => `RFC 7541 §${section}`)

describe('the rules of HTTP/2', () => {
  it.each(requirements)('break "$text" ($section)', (requirement) => {
    expect(requirement.rules).not.toEqual([])
    expect(requirement.rules.filter((name) => !names.has(name))).toEqual([])
  })

  it('leave out no section in which a client can break something', () => {
    const covered = new Set(requirements.map(({ section }) => section))
    expect([...SECTIONS, ...HPACK].filter((section) => !covered.has(section))).toEqual([])
  })

  it('have names that tell them apart within their section', () => {
    const keys = rules.map(({ name, source }) => `${source} ${name}`)
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
  })
})
