import { defineDecorator } from '../metadata/index.js'

/**
 * Opens the session before the guards of a route, or of each route of a controller, so that `request.session` is there.
 * Routes with a `@Session()` parameter need it not.
 *
 * @param use false for none, where the controller says otherwise
 */
export const UseSession = defineDecorator({
  name: 'UseSession',
  on: ['class', 'method'],
  value: (use: boolean = true): boolean => use,
})
