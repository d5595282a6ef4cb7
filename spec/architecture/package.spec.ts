import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { LAYERS } from './layers.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const manifest = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
  exports: Record<string, { types: string; default: string } | string>
  dependencies: Record<string, string>
  peerDependencies: Record<string, string>
  peerDependenciesMeta: Record<string, { optional: boolean }>
}

describe('the package', () => {
  it('exports the root and one subpath for each folder of lib/, and nothing else of it', () => {
    const folders = Object.keys(LAYERS).filter((folder) => folder !== '.')
    const expected = ['.', ...folders.map((folder) => `./${folder}`)]
    const actual = Object.entries(manifest.exports)
      .filter(([, target]) => typeof target === 'object' && target.default.startsWith('./dist/'))
      .map(([subpath]) => subpath)
    expect(actual.sort()).toEqual(expected.sort())
  })

  it('points each subpath at the compiled index of its folder', () => {
    for (const [subpath, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string' || !target.default.startsWith('./dist/')) continue
      const folder = subpath === '.' ? '' : `${subpath.slice(2)}/`
      expect(target).toEqual({ types: `./dist/${folder}index.d.ts`, default: `./dist/${folder}index.js` })
      expect(existsSync(`${ROOT}lib/${folder}index.ts`), subpath).toBe(true)
    }
  })

  it('has an index in every folder of lib/ that the table lists', () => {
    const folders = readdirSync(`${ROOT}lib`, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    for (const { name } of folders) expect(Object.keys(LAYERS)).toContain(name)
  })

  it('makes packages of driver folders optional peers, the others dependencies', () => {
    const packages = Object.values(LAYERS).flatMap((layer) => layer.packages ?? [])
    for (const name of packages) {
      const isDependency = name in manifest.dependencies
      const isOptionalPeer =
        manifest.peerDependenciesMeta[name]?.optional === true && name in manifest.peerDependencies
      expect(isDependency !== isOptionalPeer, name).toBe(true)
    }
  })

  it('names its exports one by one', () => {
    for (const folder of Object.keys(LAYERS)) {
      const index = `${ROOT}lib/${folder === '.' ? '' : `${folder}/`}index.ts`
      expect(readFileSync(index, 'utf8').match(/export \* /g), index).toBeNull()
    }
  })
})
