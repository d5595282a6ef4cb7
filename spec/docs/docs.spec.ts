import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Code in docs/ comes from files that run: `<!-- code: spec/docs/modules.spec.ts#forms -->` stands before a block and names
// the region that it shows. UPDATE_DOCS=1 writes the blocks anew.
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PAGES = readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)
const BLOCK = /<!-- code: ([^#\s]+)#([\w-]+) -->\n\n```ts\n([^]*?)```/g

function region(file: string, name: string): string {
  const source = readFileSync(join(ROOT, file), 'utf8')
  const found = new RegExp(`^ *// #region ${name}\\n([^]*?)^ *// #endregion`, 'm').exec(source)
  if (found === null) throw new Error(`${file} has no region ${name}`)
  const lines = found[1]!.split('\n')
  const indent = Math.min(
    ...lines.filter((line) => line.trim() !== '').map((line) => /^ */.exec(line)![0].length),
  )
  return lines.map((line) => line.slice(indent)).join('\n')
}

describe.each(PAGES)('%s', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8')

  it('shows code that runs', () => {
    const updated = text.replace(BLOCK, (_, file: string, name: string) => {
      return `<!-- code: ${file}#${name} -->\n\n\`\`\`ts\n${region(file, name)}\`\`\``
    })
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(join(ROOT, page), updated)
    else expect(text).toBe(updated)
    // every block of code says where it comes from, and every such place has its block
    const blocks = text.match(/^```ts$/gm)?.length ?? 0
    expect([...text.matchAll(BLOCK)]).toHaveLength(blocks)
    expect(text.match(/^<!-- code: /gm) ?? []).toHaveLength(blocks)
  })

  it('has links that lead somewhere', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target!)
    expect(links.filter((target) => !existsSync(join(ROOT, dirname(page), target)))).toEqual([])
  })
})

describe('README.md', () => {
  it('has links that lead somewhere', () => {
    const text = readFileSync(join(ROOT, 'README.md'), 'utf8')
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, target]) => target!)
    expect(links.filter((target) => !existsSync(join(ROOT, target)))).toEqual([])
  })
})
