import type { Class } from '../common/index.js'
import type { Injector, ProviderRecord } from '../di/index.js'
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from './decorators.js'
import { enhancerOfRecord, type Enhancer } from './enhancer.js'
import type { CanActivate, ExceptionFilter, Interceptor, PipeTransform } from './enhancers.js'

/** A pipe that applies where no pipe of its class is declared. */
export interface DefaultPipe {
  readonly pipe: PipeTransform<never>
  readonly type: Class
}

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
  constructor(private readonly records: () => Iterable<ProviderRecord>) {}

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
