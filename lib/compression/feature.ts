import type { Feature } from '../core/index.js'
import { defineDecorator } from '../metadata/index.js'
import { SINK_FILTERS, type HttpContext, type HttpEndpoint } from '../web/index.js'
import { compressionSettings, type CompressionOptions, type CompressionSettings } from './options.js'
import { CompressingSink } from './sink.js'

/**
 * Has a word on the compression of a route, or of all routes of a controller: false for none, true or options also where the
 * application has none. Answers that tell a secret beside what the client has sent should not be compressed (BREACH).
 *
 * @param options false, true, or what is different from the application's options
 */
export const Compress = defineDecorator({
  name: 'Compress',
  on: ['class', 'method'],
  value: (options: boolean | CompressionOptions = true): boolean | CompressionOptions => options,
})

/**
 * Compresses answers, whoever gives them: handlers, middleware, or the framework. Where neither the application nor a route
 * asks for it, nothing stands between answers and transport.
 *
 * @param options of all answers; false for none but those of routes with `@Compress()`
 */
export function compressionFeature(options: boolean | CompressionOptions = false): Feature {
  const usualOptions = typeof options === 'object' ? options : {}
  // wrong options are told now
  const usual = options === false ? undefined : compressionSettings(usualOptions)
  return {
    name: 'compression',
    check(model) {
      const own = new Map<unknown, CompressionSettings | undefined>()
      for (const endpoint of model.endpoints as unknown as HttpEndpoint[]) {
        if (endpoint.kind !== 'http') continue
        const declared = endpoint.metadata.get(Compress)
        if (declared === undefined) continue
        try {
          const isOptions = typeof declared === 'object'
          own.set(
            endpoint,
            declared === false
              ? undefined
              : isOptions
                ? compressionSettings(usualOptions, declared)
                : (usual ?? compressionSettings()),
          )
        } catch (error) {
          model.report(error as Error)
        }
      }
      if (usual === undefined && [...own.values()].every((settings) => settings === undefined)) return
      const settingsOf = ({ route }: HttpContext): CompressionSettings | undefined =>
        route !== undefined && own.has(route.endpoint) ? own.get(route.endpoint) : usual
      model.contribute(SINK_FILTERS, (sink, context) => new CompressingSink(sink, context, settingsOf))
    },
  }
}
