import type { Class } from '../common/index.js'
import type { Feature } from '../core/index.js'
import type { EndpointModel } from '../pipeline/index.js'
import { declaredReturn, usualStatus, type BigIntPolicy, type HttpEndpoint } from '../web/index.js'
import { compileJsonWriters, writeOpen, type JsonWriters } from './json-writer.js'
import type { SerializationOptions } from './options.js'
import { plainFallback } from './to-plain.js'

/**
 * Gives the routes whose response class is known a writer of its own; the others keep `JSON.stringify`.
 *
 * @param options `bigint`: what happens to BigInts, an error (default) or their digits as text
 */
export function serializationFeature({ bigint = 'error' }: { readonly bigint?: BigIntPolicy } = {}): Feature {
  const known = new Map<Class, JsonWriters>()
  const writersOf = (type: Class): JsonWriters => {
    let writers = known.get(type)
    if (writers === undefined) known.set(type, (writers = compileJsonWriters(type, { bigint })))
    return writers
  }
  return {
    name: 'serialization',
    check(model) {
      for (const endpoint of model.endpoints.filter(isHttp)) {
        const type = knownReturn(endpoint)
        if (type !== undefined) Object.assign(endpoint, writersOf(type.type))
        else if (bigint === 'string') endpoint.write = (value) => writeOpen(value, bigint)
      }
    },
    describe(endpoint) {
      const known = isHttp(endpoint) ? knownReturn(endpoint) : undefined
      if (known === undefined) return undefined
      const byLibrary = plainFallback(known.type, NO_OPTIONS)
      return {
        returns: `${known.type.name}${known.isList ? '[]' : ''}`,
        ...(byLibrary.length > 0 && { serializedByLibrary: byLibrary }),
      }
    },
  }
}

const NO_OPTIONS: SerializationOptions = {}

function isHttp(endpoint: EndpointModel): endpoint is HttpEndpoint & EndpointModel {
  return endpoint.kind === 'http'
}

function knownReturn(endpoint: HttpEndpoint): ReturnType<typeof declaredReturn> {
  return endpoint.events ? undefined : declaredReturn(endpoint, usualStatus(endpoint))
}
