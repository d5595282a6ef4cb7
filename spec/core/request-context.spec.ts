import {
  Controller,
  createApp,
  createContext,
  Get,
  Injectable,
  Module,
  Param,
  RequestContext,
  typedKey,
  type ConfiguresMiddleware,
  type HttpRequest,
  type MiddlewareConsumer,
  type NextFunction,
} from 'corbel'

const TENANT = typedKey<string>('tenant')

@Injectable()
class Audit {
  constructor(private readonly context: RequestContext) {}

  async note(): Promise<string> {
    await new Promise((resolve) => setImmediate(resolve))
    return `${this.context.get(TENANT)} ${this.context.host!.switchToHttp().getRequest<HttpRequest>().url}`
  }
}

@Controller()
class AuditController {
  constructor(private readonly audit: Audit) {}
  @Get(':id') show(@Param('id') _id: string): Promise<string> {
    return this.audit.note()
  }
}

@Module({ controllers: [AuditController], providers: [Audit] })
class App implements ConfiguresMiddleware {
  constructor(private readonly context: RequestContext) {}

  configure(consumer: MiddlewareConsumer): void {
    const tenant = (request: HttpRequest, _response: unknown, next: NextFunction): void => {
      this.context.set(TENANT, request.get('x-tenant')!)
      next()
    }
    consumer.apply(tenant).forRoutes('*')
  }
}

describe('RequestContext', () => {
  it('carries values from middleware to singletons, apart for each request', async () => {
    const app = await createApp(App, { logger: false })
    const ask = async (id: string): Promise<string> =>
      (await app.inject({ url: `/${id}`, headers: { 'x-tenant': `tenant-${id}` } })).body
    const ids = ['a', 'b', 'c', 'd']
    expect(await Promise.all(ids.map(ask))).toEqual(ids.map((id) => `tenant-${id} /${id}`))
    await app.close()
  })

  it('says where there is no request, and can be run around other work', async () => {
    const app = await createContext(App, { logger: false })
    const context = app.get(RequestContext)
    expect(context.active).toBe(false)
    expect(() => context.get('x')).toThrow(
      expect.objectContaining({ code: 'CORBEL_REQUEST_CONTEXT_MISSING' }),
    )
    expect(context.run(() => context.set('x', 1).get('x'))).toBe(1)
    await app.close()
  })

  it('is off as long as nothing uses it', async () => {
    @Controller()
    class Plain {
      @Get() show(): boolean {
        return plain.active
      }
    }
    @Module({ controllers: [Plain] })
    class PlainApp {}
    const app = await createApp(PlainApp, { logger: false })
    let plain = app.get(RequestContext)
    expect((await app.inject('/')).json()).toBe(false)
    await app.close()
    const on = await createApp(PlainApp, { logger: false, requestContext: true })
    plain = on.get(RequestContext)
    expect((await on.inject('/')).json()).toBe(true)
    await on.close()
  })
})
