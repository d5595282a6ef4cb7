import type { Provider } from './provider.js'
import type { ProviderRecord } from './records.js'
import { InjectionToken, type Token } from './tokens.js'

/** What a token is to mean instead of what the modules say. */
export interface ProviderOverride {
  /** Provider of the same token. */
  readonly replacement: Provider
  /** True to replace the class also where it is provided under a token of many, such as `APP_GUARD`. */
  readonly everyToken: boolean
}

/** Replacements by token; applied whenever a provider is added, so that modules loaded later have them, too. */
export type ProviderOverrides = ReadonlyMap<Token, ProviderOverride>

/**
 * What takes the place of a provider.
 *
 * @param overrides by token
 * @param record as its module declares it
 * @returns undefined if it stays
 */
export function replacementOf(overrides: ProviderOverrides, record: ProviderRecord): Provider | undefined {
  const { token, metatype } = record
  const own = overrides.get(token)
  if (own !== undefined || metatype === undefined) return own?.replacement
  if (!(token instanceof InjectionToken) || token.options.multi !== true) return undefined
  const ofClass = overrides.get(metatype)
  return ofClass?.everyToken === true ? ofClass.replacement : undefined
}
