import { placeOf, type ArgumentMetadata, type EndpointModel } from '../pipeline/index.js'
import type { CompiledValidator } from './compile.js'

/** How one parameter is validated: by a class, or by a schema. */
export type ParameterValidation =
  | { readonly class: string; readonly validator: Pick<CompiledValidator<unknown>, 'fused' | 'fallback'> }
  | { readonly class: undefined; readonly schema: string }

const noted = new WeakMap<EndpointModel, Map<number, ParameterValidation>>()

/**
 * Remembers how a parameter is validated, for descriptions.
 *
 * @param metadata of the parameter; what the pipeline has not made is not remembered
 * @param validation of the parameter
 */
export function noteValidator(metadata: ArgumentMetadata, validation: ParameterValidation): void {
  const place = placeOf(metadata)
  if (place === undefined) return
  let parameters = noted.get(place.endpoint)
  if (parameters === undefined) noted.set(place.endpoint, (parameters = new Map()))
  parameters.set(place.index, validation)
}

/** One parameter, as `app.describe()` tells it under `validation`. */
export interface ParameterDescription {
  readonly parameter: number
  readonly class?: string
  /** The vendor of a Standard Schema. */
  readonly schema?: string
  /** True if correct values take the short way: one pass over their keys. */
  readonly fused?: boolean
  /** What class-transformer does by itself, and why: `Order.lines: a Map …`. */
  readonly fallback?: readonly string[]
}

/**
 * Describes how the parameters of an endpoint are validated.
 *
 * @param endpoint compiled
 * @returns undefined where none is
 */
export function describeParameters(endpoint: EndpointModel): readonly ParameterDescription[] | undefined {
  const parameters = noted.get(endpoint)
  if (parameters === undefined) return undefined
  return [...parameters]
    .sort(([a], [b]) => a - b)
    .map(([parameter, one]) => {
      if (one.class === undefined) return { parameter, schema: one.schema }
      const { fused, fallback } = one.validator
      return { parameter, class: one.class, fused, fallback }
    })
}
