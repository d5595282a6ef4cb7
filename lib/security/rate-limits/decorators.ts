import { defineDecorator } from '../../metadata/index.js'
import type { RateLimitRule } from './options.js'

/**
 * Limits a route, or each route of a controller, beside the limits of the application; one of the same name takes the
 * place of theirs.
 *
 * @param rules one or several
 * @example
 * @Post('login') @RateLimit({ name: 'login', limit: 5, window: '15m' })
 */
export const RateLimit = defineDecorator({
  name: 'RateLimit',
  on: ['class', 'method'],
  value: (...rules: RateLimitRule[]): readonly RateLimitRule[] => rules,
})

/**
 * Lifts limits of the application, or of the controller.
 *
 * @param names of the limits; all, if there are none
 */
export const SkipRateLimit = defineDecorator({
  name: 'SkipRateLimit',
  on: ['class', 'method'],
  value: (...names: string[]): readonly string[] => names,
})
