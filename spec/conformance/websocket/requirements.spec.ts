import { readdirSync, readFileSync } from 'node:fs'
import { requirements } from './requirements.js'
import { webSocketRules } from './rules/index.js'

const folder = new URL('.', import.meta.url)
const all = Object.values(webSocketRules).flat()
const ids = all.map(({ id }) => id)
/** The words of the specs, as they stand in their sources. */
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.spec.ts') && !name.startsWith('requirements'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  .join('\n')

function isThere(name: string): boolean {
  if (ids.includes(name)) return true
  const written = name.replaceAll('permessage-deflate', '$'.concat('{DEFLATE}'))
  return ["'", '`'].some((quote) => sources.includes(quote + written))
}

/** Sections in which a server has something to do. */
const SECTIONS = [
  ...'4.1 4.2.1 4.2.2 4.4 5.1 5.2 5.3 5.4 5.5 5.5.1 5.5.2 5.5.3 5.6 6.2 7.1.1 7.1.5 7.1.7 7.3 7.4 8.1 9.1 10.4'
    .split(' ')
    .map((section) => `RFC 6455 §${section}`),
  ...'5 6 7.1.1 7.1.2 7.2.3 8'.split(' ').map((section) => `RFC 7692 §${section}`),
  ...'4 5'.split(' ').map((section) => `RFC 8441 §${section}`),
]

describe('the requirements of WebSockets', () => {
  it.each(requirements)('have a spec: "$text" ($section)', ({ shownBy }) => {
    expect(shownBy).not.toEqual([])
    expect(shownBy.filter((name) => !isThere(name))).toEqual([])
  })

  it('leave out no section in which a server has something to do', () => {
    const covered = new Set(requirements.map(({ section }) => section))
    expect(SECTIONS.filter((section) => !covered.has(section))).toEqual([])
  })

  it('are shown by rules with numbers and names of their own', () => {
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    const names = all.map(({ id, name, source }) => `${id.slice(0, id.lastIndexOf('.'))} ${source} ${name}`)
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
  })
})
