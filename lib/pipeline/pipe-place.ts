import type { Injector, ModuleRecord, ProviderRecord, Token } from '../di/index.js'
import type { EndpointModel } from './endpoint.js'
import type { ArgumentMetadata } from './enhancers.js'

/** Where in an application a pipe serves, for pipes that look things up at boot. */
export interface PipePlace {
  readonly endpoint: EndpointModel
  /** The parameter. */
  readonly index: number
  /** True if no other pipe serves the parameter. */
  readonly isAlone: boolean
  readonly injector: Injector
  /**
   * The provider of a token that is nearest to the endpoint's module: its own, then those of what it imports, then any.
   *
   * @param token class, string, symbol …
   */
  find(token: Token): ProviderRecord | undefined
  /** Every provider of the application. */
  records(): Iterable<ProviderRecord>
}

const places = new WeakMap<ArgumentMetadata, PipePlace>()

/**
 * Tells where a pipe serves. It is no member of the metadata, which applications compare and print.
 *
 * @param metadata as a pipe got it
 * @returns undefined for metadata that the pipeline has not made: the pipe is called by hand
 */
export function placeOf(metadata: ArgumentMetadata): PipePlace | undefined {
  return places.get(metadata)
}

/**
 * Makes the metadata of a parameter known at its place.
 *
 * @param metadata of the parameter
 * @param place of the parameter
 * @returns the metadata
 */
export function putInPlace(metadata: ArgumentMetadata, place: PipePlace): ArgumentMetadata {
  places.set(metadata, place)
  return metadata
}

/**
 * Gives metadata the place of other metadata: for a pipe that hands a part of its value to another one.
 *
 * @param known as the outer pipe got it
 * @param metadata for the inner pipe
 * @returns the metadata
 */
export function inPlaceOf(known: ArgumentMetadata, metadata: ArgumentMetadata): ArgumentMetadata {
  const place = places.get(known)
  return place === undefined ? metadata : putInPlace(metadata, place)
}

/**
 * Finds the provider of a token that is nearest to a module, whether it is exported or not.
 *
 * @param token what is wanted
 * @param module where the search begins
 * @param records every provider of the application
 */
export function nearestProvider(
  token: Token,
  module: ModuleRecord,
  records: Iterable<ProviderRecord>,
): ProviderRecord | undefined {
  const seen = new Set([module])
  for (const one of seen) {
    const found = one.providers.get(token)
    if (found !== undefined) return found
    for (const imported of one.imports) seen.add(imported)
  }
  for (const record of records) if (record.token === token && record.role === 'provider') return record
  return undefined
}
