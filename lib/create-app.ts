import type { Feature } from './core/index.js'
import type { ModuleImport } from './di/index.js'
import { validationFeature, type ValidationPipeOptions } from './validation/index.js'
import { Application, prepareApplication, type ApplicationOptions } from './web/index.js'

/** Options of `createApp`. */
export interface CreateAppOptions extends ApplicationOptions {
  /**
   * Validates parameters whose class has rules and which have no `ValidationPipe` of their own. Default: instances with
   * only the properties that have rules (`{ transform: true, whitelist: true }`); false turns it off.
   */
  readonly validation?: ValidationPipeOptions | false
}

/**
 * Starts an application that answers HTTP.
 *
 * @param root the root module
 * @param options logger, error format, limits …; see `CreateAppOptions`
 * @returns the application; call `listen` next
 * @throws {BootFailed} CORBEL_BOOT_FAILED with every problem found in modules, classes and routes
 * @example
 * const app = await createApp(AppModule)
 * await app.listen(3000)
 */
export async function createApp(root: ModuleImport, options: CreateAppOptions = {}): Promise<Application> {
  return new Application(
    await prepareApplication(root, { ...options, features: defaultFeatures(options) }),
    options,
  )
}

/**
 * The features that an application has without asking, followed by its own.
 *
 * @param options as given to `createApp`
 */
export function defaultFeatures({ validation, features = [] }: CreateAppOptions): readonly Feature[] {
  return validation === false ? features : [validationFeature(validation), ...features]
}
