import { explainMissingPackage } from '../common/index.js'

/** What is used of the ioredis package, as its own declarations describe it. */
export type IoRedis = Pick<typeof import('ioredis'), 'Redis'>

/**
 * Loads ioredis when a module asks for it, so that a missing package is explained.
 *
 * @param load for tests
 * @throws {CorbelError} CORBEL_PACKAGE_MISSING with the install line
 */
export async function loadIoRedis(load: () => Promise<IoRedis> = () => import('ioredis')): Promise<IoRedis> {
  try {
    return await load()
  } catch (error) {
    throw explainMissingPackage(error, 'ioredis', 'RedisModule')
  }
}
