import type { ModuleImport } from '../di/index.js'
import { ApplicationContext, type ContextOptions } from './application-context.js'
import { boot } from './boot.js'
import type { Feature } from './feature.js'

/**
 * Starts an application without a transport: for scripts, workers and tests.
 *
 * @param root the root module
 * @param options the logger; features that no module brings
 * @returns the application, initialised
 * @throws {BootFailed} CORBEL_BOOT_FAILED with every problem found
 */
export async function createContext(
  root: ModuleImport,
  options: ContextOptions & { readonly features?: readonly Feature[] } = {},
): Promise<ApplicationContext> {
  const context = new ApplicationContext(await boot(root, options), options)
  try {
    return await context.init()
  } catch (error) {
    // nobody has the context, so nobody else can close what its hooks have opened
    await context.close().catch(() => undefined)
    throw error
  }
}
