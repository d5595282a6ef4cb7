/** What one folder under lib/ may import. */
export interface Layer {
  /** 0 is the ground; imports go down only. */
  readonly floor: number
  /** Folders under lib/ that it may import. */
  readonly imports: readonly string[]
  /** True if it has to run in any runtime, so that Node's network and file modules are out of bounds. */
  readonly anyRuntime: boolean
  /** Packages that only this folder may import. */
  readonly packages?: readonly string[]
}

const GROUND = ['common']
const UP_TO_HTTP = [...GROUND, 'metadata', 'http']
const UP_TO_DI = [...UP_TO_HTTP, 'di', 'router']
const UP_TO_CORE = [...UP_TO_DI, 'pipeline', 'core']
const FEATURE = [...UP_TO_CORE, 'web']

/** Who may import whom. A folder that is not in the table may not exist. */
export const LAYERS: Readonly<Record<string, Layer>> = {
  common: { floor: 0, imports: [], anyRuntime: true },
  metadata: { floor: 1, imports: GROUND, anyRuntime: true, packages: ['reflect-metadata'] },
  http: { floor: 1, imports: GROUND, anyRuntime: true, packages: ['cookie'] },
  di: {
    floor: 2,
    imports: [...GROUND, 'metadata'],
    anyRuntime: true,
    packages: ['tsyringe', 'reflect-metadata'],
  },
  router: { floor: 2, imports: [...GROUND, 'metadata'], anyRuntime: true },
  server: { floor: 2, imports: [...GROUND, 'http'], anyRuntime: false },
  pipeline: { floor: 3, imports: UP_TO_DI, anyRuntime: true },
  core: { floor: 4, imports: [...UP_TO_DI, 'pipeline'], anyRuntime: true },
  web: { floor: 5, imports: [...UP_TO_CORE, 'server'], anyRuntime: false },
  validation: {
    floor: 5,
    imports: FEATURE,
    anyRuntime: true,
    packages: ['class-validator', 'class-transformer', 'reflect-metadata'],
  },
  auth: { floor: 5, imports: FEATURE, anyRuntime: false, packages: ['jose'] },
  database: { floor: 5, imports: FEATURE, anyRuntime: true },
  'database/typeorm': {
    floor: 5,
    imports: [...FEATURE, 'database'],
    anyRuntime: false,
    packages: ['typeorm', 'libsql'],
  },
  testing: { floor: 6, imports: [...FEATURE, 'validation', 'server', '.'], anyRuntime: false },
  // the root index and createApp: put together what a typical API needs
  '.': { floor: 6, imports: [...FEATURE, 'server', 'validation'], anyRuntime: false },
}

/** Node modules that do not exist in other runtimes. */
export const NODE_ONLY = ['net', 'tls', 'dgram', 'http', 'http2', 'https', 'fs', 'fs/promises'].map(
  (name) => `node:${name}`,
)
