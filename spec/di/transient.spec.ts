import {
  Controller,
  createContext,
  Get,
  Inject,
  Injectable,
  INQUIRER,
  Module,
  Param,
  REQUEST,
  Scope,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type MiddlewareConsumer,
  type ModuleMetadata,
} from 'corbel'
import { serve } from '../web/serve.js'

const context = (root: ModuleMetadata) => {
  @Module(root)
  class RootModule {}
  return createContext(RootModule, { logger: false })
}

describe('a transient class that nobody injects', () => {
  it('is one for the application: controllers, middleware, guards, interceptors and pipes', async () => {
    const made: Record<string, number> = {}
    const hooks: string[] = []
    class Counted {
      constructor() {
        const { name } = this.constructor
        made[name] = (made[name] ?? 0) + 1
      }
      onModuleInit() {
        hooks.push(this.constructor.name)
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Guard extends Counted {
      canActivate() {
        return true
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Interceptor extends Counted {
      intercept(_context: ExecutionContext, next: CallHandler) {
        return next.handle()
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Pipe extends Counted {
      transform(value: string) {
        return value
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Middleware extends Counted {
      use(_request: unknown, _response: unknown, next: () => void) {
        next()
      }
    }
    @UseGuards(Guard)
    @UseInterceptors(Interceptor)
    @Controller({ scope: Scope.TRANSIENT })
    class Cats extends Counted {
      @Get('a/:id') a(@Param('id', Pipe) id: string) {
        return id
      }
      @Get('b/:id') b(@Param('id', Pipe) id: string) {
        return id
      }
    }
    @Module({ controllers: [Cats] })
    class AppModule {
      configure(consumer: MiddlewareConsumer) {
        consumer.apply(Middleware).forRoutes('*path')
      }
    }
    const { text } = await serve(AppModule)
    expect([await text('/a/1'), await text('/a/2'), await text('/b/3')]).toEqual(['1', '2', '3'])
    expect(made).toEqual({ Cats: 1, Guard: 1, Interceptor: 1, Middleware: 1, Pipe: 1 })
    expect(hooks.sort()).toEqual(['Cats', 'Guard', 'Interceptor', 'Middleware', 'Pipe'])
  })

  it('lives for the request if it needs something of the request', async () => {
    let made = 0
    @Injectable({ scope: Scope.TRANSIENT })
    class Guard {
      constructor(@Inject(REQUEST) readonly request: { url: string }) {
        made++
      }
      canActivate() {
        return this.request.url === '/'
      }
    }
    @UseGuards(Guard)
    @Controller()
    class Cats {
      @Get('*path') read() {
        return 'read'
      }
    }
    @Module({ controllers: [Cats] })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    expect([(await fetch('/')).status, (await fetch('/other')).status, made]).toEqual([200, 403, 2])
  })
})

describe('an alias of a transient class', () => {
  it('makes no instance that nobody has', async () => {
    let made = 0
    @Injectable({ scope: Scope.TRANSIENT })
    class Fresh {
      readonly number = ++made
    }
    @Injectable()
    class Consumer {
      constructor(@Inject('ALIAS') readonly fresh: Fresh) {}
    }
    const app = await context({ providers: [Fresh, { provide: 'ALIAS', useExisting: Fresh }, Consumer] })
    expect(app.get(Consumer).fresh.number).toBe(1)
    expect(made).toBe(1)
  })
})

describe('INQUIRER', () => {
  @Injectable({ scope: Scope.TRANSIENT })
  class Log {
    constructor(@Inject(INQUIRER) readonly parent: object) {}
    get of() {
      return this.parent.constructor.name
    }
  }

  it('is whoever injects, through aliases, and one step only through transient classes', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Middle {
      @Inject(INQUIRER) readonly parent!: object
      constructor(readonly log: Log) {}
    }
    @Injectable()
    class Service {
      constructor(@Inject('MIDDLE') readonly middle: Middle) {}
    }
    const app = await context({
      providers: [Service, Middle, Log, { provide: 'MIDDLE', useExisting: Middle }],
    })
    const { middle } = app.get(Service)
    expect(middle.parent.constructor).toBe(Service)
    expect(middle.log.of).toBe('Middle')
  })

  it('tells controllers, module classes, enhancers and factories’ results apart', async () => {
    const seen: string[] = []
    @Injectable()
    class Guard {
      constructor(readonly log: Log) {}
      canActivate() {
        seen.push(this.log.of)
        return true
      }
    }
    @UseGuards(Guard)
    @Controller()
    class Cats {
      constructor(readonly log: Log) {}
      @Get() read() {
        seen.push(this.log.of)
      }
    }
    @Module({
      controllers: [Cats],
      providers: [
        Log,
        { provide: 'MADE', useFactory: (log: Log) => seen.push(typeof log.parent), inject: [Log] },
      ],
    })
    class AppModule {
      constructor(readonly log: Log) {
        seen.push(log.of)
      }
    }
    const { text } = await serve(AppModule)
    await text('/')
    // a factory has no object before it has run
    expect(seen.sort()).toEqual(['AppModule', 'Cats', 'Guard', 'undefined'])
  })

  it('of a request-scoped class is the first in the tree that needed it', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class RequestLog {
      constructor(@Inject(INQUIRER) readonly parent: object) {}
    }
    @Injectable()
    class Service {
      constructor(readonly log: RequestLog) {}
    }
    @Controller()
    class Cats {
      constructor(
        readonly service: Service,
        readonly log: RequestLog,
      ) {}
      @Get() read() {
        return [this.service.log === this.log, this.log.parent.constructor.name]
      }
    }
    @Module({ controllers: [Cats], providers: [Service, RequestLog] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect([await json('/'), await json('/')]).toEqual([
      [true, 'Service'],
      [true, 'Service'],
    ])
  })
})
