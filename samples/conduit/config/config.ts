import { InjectionToken } from 'corbel'

/** Everything that differs from place to place. */
export interface ConduitConfig {
  readonly port: number
  /** All addresses if left out. */
  readonly host?: string
  /** The database file; made if it is not there. */
  readonly database: string
  /** Signs tokens. Without one, one is made and kept in the database. */
  readonly jwtSecret?: string
  /** Whether a new database gets some demo data. */
  readonly seed: boolean
}

/** Inject the configuration by this token. */
export const CONDUIT_CONFIG = new InjectionToken<ConduitConfig>('CONDUIT_CONFIG')

/**
 * Reads the configuration from environment variables; see the README for their names.
 *
 * @param env usually `process.env`
 * @throws {RangeError} if PORT is not a port
 */
export function configFromEnvironment(env: NodeJS.ProcessEnv): ConduitConfig {
  return {
    port: portOf(env['PORT']),
    ...(env['HOST'] && { host: env['HOST'] }),
    database: env['CONDUIT_DATABASE'] || 'conduit.sqlite',
    ...(env['CONDUIT_JWT_SECRET'] && { jwtSecret: env['CONDUIT_JWT_SECRET'] }),
    // demo accounts have known passwords: never where it counts
    seed: env['NODE_ENV'] !== 'production' && env['CONDUIT_SEED'] !== 'off',
  }
}

function portOf(text = '3000'): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new RangeError(`PORT is "${text}". Set it to a number from 0 (any free port) to 65535.`)
}
