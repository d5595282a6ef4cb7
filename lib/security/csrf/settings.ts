import type { HttpContext, HttpEndpoint } from '../../web/index.js'
import { csrfSettings, type CsrfSettings } from './options.js'

/** An endpoint belongs to one application. */
const byEndpoint = new WeakMap<object, CsrfSettings>()
const DEFAULTS = csrfSettings()

/**
 * Notes the settings of an endpoint's application.
 *
 * @param endpoint of the application
 * @param settings of the application
 */
export function useSettings(endpoint: HttpEndpoint, settings: CsrfSettings): void {
  byEndpoint.set(endpoint, settings)
}

/** The settings of the application that a call is for. */
export function settingsOf({ route }: HttpContext): CsrfSettings {
  return (route === undefined ? undefined : byEndpoint.get(route.endpoint)) ?? DEFAULTS
}
