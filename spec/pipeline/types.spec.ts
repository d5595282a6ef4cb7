import type { CallHandler, ExecutionContext, Interceptor } from 'corbel'
import { map, tap, type Observable } from 'rxjs'

/** Interceptors as applications from elsewhere write them: that they compile is the claim. */
class Typed implements Interceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<any> {
    return next.handle()
  }
}
class Mapped implements Interceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<{ data: string }> {
    return next.handle().pipe(
      tap(() => undefined),
      map((data) => ({ data: data.name })),
    )
  }
}
class Generic<T> implements Interceptor<T> {
  async intercept(_context: ExecutionContext, next: CallHandler<T>) {
    const value = await next.handle()
    return value
  }
}
class Later implements Interceptor {
  async intercept(_context: ExecutionContext, next: CallHandler): Promise<Observable<any>> {
    return next.handle().pipe(map((value) => value))
  }
}

it('compiles', () => {
  expect([Typed, Mapped, Generic, Later]).toHaveLength(4)
})
