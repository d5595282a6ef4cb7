import {
  createContext as createBareContext,
  type ApplicationContext,
  type ContextOptions,
  type Feature,
} from './core/index.js'
import type { ModuleImport } from './di/index.js'
import { withoutTransport } from './web/index.js'

/**
 * Starts an application without a transport: for scripts, workers and tests. What only makes sense with one (the
 * `HttpAdapterHost` that a catch-all filter injects) is there all the same, so that the same modules start.
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
  return createBareContext(root, { ...options, features: [withoutTransport, ...(options.features ?? [])] })
}
