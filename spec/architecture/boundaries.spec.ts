import { fileURLToPath } from 'node:url'
import { findViolations, layerOf, readSources, reachablePackages, type SourceFile } from './boundaries.js'
import { LAYERS, type Layer } from './layers.js'

const LIB = fileURLToPath(new URL('../../lib', import.meta.url))
const OPTIONAL_PEERS = [
  'jose',
  'typeorm',
  'libsql',
  '@fastify/busboy',
  'nunjucks',
  'swagger-ui-dist',
  'redoc',
  '@scalar/api-reference',
  'ajv',
  'ajv-formats',
]

describe('the boundaries of lib/', () => {
  it('are kept by every file', () => {
    expect(findViolations(readSources(LIB), LAYERS)).toEqual([])
  })

  it('lead downwards in the table itself', () => {
    for (const [folder, layer] of Object.entries(LAYERS)) {
      for (const target of layer.imports.filter((one) => one !== '.')) {
        expect(LAYERS[target]?.floor, `${folder} → ${target}`).toBeLessThanOrEqual(layer.floor)
      }
    }
  })

  it('keep optional peers out of reach of the root export', () => {
    const reached = reachablePackages(LIB, 'index.ts')
    expect(OPTIONAL_PEERS.filter((peer) => reached.has(peer))).toEqual([])
  })
})

describe('the boundary checker', () => {
  const layers: Record<string, Layer> = {
    ground: { floor: 0, imports: [], anyRuntime: true },
    upper: { floor: 1, imports: ['ground'], anyRuntime: false, packages: ['pg'] },
    'upper/driver': { floor: 1, imports: ['upper'], anyRuntime: false },
  }
  const check = (path: string, ...imports: string[]): string[] =>
    findViolations([{ path, imports } as SourceFile], layers)

  it('refuses a lower floor that imports a higher one, and says what is allowed', () => {
    expect(check('ground/a.ts', '../upper/index.js')).toEqual([
      'ground/a.ts imports ../upper/index.js: ground may import only nothing.',
    ])
  })

  it('allows imports downwards and within a folder', () => {
    expect(check('upper/a.ts', '../ground/index.js', './b.js')).toEqual([])
  })

  it('tells a driver folder from the folder that it is in', () => {
    expect(layerOf('upper/driver/a.ts', layers)).toBe('upper/driver')
    expect(check('upper/a.ts', './driver/index.js')).toHaveLength(1)
    expect(check('upper/driver/a.ts', '../index.js')).toEqual([])
  })

  it('keeps network and files out of folders for any runtime', () => {
    expect(check('ground/a.ts', 'node:net')).toEqual([
      'ground/a.ts imports node:net: ground has to run in any runtime.',
    ])
    expect(check('ground/a.ts', 'node:path')).toEqual([])
    expect(check('upper/a.ts', 'node:net')).toEqual([])
  })

  it('lets a package be imported only where it belongs', () => {
    expect(check('upper/a.ts', 'pg')).toEqual([])
    expect(check('ground/a.ts', 'pg/lib/x.js')).toEqual(['ground/a.ts imports pg: only upper may import it.'])
    expect(check('ground/a.ts', 'left-pad')).toEqual([
      'ground/a.ts imports left-pad: only no folder may import it.',
    ])
  })

  it('refuses folders that the table does not list', () => {
    expect(check('cellar/a.ts')).toEqual([
      'cellar/a.ts is in a folder that spec/architecture/layers.ts does not list.',
    ])
  })
})
