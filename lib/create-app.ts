import type { ModuleImport } from './di/index.js'
import { Application, type ApplicationOptions } from './web/index.js'

/**
 * Starts an application that answers HTTP.
 *
 * @param root the root module
 * @param options logger, error format, limits …; see `ApplicationOptions`
 * @returns the application; call `listen` next
 * @throws {BootFailed} CORBEL_BOOT_FAILED with every problem found in modules, classes and routes
 * @example
 * const app = await createApp(AppModule)
 * await app.listen(3000)
 */
export function createApp(root: ModuleImport, options: ApplicationOptions = {}): Promise<Application> {
  return Application.create(root, options)
}
