import { defineDecorator } from '../../metadata/index.js'
import type { CorsDelegate, CorsOptions } from './options.js'

/**
 * Says which other origins may call a controller or a route, instead of what the application says.
 *
 * @param options as for `app.enableCors`; true for all, false for none
 * @example
 * @Get('widget') @Cors({ origin: ['https://a.example'], credentials: true })
 */
export const Cors = defineDecorator({
  name: 'Cors',
  on: ['class', 'method'],
  value: (options: CorsOptions | CorsDelegate | boolean = true) => options,
})
