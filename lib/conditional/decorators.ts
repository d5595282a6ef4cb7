import type { MaybePromise } from '../common/index.js'
import type { HttpRequest } from '../http/index.js'
import { defineDecorator, type AnyDecorator } from '../metadata/index.js'
import { cacheControlValue, type CacheControlOptions } from './cache-control.js'
import type { PreconditionOptions, ResourceState } from './state.js'

/** How a tag is made of a body: `'weak'` says that it means the same, `'strong'` that it is the same byte by byte. */
export type TagStrength = 'weak' | 'strong'

/**
 * Gives complete results of GET an `ETag` of their bytes, and answers 304 to clients that have them. That saves the way, not
 * the work: where a version is known before, `@Conditional` saves both.
 *
 * @param strength `'weak'` by default; false for none where the application has them (`createApp(Root, { etag: true })`)
 * @see RFC 9110 §8.8.3
 */
export const ETag = defineDecorator({
  name: 'ETag',
  on: ['class', 'method'],
  value: (strength: TagStrength | false = 'weak'): TagStrength | false => strength,
  check: (strength) =>
    strength === false || strength === 'weak' || strength === 'strong'
      ? undefined
      : `'${String(strength)}' is neither 'weak' nor 'strong'`,
})

/**
 * Tells the state of what a route is about.
 *
 * @param controller the controller that answers
 * @param request of the call, with its `params`
 */
export type StateOf<T = object> = (controller: T, request: HttpRequest) => MaybePromise<ResourceState>

/** What `@Conditional` stores. */
export interface ConditionalDeclaration extends PreconditionOptions {
  readonly stateOf: StateOf
}

/** Read by the feature. */
export const ConditionalMetadata = defineDecorator({
  name: 'Conditional',
  on: ['method'],
  value: (declaration: ConditionalDeclaration) => declaration,
  check: ({ stateOf }) =>
    typeof stateOf === 'function'
      ? undefined
      : 'needs a function that tells the state: (controller, request) => …',
})

/**
 * Asks for the state of what the route is about before anything else happens. A GET gets its validators (`ETag`,
 * `Last-Modified`), and is answered with 304 where the client has that state; a change is refused with 412 where it was made
 * for another state, and with 428 where `required` and it does not say for which.
 *
 * @param stateOf called after the guards, before interceptors, pipes and handler
 * @param options see `PreconditionOptions`
 * @example
 * @Put(':id') @Conditional((self: Articles, { params }) => self.articles.version(params.id), { required: true })
 */
export function Conditional<T extends object>(
  stateOf: StateOf<T>,
  options: PreconditionOptions = {},
): AnyDecorator {
  return ConditionalMetadata({ ...options, stateOf: stateOf as unknown as StateOf })
}

/**
 * Says how long, and by whom, results may be kept. Errors of the route do not carry it.
 *
 * @param options directives, or the whole value as text
 * @example
 * @Get() @CacheControl({ public: true, maxAge: '5m', staleWhileRevalidate: '1h' })
 * @see RFC 9111 §5.2.2; RFC 5861; RFC 8246
 */
export const CacheControl = defineDecorator({
  name: 'CacheControl',
  on: ['class', 'method'],
  value: (options: CacheControlOptions | string) => cacheControlValue(options),
  check: ({ problem }) => problem,
})
