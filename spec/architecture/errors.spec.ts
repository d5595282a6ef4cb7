import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

function sources(folder: string): string[] {
  return readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(`${ROOT}${folder}/${path}`, 'utf8'))
}

/** Name and code of each `export const X = defineError<…>('CORBEL_…'`. */
const declared = sources('lib').flatMap((text) =>
  [
    ...text.matchAll(
      /(?:export const (\w+) = )?(?:defineError(?:<[^(]*>)?|define\w*Error)\(\s*'(CORBEL_\w+)'/g,
    ),
  ].map(([, name, code]) => ({ name: name ?? '', code: code! })),
)

describe('error codes', () => {
  it('are declared once each', () => {
    const codes = declared.map(({ code }) => code)
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([])
    expect(codes.length).toBeGreaterThan(30)
  })

  it('are documented', () => {
    const page = readFileSync(`${ROOT}docs/errors.md`, 'utf8')
    expect(declared.map(({ code }) => code).filter((code) => !page.includes(`\`${code}\``))).toEqual([])
  })

  it('are raised by at least one spec', () => {
    const specs = [
      ...sources('spec'),
      ...sources('samples').filter((text) => text.includes('describe(')),
    ].join('\n')
    const untested = declared.filter(({ name, code }) => {
      const isNamed = name !== '' && new RegExp(`\\b${name}\\b`).test(specs)
      return !specs.includes(code) && !isNamed
    })
    expect(untested.map(({ code }) => code)).toEqual([])
  })
})
