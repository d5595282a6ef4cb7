import { optionalPackage, type Load } from './packages.js'
import { plainOf } from './plain.js'
import { defineSerializer, type Serializer } from './serializer.js'

interface Exports {
  stringify(value: unknown, options: object): string
}

/** Readers of YAML 1.1 take `no` for false and `1:30` for a number unless they are quoted. */
const OPTIONS = { aliasDuplicateObjects: false, lineWidth: 0, compat: 'yaml-1.1' }

/**
 * YAML; a stream is one list.
 *
 * @param load for tests
 * @see RFC 9512
 */
export function yamlSerializer(load?: Load): Serializer {
  const stringify = optionalPackage<Exports, Exports['stringify']>(
    'yaml',
    'application/yaml',
    (exports) => exports.stringify,
    'yaml',
    load,
  )
  return defineSerializer({
    types: ['application/yaml', 'text/yaml', 'application/x-yaml'],
    serialize: (value) => stringify()(plainOf(value), OPTIONS),
    stream: { item: (value) => stringify()([plainOf(value) ?? null], OPTIONS) },
    prepare: () => void stringify(),
  })
}
