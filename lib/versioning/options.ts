import type { Class, MaybePromise } from '../common/index.js'
import { InjectionToken, type ModuleImport } from '../di/index.js'
import type { CanActivate, EnhancerOf } from '../pipeline/index.js'
import type { ClientReader } from './client.js'
import type { CompatibilityOptions } from './compatibility.js'
import type { DeprecationOptions } from './deprecation.js'
import type { DeprecationNotice } from './notices.js'
import type { UsageCounter } from './usage-counter.js'

declare module '../web/versioning.js' {
  interface VersioningOptions {
    /**
     * All versions from the oldest to the newest. Needed where they are neither numbers nor dates and something has to
     * know which is newer; where it is given, a version that is not listed is refused at boot.
     */
    readonly versions?: readonly string[]
    /** What is said of whole versions; see `@Deprecated`, which counts before it. */
    readonly deprecated?: Readonly<Record<string, DeprecationOptions>>
  }
}

/** What an application says about deprecations in general. */
export interface DeprecationPolicy {
  /** Writes a warning when a client calls a deprecated route for the first time. Default true. */
  readonly log?: boolean
  /** Called with the first use of each client; may be asynchronous. What it throws is logged. */
  readonly onUse?: (notice: DeprecationNotice) => MaybePromise<unknown>
  /** For deprecations that do not say it themselves. Default `'serve'`. */
  readonly afterSunset?: 'serve' | 'gone'
  /** How many pairs of route and client are remembered and told. Default 1000. */
  readonly limit?: number
}

/** Whether and where the use of the API is counted. */
export interface UsageOptions {
  /** Where the page is, below the global prefix; `api-usage` by default. The report is at the same path with `.json`. */
  readonly path?: string
  /** Who may see it: at least one guard. */
  readonly guards: readonly EnhancerOf<CanActivate>[]
  /** Where it is counted: an instance, or a class that the container builds. Default: in memory, 10 000 rows. */
  readonly counter?: UsageCounter | Class<UsageCounter>
}

/** The options of `VersioningModule.forRoot`. */
export interface VersioningModuleOptions {
  readonly deprecations?: DeprecationPolicy
  /** Which client versions may call which versions of the API. */
  readonly compatibility?: CompatibilityOptions
  /** Counts who calls what; off by default. */
  readonly usage?: UsageOptions
  /** Tells who calls; `X-Client-Id` or `User-Agent` by default. */
  readonly client?: ClientReader
  /** What the guards and the counter of `usage` inject. */
  readonly imports?: readonly ModuleImport[]
}

/** The options of the module, for the feature. */
export const VERSIONING_POLICY = new InjectionToken<VersioningModuleOptions>('VERSIONING_POLICY')
