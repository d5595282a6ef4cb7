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
  /** Whether it may import what is known only at run time. */
  readonly loadsByUrl?: boolean
}

const GROUND = ['common']
const UP_TO_HTTP = [...GROUND, 'metadata', 'http']
const UP_TO_DI = [...UP_TO_HTTP, 'di', 'router']
const UP_TO_CORE = [...UP_TO_DI, 'pipeline', 'core']
const FEATURE = [...UP_TO_CORE, 'web']

/** Who may import whom. A folder that is not in the table may not exist. */
export const LAYERS: Readonly<Record<string, Layer>> = {
  // module-copies.ts loads modules of Corbel by their url
  common: { floor: 0, imports: [], anyRuntime: true, loadsByUrl: true },
  // goes into pages: nothing else may come with it
  client: { floor: 0, imports: [], anyRuntime: true },
  metadata: { floor: 1, imports: GROUND, anyRuntime: true, packages: ['reflect-metadata'] },
  http: { floor: 1, imports: GROUND, anyRuntime: true, packages: ['cookie', 'mime-types', 'negotiator'] },
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
  // one reader of class-transformer's records for both directions: the exception among features
  serialization: {
    floor: 5,
    imports: [...FEATURE, 'validation'],
    anyRuntime: false,
    packages: ['class-transformer'],
  },
  bodies: {
    floor: 5,
    imports: FEATURE,
    anyRuntime: false,
    packages: ['fast-xml-parser', 'msgpackr', 'cbor-x'],
  },
  timeouts: { floor: 5, imports: FEATURE, anyRuntime: false },
  negotiation: {
    floor: 5,
    imports: FEATURE,
    anyRuntime: true,
    packages: ['fast-xml-parser', 'csv-stringify', 'yaml', 'msgpackr', 'cbor-x'],
  },
  conditional: { floor: 5, imports: FEATURE, anyRuntime: false },
  compression: { floor: 5, imports: FEATURE, anyRuntime: false },
  // reads what rules and transformations say of classes: the other exception
  openapi: {
    floor: 5,
    imports: [...FEATURE, 'validation'],
    anyRuntime: false,
    packages: ['swagger-ui-dist', 'redoc', '@scalar/api-reference', 'ajv', 'ajv-formats'],
  },
  // builds applications, reads files and sources: at build time only
  'openapi/cli': {
    floor: 6,
    imports: [...FEATURE, 'openapi', '.'],
    anyRuntime: false,
    packages: ['yaml', 'oxc-parser'],
    loadsByUrl: true,
  },
  uploads: { floor: 5, imports: FEATURE, anyRuntime: false, packages: ['@fastify/busboy'] },
  security: { floor: 5, imports: FEATURE, anyRuntime: true },
  'security/html': { floor: 5, imports: FEATURE, anyRuntime: true, packages: ['sanitize-html'] },
  static: { floor: 5, imports: FEATURE, anyRuntime: false },
  views: { floor: 5, imports: FEATURE, anyRuntime: false, packages: ['nunjucks'] },
  auth: { floor: 5, imports: FEATURE, anyRuntime: false, packages: ['jose', '@node-rs/argon2'] },
  'auth/oidc': { floor: 5, imports: [...FEATURE, 'auth'], anyRuntime: false, packages: ['openid-client'] },
  'auth/passkeys': {
    floor: 5,
    imports: [...FEATURE, 'auth'],
    anyRuntime: false,
    packages: ['@simplewebauthn/server'],
  },
  'auth/totp': { floor: 5, imports: [...FEATURE, 'auth'], anyRuntime: false, packages: ['otpauth'] },
  crypto: { floor: 5, imports: FEATURE, anyRuntime: true },
  'crypto/cli': { floor: 6, imports: ['crypto'], anyRuntime: false },
  // `@Public()` lifts its rules, and `@Type` says of which class nested results are: the exceptions
  authorization: { floor: 5, imports: [...FEATURE, 'auth', 'validation'], anyRuntime: false },
  versioning: { floor: 5, imports: FEATURE, anyRuntime: true },
  redis: { floor: 5, imports: FEATURE, anyRuntime: false, packages: ['ioredis'] },
  sessions: { floor: 5, imports: FEATURE, anyRuntime: true },
  websocket: { floor: 5, imports: [...FEATURE, 'server'], anyRuntime: false },
  'websocket/socket-io': {
    floor: 5,
    imports: [...FEATURE, 'server', 'websocket'],
    anyRuntime: false,
    packages: ['socket.io'],
  },
  // its WebSocket is a gateway: the exception
  live: { floor: 5, imports: [...FEATURE, 'websocket'], anyRuntime: false },
  database: { floor: 5, imports: FEATURE, anyRuntime: true },
  // puts together what others offer for one record: conditions, rules for bodies, documents
  crud: {
    floor: 5,
    imports: [...FEATURE, 'database', 'conditional', 'validation', 'openapi'],
    anyRuntime: false,
  },
  'crud/typeorm': {
    floor: 5,
    imports: [...GROUND, 'database', 'crud'],
    anyRuntime: false,
    packages: ['typeorm'],
  },
  'database/typeorm': {
    floor: 5,
    imports: [...FEATURE, 'database'],
    anyRuntime: false,
    packages: ['typeorm', 'libsql', '@electric-sql/pglite', '@electric-sql/pglite-pgvector'],
  },
  'database/typeorm/stores': {
    floor: 5,
    imports: [...FEATURE, 'database', 'database/typeorm'],
    anyRuntime: false,
    packages: ['typeorm'],
  },
  'database/typeorm/postgres': {
    floor: 5,
    imports: [...FEATURE, 'database/typeorm'],
    anyRuntime: false,
    packages: ['typeorm', 'pg-copy-streams'],
  },
  testing: { floor: 6, imports: [...FEATURE, 'validation', 'server', '.'], anyRuntime: false },
  // the root index and createApp: put together what a typical API needs
  '.': {
    floor: 6,
    imports: [
      ...FEATURE,
      'server',
      'validation',
      'serialization',
      'bodies',
      'timeouts',
      'openapi',
      'security',
      'static',
      'uploads',
      'negotiation',
      'conditional',
      'compression',
      'versioning',
      'websocket',
      'live',
    ],
    anyRuntime: false,
  },
}

/** Node modules that do not exist in other runtimes. */
export const NODE_ONLY = ['net', 'tls', 'dgram', 'http', 'http2', 'https', 'fs', 'fs/promises'].map(
  (name) => `node:${name}`,
)
