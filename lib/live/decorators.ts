import type { MaybeArray } from './types.js'
import { listOf, type Class } from '../common/index.js'
import { defineDecorator } from '../metadata/index.js'
import { keyText, type LiveKey, type LiveKeys } from './keys.js'
import type { LiveCaller } from './live-hub.js'

/** What a live query depends on, and how it is sent. */
export interface LiveDeclaration {
  /**
   * What its result depends on; a function gets the arguments of the handler. Whatever it says, the path of the request is a key,
   * too: `invalidate('/articles')`.
   */
  readonly keys?: LiveKeys
  /** Entities whose rows it shows, or their names: writes to them are heard of where a database tells of them. */
  readonly entities?: MaybeArray<Class | string>
  /** False for whole results where a JSON Patch would be smaller. Default true. */
  readonly patch?: boolean
  /**
   * Clients for whom it gives the same text share runs, made in the name of one of them: it has to tell apart all who may see
   * something else. Default (and where it gives undefined): clients whose requests are the same, with all headers and the
   * address.
   */
  readonly share?: (caller: LiveCaller) => string | undefined
}

/**
 * Makes a query live: clients that ask for `text/event-stream`, or over the WebSocket of `LiveModule`, get its result, and another
 * one whenever that has changed. A plain GET is answered as ever.
 *
 * @param declaration see `LiveDeclaration`
 * @example
 * @Get(':slug') @Live({ entities: [Article] })
 * find(@Param('slug') slug: string) { return this.articles.find(slug) }
 */
export const Live = defineDecorator({
  name: 'Live',
  on: ['method'],
  value: (declaration: LiveDeclaration = {}): LiveDeclaration => declaration,
})

/**
 * Says of a method of a provider or controller what it changes: live queries that depend on it are run again once the method has
 * returned (and its transaction is committed), and not where it throws.
 *
 * @param keys one, several, or a function of the method's arguments
 * @example
 * @Put(':slug') @Invalidates((slug: string) => [`article ${slug}`])
 * change(@Param('slug') slug: string, @Body() article: ArticleChange) { … }
 */
export const Invalidates = defineDecorator({
  name: 'Invalidates',
  on: ['method'],
  value: (keys: LiveKeys): LiveKeys => keys,
})

/**
 * The keys for a call.
 *
 * @param keys as declared
 * @param args of the method
 */
export function keysFor(keys: LiveKeys, args: readonly unknown[]): readonly LiveKey[] {
  // a class is a function, too
  const given = isFactory(keys) ? keys(...(args as never[])) : keys
  return listOf<LiveKey>(given)
}

/** The texts of keys that are known before anything is called; undefined where they depend on arguments. */
export function fixedKeys(keys: LiveKeys | undefined): readonly string[] | undefined {
  if (keys === undefined) return []
  return isFactory(keys) ? undefined : listOf<LiveKey>(keys).map(keyText)
}

function isFactory(keys: LiveKeys): keys is (...args: never[]) => MaybeArray<LiveKey> {
  return typeof keys === 'function' && !/^class\b/.test(Function.prototype.toString.call(keys))
}
