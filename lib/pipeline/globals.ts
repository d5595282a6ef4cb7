import type { Class } from '../common/index.js'
import { aliasTarget, type Injector, type ProviderRecord } from '../di/index.js'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from './decorators.js'
import { enhancerOfRecord, type Enhancer } from './enhancer.js'
import type { CanActivate, ExceptionFilter, Interceptor, PipeTransform } from './enhancers.js'

/** A pipe that applies where no pipe of its class is declared. */
export interface DefaultPipe {
  readonly pipe: PipeTransform<never>
  readonly type: Class
}

/** A global enhancer as far as it is known without waiting for anything. */
export interface KnownEnhancer {
  readonly metatype: Class | undefined
  /** Undefined while it is not built. */
  readonly instance: unknown
}

const TOKENS = {
  guards: APP_GUARD,
  interceptors: APP_INTERCEPTOR,
  pipes: APP_PIPE,
  filters: APP_FILTER,
} as const

/** Enhancers of the whole application: those provided under `APP_…`, then those given to `useGlobal…`. */
export class GlobalEnhancers {
  /** A pipe that stands before all others, unless the parameter has a pipe of the same class anyway. */
  defaultPipe: DefaultPipe | undefined
  private readonly used = {
    guards: [] as CanActivate[],
    interceptors: [] as Interceptor[],
    pipes: [] as PipeTransform<never>[],
    filters: [] as ExceptionFilter<never>[],
  }

  /** @param records every provider of the application */
  constructor(readonly records: () => Iterable<ProviderRecord>) {}

  useGuards(...guards: readonly CanActivate[]): void {
    this.used.guards.push(...guards)
  }

  useInterceptors(...interceptors: readonly Interceptor[]): void {
    this.used.interceptors.push(...interceptors)
  }

  usePipes(...pipes: readonly PipeTransform<never>[]): void {
    this.used.pipes.push(...pipes)
  }

  useFilters(...filters: readonly ExceptionFilter<never>[]): void {
    this.used.filters.push(...filters)
  }

  guards(injector: Injector): Promise<Enhancer<CanActivate>[]> {
    return this.all(APP_GUARD, this.used.guards, injector)
  }

  interceptors(injector: Injector): Promise<Enhancer<Interceptor>[]> {
    return this.all(APP_INTERCEPTOR, this.used.interceptors, injector)
  }

  pipes(injector: Injector): Promise<Enhancer<PipeTransform<never>>[]> {
    return this.all(APP_PIPE, this.used.pipes, injector)
  }

  filters(injector: Injector): Promise<Enhancer<ExceptionFilter<never>>[]> {
    return this.all(APP_FILTER, this.used.filters, injector)
  }

  /**
   * The global enhancers of a kind, for documents: those of `APP_…`, then those of `useGlobal…`.
   *
   * @param kind of enhancer
   */
  known(kind: keyof typeof TOKENS): readonly KnownEnhancer[] {
    const records = [...this.records()].filter((record) => record.token === TOKENS[kind])
    const provided = records.map((record): KnownEnhancer => {
      const { metatype, built, instance } = aliasTarget(record)
      const made = built ? (instance as { constructor?: Class }) : undefined
      return { metatype: metatype ?? made?.constructor, instance: made }
    })
    const used = (this.used[kind] as readonly object[]).map((instance): KnownEnhancer => ({
      metatype: instance.constructor as Class,
      instance,
    }))
    return [...provided, ...used]
  }

  private readonly provided = new Map<unknown, Promise<Enhancer<unknown>[]>>()

  private async all<T>(token: unknown, used: readonly T[], injector: Injector): Promise<Enhancer<T>[]> {
    let provided = this.provided.get(token)
    if (provided === undefined) {
      const records = [...this.records()].filter((record) => record.token === token)
      provided = Promise.all(records.map((record) => enhancerOfRecord<unknown>(record, injector)))
      this.provided.set(token, provided)
    }
    const instances = used.map((instance): Enhancer<T> => {
      const metatype = (instance as { constructor?: Enhancer<T>['metatype'] }).constructor
      return { name: metatype?.name ?? 'instance', instance, metatype, get: () => instance }
    })
    return [...((await provided) as Enhancer<T>[]), ...instances]
  }
}
