import { defineDecorator } from '../metadata/index.js'

/**
 * Names the version whose shape a handler reads and writes; by default it is the newest that the route serves. Version
 * transformers lead from there to the version of each request.
 *
 * @param version such as `'3'`
 */
export const VersionShape = defineDecorator({
  name: 'VersionShape',
  on: ['class', 'method'],
  value: (version: string) => version,
  check: (version) => (typeof version === 'string' && version !== '' ? undefined : 'names no version'),
})
