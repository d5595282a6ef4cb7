import {
  APP_FILTER,
  APP_GUARD,
  APP_INTERCEPTOR,
  APP_PIPE,
  Catch,
  Controller,
  Get,
  Global,
  Inject,
  Injectable,
  INQUIRER,
  Module,
  Param,
  REQUEST,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentsHost,
  type CallHandler,
  type Class,
  type ExecutionContext,
  type HttpResponse,
} from 'corbel'
import { serve } from '../web/serve.js'

type Seen = { kind: string; enhancer: number; words: number }

/** One class of each kind that notes which instance of it, and of its dependency, has served a call. */
function makeEnhancers(scope: Scope) {
  const seen: Seen[] = []
  let made = 0
  let words = 0
  @Injectable({ scope })
  class Words {
    readonly id = ++words
  }
  @Injectable()
  abstract class Noting {
    readonly id = ++made
    constructor(readonly words: Words) {}
    protected note(kind: string) {
      seen.push({ kind, enhancer: this.id, words: this.words.id })
    }
  }
  @Injectable({ scope })
  class Guard extends Noting {
    canActivate() {
      this.note('guard')
      return true
    }
  }
  @Injectable({ scope })
  class Around extends Noting {
    intercept(_context: ExecutionContext, next: CallHandler) {
      this.note('interceptor')
      return next.handle()
    }
  }
  @Injectable({ scope })
  class Pipe extends Noting {
    transform(value: unknown) {
      this.note('pipe')
      return value
    }
  }
  @Injectable({ scope })
  @Catch()
  class Filter extends Noting {
    catch(_error: unknown, host: ArgumentsHost) {
      this.note('filter')
      host.switchToHttp().getResponse<HttpResponse>().status(418).send('filtered')
    }
  }
  return { seen, Words, Guard, Around, Pipe, Filter }
}
type Enhancers = ReturnType<typeof makeEnhancers>

/** The ways to declare all four. */
const PLACES: Record<
  string,
  (made: Enhancers) => { decorate: ClassDecorator; method: MethodDecorator; providers: any[] }
> = {
  'on the method': ({ Guard, Around, Pipe, Filter }) => ({
    decorate: () => undefined,
    method: (...place: [any, any, any]) => {
      for (const one of [UseGuards(Guard), UseInterceptors(Around), UsePipes(Pipe), UseFilters(Filter)])
        one(...place)
    },
    providers: [],
  }),
  'on the controller': ({ Guard, Around, Pipe, Filter }) => ({
    decorate: (type: any) => {
      for (const one of [UseGuards(Guard), UseInterceptors(Around), UsePipes(Pipe), UseFilters(Filter)])
        one(type)
    },
    method: () => undefined,
    providers: [],
  }),
  'as APP_…': ({ Guard, Around, Pipe, Filter }) => ({
    decorate: () => undefined,
    method: () => undefined,
    providers: [
      { provide: APP_GUARD, useClass: Guard },
      { provide: APP_INTERCEPTOR, useClass: Around },
      { provide: APP_PIPE, useClass: Pipe },
      { provide: APP_FILTER, useClass: Filter },
    ],
  }),
}

describe.each(Object.keys(PLACES))('enhancers with dependencies, %s', (place) => {
  async function run(scope: Scope) {
    const made = makeEnhancers(scope)
    const { decorate, method, providers } = PLACES[place]!(made)
    @decorate
    @Controller()
    class Root {
      @method
      @Get(':id')
      read(@Param('id') id: string) {
        if (id === 'fail') throw new Error('fail')
        return id
      }
    }
    @Module({ controllers: [Root], providers: [made.Words, ...providers] })
    class AppModule {}
    const { text, fetch } = await serve(AppModule)
    expect(await text('/1')).toBe('1')
    expect(await text('/2')).toBe('2')
    expect((await fetch('/fail')).status).toBe(418)
    return made.seen
  }
  const of = (seen: Seen[], kind: string) => seen.filter((one) => one.kind === kind)

  it('live as long as the application by default', async () => {
    const seen = await run(Scope.DEFAULT)
    for (const kind of ['guard', 'interceptor', 'pipe']) {
      expect(of(seen, kind)).toHaveLength(3)
      expect(new Set(of(seen, kind).map(({ enhancer }) => enhancer)).size).toBe(1)
    }
    expect(of(seen, 'filter')).toHaveLength(1)
    expect(new Set(seen.map(({ words }) => words)).size).toBe(1)
  })

  it('are made for each request in request scope, and share its instances', async () => {
    const seen = await run(Scope.REQUEST)
    for (const kind of ['guard', 'interceptor', 'pipe'])
      expect(new Set(of(seen, kind).map(({ enhancer }) => enhancer)).size).toBe(3)
    // three calls, three Words: guard, interceptor, pipe and filter of a call have the same one
    expect(new Set(seen.map(({ words }) => words)).size).toBe(3)
    expect(seen.slice(0, 3).map(({ words }) => words)).toEqual([1, 1, 1])
    expect(seen.slice(-4).map(({ words }) => words)).toEqual([3, 3, 3, 3])
  })

  it('that are transient are made once, each with its own dependencies', async () => {
    const seen = await run(Scope.TRANSIENT)
    for (const kind of ['guard', 'interceptor', 'pipe'])
      expect(new Set(of(seen, kind).map(({ enhancer }) => enhancer)).size).toBe(1)
    expect(new Set(seen.map(({ words }) => words)).size).toBe(4)
  })
})

