import { isPromise, type AbstractClass, type Class } from '../common/index.js'
import { readClass, lineage } from '../metadata/index.js'
import { CatchTypes } from './decorators.js'
import { withEnhancer, type Enhancer } from './enhancer.js'
import type { ExceptionFilter } from './enhancers.js'
import type { PipelineContext } from './execution-context.js'

/** The filters of an endpoint; undefined where it has none. */
export type CompiledFilters = CompiledFilter[]

interface CompiledFilter {
  readonly filter: Enhancer<ExceptionFilter<never>>
  readonly types: readonly (Class | AbstractClass)[]
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
      .map((filter): CompiledFilter => ({ filter, types: typesOf(filter) }))
      .sort((a, b) => specificity(b) - specificity(a)),
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
  for (const { filter, types } of filters) {
    if (types.length > 0 && !types.some((type) => error instanceof type)) continue
    const result = withEnhancer(filter, context, (one) => one.catch(error as never, context))
    return isPromise(result) ? result.then((value) => value as unknown) : result
  }
  return NOT_FILTERED
}

function typesOf(filter: Enhancer<ExceptionFilter<never>>): readonly (Class | AbstractClass)[] {
  return filter.metatype === undefined ? [] : (readClass(CatchTypes, filter.metatype) ?? [])
}

/** How deep the shallowest of its types stands below Error; a filter without types comes last. */
function specificity({ types }: CompiledFilter): number {
  return types.length === 0 ? -1 : Math.min(...types.map((type) => lineage(type).length))
}
