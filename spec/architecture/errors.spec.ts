import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { declaredErrors } from './declared-errors.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const declared = declaredErrors(`${ROOT}lib`)

/** The files whose text mentions an error: those of spec/, and specs beside samples. */
function specs(): string {
  return ['spec', 'samples']
    .flatMap((folder) =>
      readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
        .filter(
          (path) =>
            path.endsWith('.ts') && !path.includes('node_modules') && !path.startsWith('architecture'),
        )
        .map((path) => readFileSync(`${ROOT}${folder}/${path}`, 'utf8')),
    )
    .filter((text) => /\b(describe[.(]|overProtocols\()/.test(text) || text.includes('export '))
    .join('\n')
}

describe('error codes', () => {
  it('are declared once each', () => {
    const codes = declared.map(({ code }) => code)
    expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([])
    expect(codes.length).toBeGreaterThan(60)
  })

  it('stand in docs/errors.md, each with its status and message (UPDATE_DOCS=1 writes the table anew)', () => {
    const page = readFileSync(`${ROOT}docs/errors.md`, 'utf8')
    const rows = declared.map(
      ({ code, status, message }) => `| \`${code}\` | ${status ?? ''} | ${message.replaceAll('|', '\\|')} |`,
    )
    // compared without the padding that the formatter gives tables
    const squeezed = (text: string): string => text.replaceAll(/ {2,}/g, ' ').replaceAll(/-{3,}/g, '---')
    const table = ['| code | status | message |', '| --- | --- | --- |', ...rows].join('\n')
    const begin = page.search(/\| code +\| status +\| message +\|/)
    expect(begin, 'the page has a table of codes').toBeGreaterThan(0)
    if (process.env['UPDATE_DOCS'] === '1')
      writeFileSync(`${ROOT}docs/errors.md`, `${page.slice(0, begin)}${table}\n`)
    else expect(squeezed(page.slice(begin)).trim()).toBe(squeezed(table))
  })

  it('are raised by at least one spec', () => {
    const text = specs()
    const untested = declared.filter(({ name, code }) => {
      return !text.includes(code) && !(name !== '' && new RegExp(`\\b${name}\\b`).test(text))
    })
    expect(untested.map(({ code }) => code)).toEqual([])
  })
})
