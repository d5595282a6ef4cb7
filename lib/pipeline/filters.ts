import { isPromise, type AbstractClass, type Class } from '../common/index.js'
import { readClass, lineage } from '../metadata/index.js'
import { CatchTypes } from './decorators.js'
import { perCall, type Enhancer } from './enhancer.js'
import type { ExceptionFilter } from './enhancers.js'
import type { PipelineContext } from './execution-context.js'

/** The filters of an endpoint; undefined where it has none. */
export type CompiledFilters = CompiledFilter[]

/** A filter with one of its types: a filter of several types stands in the list several times. */
interface CompiledFilter {
  /** Undefined for everything. */
  readonly type: Class | AbstractClass | undefined
  /** Where the filters of the next level begin: they answer for what this one throws. */
  readonly outer: number
  run(context: PipelineContext, error: unknown): unknown
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
  const compiled: CompiledFilters = []
  for (const level of [...levels].reverse()) {
    const typed = [...level]
      .reverse()
      .flatMap((filter) => typesOf(filter).map((type) => ({ filter, type })))
      .sort((a, b) => depth(b.type) - depth(a.type))
    const outer = compiled.length + typed.length
    for (const { filter, type } of typed) {
      const run = perCall(filter, (one, context, error) => one.catch(error as never, context))
      compiled.push({ type, outer, run })
    }
  }
  return compiled
}

/**
 * Hands an exception to the filter that is responsible for it. What a filter throws goes to the filters of the next
 * level: what a method's filter throws, the controller's may take, then the global ones.
 *
 * @param filters of the endpoint
 * @param error what was thrown
 * @param context the call
 * @returns what the filter returned (maybe a promise), or `NOT_FILTERED`
 * @throws what a filter has thrown and no other has taken
 */
export function runFilters(filters: CompiledFilters, error: unknown, context: PipelineContext): unknown {
  return runFrom(0, filters, error, context)
}

function runFrom(first: number, filters: CompiledFilters, error: unknown, context: PipelineContext): unknown {
  for (let index = first; index < filters.length; index++) {
    const { type, outer, run } = filters[index]!
    if (type !== undefined && !(error instanceof type)) continue
    const passOn = (failure: unknown): unknown => {
      const result = runFrom(outer, filters, failure, context)
      if (result === NOT_FILTERED) throw failure
      return result
    }
    try {
      const result = run(context, error)
      return isPromise(result) ? Promise.resolve(result).then(undefined, passOn) : result
    } catch (failure) {
      return passOn(failure)
    }
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
