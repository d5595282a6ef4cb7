import { typedKey, type MaybePromise } from '../common/index.js'
import type { HttpContext } from './http-context.js'

/** Answers requests that no route answers: files, above all. Middleware has run by then, guards have not. */
export interface Fallback {
  /** The path below which it is asked; those with the longest are asked first. */
  readonly prefix: string
  /**
   * @param context of a request without a route; `GET` and `HEAD` also where the path has routes for other methods
   * @returns true if it has answered, or sees to it; errors are answered as those of handlers
   */
  answer(context: HttpContext): MaybePromise<boolean>
}

/** Under which features leave their fallbacks in `check`; they are asked for when everything is built. */
export const FALLBACKS = typedKey<() => readonly Fallback[]>('fallbacks')

/**
 * Puts fallbacks in the order in which they are asked.
 *
 * @param sources as features have left them
 */
export function orderFallbacks(sources: readonly (() => readonly Fallback[])[]): readonly Fallback[] {
  return sources.flatMap((source) => source()).sort((a, b) => b.prefix.length - a.prefix.length)
}
