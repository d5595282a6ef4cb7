import { listOf } from '../common/index.js'
import { toSeconds } from './duration.js'
import { AuthOptionsInvalid, StrategyUnknown } from './errors.js'
import type { AuthenticationPolicy, DeclaredDemand } from './policy.js'
import type { AuthStrategy } from './strategy.js'

/** What a route asks of its callers, looked up. */
export interface RouteRule {
  readonly policy: AuthenticationPolicy
  readonly strategies: readonly AuthStrategy[]
  readonly scopes: readonly string[] | undefined
  readonly factors: readonly string[] | undefined
  /** Seconds. */
  readonly maxAge: number | undefined
  /** Whether there is more to ask than who it is. */
  readonly isDemanding: boolean
}

/** What an application has chosen. */
export interface AuthOptions {
  /** Every way in which callers may show who they are. */
  readonly strategies: readonly AuthStrategy[]
  /** The names of those that count where a route names none, tried in this order. Default: the first of the list. */
  readonly default?: string | readonly string[]
  /** What counts where neither method nor class says anything. Default `required`. */
  readonly policy?: AuthenticationPolicy
  /**
   * The page where a user changes his password, to which `/.well-known/change-password` leads password managers: a path
   * of this application. No such route by default.
   */
  readonly changePassword?: string
}

/** The strategies of an application, by name. */
export class StrategyRegistry {
  private readonly byName = new Map<string, AuthStrategy>()
  private readonly defaults: readonly AuthStrategy[]
  private readonly policy: AuthenticationPolicy

  /**
   * @param options of the module
   * @throws {CorbelError} CORBEL_AUTH_OPTIONS_INVALID, CORBEL_AUTH_STRATEGY_UNKNOWN
   */
  constructor({ strategies, default: chosen, policy = 'required' }: AuthOptions) {
    if (strategies.length === 0) throw new AuthOptionsInvalid({ reason: 'it has no strategies.' })
    for (const strategy of strategies) {
      if (this.byName.has(strategy.name))
        throw new AuthOptionsInvalid({ reason: `two strategies are named "${strategy.name}".` })
      this.byName.set(strategy.name, strategy)
    }
    this.policy = policy
    this.defaults = this.named(chosen ?? strategies[0]!.name, 'The default of AuthModule')
  }

  /** The cookies by which strategies recognise callers, as far as they say so in documents. */
  get cookies(): readonly string[] {
    return [...this.byName.values()].flatMap((strategy) => {
      const { in: place, name } = strategy.describe()
      return place === 'cookie' && typeof name === 'string' ? [name] : []
    })
  }

  /**
   * @param name of a strategy
   * @throws {CorbelError} CORBEL_AUTH_STRATEGY_UNKNOWN
   */
  get(name: string): AuthStrategy {
    return this.named(name, 'Somebody')[0]!
  }

  /**
   * Looks up what a route asks for.
   *
   * @param demand what is declared; undefined for nothing
   * @param asker who declares it, for messages
   * @throws {CorbelError} CORBEL_AUTH_STRATEGY_UNKNOWN, CORBEL_DURATION_INVALID
   */
  ruleOf(demand: DeclaredDemand | undefined, asker = '@Authenticated'): RouteRule {
    const { policy = this.policy, strategy, scopes, factors, maxAge } = demand ?? {}
    return {
      policy,
      strategies: strategy === undefined ? this.defaults : this.named(strategy, asker),
      scopes,
      factors,
      maxAge: maxAge === undefined ? undefined : toSeconds(maxAge),
      isDemanding: scopes !== undefined || factors !== undefined || maxAge !== undefined,
    }
  }

  private named(names: string | readonly string[], asker: string): readonly AuthStrategy[] {
    return listOf(names).map((name) => {
      const strategy = this.byName.get(name)
      if (strategy !== undefined) return strategy
      throw new StrategyUnknown({ asker, name, known: [...this.byName.keys()].join(', ') })
    })
  }
}
