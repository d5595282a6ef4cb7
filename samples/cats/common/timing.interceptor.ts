import {
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type HttpResponse,
  type Interceptor,
} from 'corbel'

/** Tells how long the handler took, as `Server-Timing`. */
@Injectable()
export class TimingInterceptor implements Interceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<unknown> {
    const start = performance.now()
    const result = await next.handle()
    const duration = (performance.now() - start).toFixed(2)
    context.switchToHttp().getResponse<HttpResponse>().setHeader('server-timing', `handler;dur=${duration}`)
    return result
  }
}
