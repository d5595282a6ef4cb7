import { isPromise, type AbstractClass, type Class } from '../common/index.js'
import { readClass, lineage } from '../metadata/index.js'
import { CatchTypes } from './decorators.js'
import { withEnhancer, type Enhancer } from './enhancer.js'
import type { ExceptionFilter } from './enhancers.js'
import type { PipelineContext } from './execution-context.js'

/** The filters of an endpoint; undefined where it has none. */
export type CompiledFilters = CompiledFilter[]

/** A filter with one of its types: a filter of several types stands in the list several times. */
interface CompiledFilter {
  readonly filter: Enhancer<ExceptionFilter<never>>
  /** Undefined for everything. */
  readonly type: Class | AbstractClass | undefined
}

/** What `runFilters` answers if no filter is responsible. */
export const NOT_FILTERED = Symbol('not filtered')

/**
 * Orders filters: method → class → global; on one level the most specific `@Catch` first, the last declared first
 * among equals.
 *
 * @param levels global, class, method
 */
export function compileFilters(
  levels: readonly (readonly Enhancer<ExceptionFilter<never>>[])[],
): CompiledFilters {
  return [...levels].reverse().flatMap((level) =>
    [...level]
      .reverse()
      .flatMap((filter) => typesOf(filter).map((type): CompiledFilter => ({ filter, type })))
      .sort((a, b) => depth(b.type) - depth(a.type)),
  )
}

/**
 * Hands an exception to the filter that is responsible for it.
 *
 * @param filters of the endpoint
 * @param error what was thrown
 * @param context the call
 * @returns what the filter returned (maybe a promise), or `NOT_FILTERED`
 */
export function runFilters(filters: CompiledFilters, error: unknown, context: PipelineContext): unknown {
  for (const { filter, type } of filters) {
    if (type !== undefined && !(error instanceof type)) continue
    const result = withEnhancer(filter, context, (one) => one.catch(error as never, context))
    return isPromise(result) ? result.then((value) => value) : result
  }
  return NOT_FILTERED
}

function typesOf(filter: Enhancer<ExceptionFilter<never>>): readonly CompiledFilter['type'][] {
  const types = filter.metatype === undefined ? [] : (readClass(CatchTypes, filter.metatype) ?? [])
  return types.length === 0 ? [undefined] : types
}

/** How many classes a type extends: the more, the more specific; catching everything comes last. */
function depth(type: CompiledFilter['type']): number {
  return type === undefined ? 0 : lineage(type).length
}