describe('enhancers', () => {
  it('of a singleton class that need REQUEST become request-scoped, of every kind', async () => {
    @Injectable()
    class Url {
      constructor(@Inject(REQUEST) readonly request: { url: string }) {}
    }
    const seen: string[] = []
    @Injectable()
    class Guard {
      constructor(private readonly url: Url) {}
      canActivate() {
        seen.push(`guard ${this.url.request.url}`)
        return true
      }
    }
    @Injectable()
    class Around {
      constructor(private readonly url: Url) {}
      async intercept(_context: ExecutionContext, next: CallHandler) {
        const value: unknown = await next.handle()
        seen.push(`interceptor ${this.url.request.url}`)
        return value
      }
    }
    @Controller()
    class Root {
      @Get(':id') @UseInterceptors(Around) read(@Param('id') id: string) {
        return id
      }
    }
    @Module({ controllers: [Root], providers: [Url, { provide: APP_GUARD, useClass: Guard }] })
    class AppModule {}
    const { text } = await serve(AppModule)
    await text('/1')
    await text('/2')
    expect(seen).toEqual(['guard /1', 'interceptor /1', 'guard /2', 'interceptor /2'])
  })

  it('of concurrent requests do not see each other', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Around {
      constructor(@Inject(REQUEST) private readonly request: { url: string }) {}
      async intercept(_context: ExecutionContext, next: CallHandler) {
        await new Promise(setImmediate)
        return `${this.request.url} ${String(await next.handle())}`
      }
    }
    @Controller()
    class Root {
      @Get(':id') @UseInterceptors(Around) async read(@Param('id') id: string) {
        await new Promise(setImmediate)
        return id
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { text } = await serve(AppModule)
    const ids = Array.from({ length: 20 }, (_, index) => String(index))
    expect(await Promise.all(ids.map((id) => text(`/${id}`)))).toEqual(ids.map((id) => `/${id} ${id}`))
  })

  it('listed by two modules are built in each, from what each provides', async () => {
    const NAME = Symbol('name')
    const seen: string[] = []
    @Injectable()
    class Naming {
      constructor(@Inject(NAME) private readonly name: string) {}
      canActivate() {
        seen.push(this.name)
        return true
      }
    }
    const part = (name: string) => {
      @Controller(name)
      @UseGuards(Naming)
      class Part {
        @Get() read() {}
      }
      @Module({ controllers: [Part], providers: [{ provide: NAME, useValue: name }] })
      class PartModule {}
      return PartModule
    }
    @Module({ imports: [part('one'), part('two')] })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    await fetch('/one')
    await fetch('/two')
    expect(seen).toEqual(['one', 'two'])
  })

  it('as APP_… take their dependencies from the module that provides them, by every form of provider', async () => {
    const seen: string[] = []
    @Injectable()
    class Words {
      word = 'deep'
    }
    const guard = (prefix: string) => {
      @Injectable()
      class Guard {
        constructor(private readonly words: Words) {}
        canActivate() {
          seen.push(`${prefix} ${this.words.word}`)
          return true
        }
      }
      return Guard
    }
    const Existing = guard('existing')
    const Made = guard('factory') as Class<{ canActivate(): boolean }>
    @Module({
      providers: [
        Words,
        Existing,
        { provide: APP_GUARD, useClass: guard('class') },
        { provide: APP_GUARD, useExisting: Existing },
        { provide: APP_GUARD, useFactory: async (words: Words) => new Made(words), inject: [Words] },
        { provide: APP_GUARD, useClass: guard('request'), scope: Scope.REQUEST },
        { provide: APP_GUARD, useClass: guard('transient'), scope: Scope.TRANSIENT },
      ],
    })
    class Deep {}
    @Controller()
    class Root {
      @Get() read() {}
    }
    @Global()
    @Module({ imports: [Deep], controllers: [Root] })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    expect((await fetch('/')).status).toBe(200)
    expect(seen).toEqual(['class deep', 'existing deep', 'factory deep', 'request deep', 'transient deep'])
  })

  it('given to useGlobal… may come from the container', async () => {
    @Injectable()
    class Counting {
      count = 0
      canActivate() {
        this.count += 1
        return true
      }
    }
    @Controller()
    class Root {
      constructor(private readonly counting: Counting) {}
      @Get() read() {
        return this.counting.count
      }
    }
    @Module({ controllers: [Root], providers: [Counting] })
    class AppModule {}
    const { json } = await serve(AppModule, {}, (app) => app.useGlobalGuards(app.get(Counting)))
    expect([await json('/'), await json('/')]).toEqual([1, 2])
  })

  it('are the INQUIRER of what is made for them', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Who {
      constructor(@Inject(INQUIRER) readonly inquirer: object) {}
    }
    @Injectable()
    class Guard {
      constructor(readonly who: Who) {}
      canActivate() {
        return this.who.inquirer.constructor === Guard
      }
    }
    @Controller()
    class Root {
      @Get() @UseGuards(Guard) read() {
        return 'in'
      }
    }
    @Module({ controllers: [Root], providers: [Who] })
    class AppModule {}
    expect(await (await serve(AppModule)).text('/')).toBe('in')
  })

  it('on the controller leave other controllers of the same classes alone', async () => {
    const seen: string[] = []
    const noting = { canActivate: (context: ExecutionContext) => seen.push(context.getClass().name) > 0 }
    class Base {
      @Get() read() {
        return this.constructor.name
      }
    }
    @Controller('guarded')
    @UseGuards(noting)
    class Guarded extends Base {}
    @Controller('open')
    class Open extends Base {}
    @Module({ controllers: [Guarded, Open] })
    class AppModule {}
    const { text } = await serve(AppModule)
    expect([await text('/guarded'), await text('/open'), seen]).toEqual(['Guarded', 'Open', ['Guarded']])
  })
})
