import { ForVersions, Injectable, type CallHandler, type ExecutionContext, type Interceptor } from 'corbel'

/** Version 1 has no pages: its lists end after 100 entries. Other versions do not have this interceptor at all. */
@Injectable()
@ForVersions('1')
export class LegacyLimitInterceptor implements Interceptor {
  async intercept(_context: ExecutionContext, next: CallHandler): Promise<unknown> {
    const value = await next.handle()
    return Array.isArray(value) ? value.slice(0, 100) : value
  }
}
