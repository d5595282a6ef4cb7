import { byteSize } from '../byte-size.js'
import { defineDecorator } from '../../metadata/index.js'

/**
 * The limit of the bodies of a route, or of all routes of a controller, in place of the application's.
 *
 * @param limit bytes, or text such as `'10mb'`; larger ones are refused with 413 (CORBEL_BODY_TOO_LARGE)
 * @example
 * @Post('import') @BodyLimit('10mb') import(@Body() rows: Row[]) {}
 */
export const BodyLimit = defineDecorator({
  name: 'BodyLimit',
  on: ['class', 'method'],
  value: (limit: number | string): number | string => limit,
  check: (limit) => {
    try {
      const bytes = byteSize(limit)
      return Number.isFinite(bytes) && bytes >= 0 ? undefined : `is given ${limit}, which is no size`
    } catch (error) {
      return (error as Error).message
    }
  },
})
