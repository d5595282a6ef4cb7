import { Readable } from 'node:stream'
import { Exclude, Expose, instanceToPlain, Transform, Type } from 'class-transformer'
import {
  APP_INTERCEPTOR,
  ClassSerializerInterceptor,
  Controller,
  Get,
  Module,
  Redirect,
  Reflector,
  Render,
  SERIALIZATION_OPTIONS,
  SerializeOptions,
  Sse,
  StreamableFile,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type Interceptor,
  type SerializationOptions,
} from 'corbel'
import { from, of } from 'rxjs'
import { serve } from '../web/serve.js'

class Address {
  constructor(init: Partial<Address>) {
    Object.assign(this, init)
  }
  city: string
  @Exclude() street: string
}

class User {
  constructor(init: Partial<User>) {
    Object.assign(this, init)
  }
  id: number
  @Expose() get label(): string {
    return `#${this.id}`
  }
  @Exclude() password: string
  @Expose({ groups: ['admin'] }) email: string
  @Expose({ since: 2 }) phone: string
  @Expose({ name: 'nick' }) nickname: string
  @Transform(({ value }: { value: Address | undefined }) => value?.city, { toPlainOnly: true })
  home: Address
  @Type(() => Address) work: Address
  _internal: string
}

class Strict {
  @Expose() id: number
}

class Broken {
  @Transform(() => {
    throw new Error('broken transform')
  })
  value = 1
}

const user = (id = 1) =>
  new User({
    id,
    password: 'secret',
    email: 'ada@example.com',
    nickname: 'ada',
    _internal: 'x',
    work: new Address({ city: 'London', street: 'Dean' }),
  })

const shown = (id = 1) => ({ id, label: `#${id}`, nick: 'ada', _internal: 'x', work: { city: 'London' } })

@Controller()
@SerializeOptions({ version: 1 })
class Users {
  @Get('one') one() {
    return user()
  }
  @Get('promise') async promise() {
    return user()
  }
  @Get('list') list() {
    return [user(1), user(2), null, 'text', 3]
  }
  @Get('nested') nested() {
    return { users: [user()], total: 1 }
  }
  @Get('observable') observable() {
    return from([user(1), user(2)])
  }
  @Get('iterable') async *iterable() {
    yield user(1)
    yield user(2)
  }
  @Sse('events') events() {
    return of({ data: user() })
  }
  @Get('admin') @SerializeOptions({ groups: ['admin'] }) admin() {
    return user()
  }
  @Get('prefix') @SerializeOptions({ version: 1, excludePrefixes: ['_'] }) prefix() {
    return user()
  }
  @Get('strict') @SerializeOptions({ type: Strict, excludeExtraneousValues: true }) strict() {
    return { id: 1, other: true }
  }
  @Get('strategy') @SerializeOptions({ type: Strict, strategy: 'excludeAll' }) strategy() {
    return [{ id: 1, other: true }]
  }
  @Get('typed') @SerializeOptions({ type: User }) typed() {
    return [{ id: 7, password: 'secret' }]
  }
  @Get('text') text() {
    return 'plain'
  }
  @Get('nothing') nothing() {
    return null
  }
  @Get('file') file() {
    return new StreamableFile(Buffer.from('bytes'))
  }
  @Get('bytes') bytes() {
    return Buffer.from('bytes')
  }
  @Get('stream') stream() {
    return Readable.from([Buffer.from('by'), Buffer.from('tes')], { objectMode: false })
  }
  @Get('objects') objects() {
    return Readable.from([user(1), user(2)])
  }
  @Get('response') response() {
    return new Response('from fetch', { status: 202 })
  }
  @Get('throws') throws() {
    return new Broken()
  }
}

@Module({
  controllers: [Users],
  providers: [{ provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor }],
})
class App {}

describe('ClassSerializerInterceptor', () => {
  it.each(['/one', '/promise'])('leaves out what is excluded from %s', async (path) => {
    const { json } = await serve(App)
    expect(await json(path)).toEqual(shown())
  })

  it('takes lists item by item, and plain objects with instances in them', async () => {
    const { json } = await serve(App)
    expect(await json('/list')).toEqual([shown(1), shown(2), null, 'text', 3])
    expect(await json('/nested')).toEqual({ users: [shown()], total: 1 })
  })

  it('takes observables and async iterables value by value', async () => {
    const { json, text } = await serve(App)
    expect(await json('/observable')).toEqual(shown(2))
    for (const path of ['/iterable', '/objects']) {
      const lines = (await text(path)).trim().split('\n')
      expect(lines.map((line) => JSON.parse(line) as object)).toEqual([shown(1), shown(2)])
    }
    const event = /^data: (.*)$/m.exec(await text('/events'))?.[1]
    expect(JSON.parse(event!)).toEqual(shown())
  })

  it('reads @SerializeOptions of the method before those of the class', async () => {
    const { json } = await serve(App)
    expect(await json('/admin')).toMatchObject({ email: 'ada@example.com' })
    expect(await json('/prefix')).not.toHaveProperty('_internal')
  })

  it('makes instances of plain objects where a type is named', async () => {
    const { json } = await serve(App)
    expect(await json('/strict')).toEqual({ id: 1 })
    expect(await json('/strategy')).toEqual([{ id: 1 }])
    expect(await json('/typed')).toEqual([{ id: 7, label: '#7' }])
  })

  it('leaves primitives, files, bytes, streams and Fetch responses alone', async () => {
    const { text, fetch } = await serve(App)
    expect(await text('/text')).toBe('plain')
    expect(await text('/nothing')).toBe('')
    for (const path of ['/file', '/bytes', '/stream']) expect(await text(path)).toBe('bytes')
    const answer = await fetch('/response')
    expect([answer.status, await answer.text()]).toEqual([202, 'from fetch'])
  })

  it('answers 500 where a transformation throws', async () => {
    const { fetch } = await serve(App)
    expect((await fetch('/throws')).status).toBe(500)
  })

  it('works as an instance with options, and with options from the container', async () => {
    @Controller()
    class Plain {
      @Get() one() {
        return user()
      }
    }
    @Module({ controllers: [Plain] })
    class ByHand {}
    const byHand = await serve(ByHand, {}, (app) =>
      app.useGlobalInterceptors(
        new ClassSerializerInterceptor(app.get(Reflector), { excludePrefixes: ['_'] }),
      ),
    )
    expect(await byHand.json('/')).not.toHaveProperty('_internal')

    const options: SerializationOptions = { groups: ['admin'] }
    @Module({
      controllers: [Plain],
      providers: [
        { provide: SERIALIZATION_OPTIONS, useValue: options },
        { provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor },
      ],
    })
    class Provided {}
    expect(await (await serve(Provided)).json('/')).toMatchObject({ email: 'ada@example.com' })
  })

  it('is called through what a derived class overrides', async () => {
    class Wrapping extends ClassSerializerInterceptor {
      override serialize(response: unknown, given: SerializationOptions): unknown {
        return { data: super.serialize(response, given) }
      }
    }
    @Controller()
    @UseInterceptors(Wrapping)
    class Wrapped {
      @Get() one() {
        return user()
      }
    }
    @Module({ controllers: [Wrapped] })
    class Derived {}
    expect(await (await serve(Derived)).json('/')).toMatchObject({ data: { id: 1 } })
  })

  it('takes streams that another interceptor returns', () => {
    const interceptor = new ClassSerializerInterceptor(new Reflector())
    const context = { getClass: () => Users, getHandler: () => Users.prototype.one }
    const result = interceptor.intercept(context as never, { handle: () => of(user()) } as never)
    const values: unknown[] = []
    ;(result as { subscribe(next: (value: unknown) => void): void }).subscribe((value) => values.push(value))
    expect(values).toEqual([shown()])
  })
})

describe('ClassSerializerInterceptor, where it stands outermost', () => {
  const planOf = (served: { app: { describe(): { endpoints: readonly { plan?: unknown }[] } } }): unknown =>
    served.app.describe().endpoints[0]!.plan

  it('writes straight from the instances, and says so', async () => {
    @Controller()
    class Plain {
      @Get() one() {
        return user()
      }
    }
    @Module({
      controllers: [Plain],
      providers: [{ provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor }],
    })
    class Outermost {}
    const served = await serve(Outermost)
    expect(planOf(served)).toContain('interceptor ClassSerializerInterceptor, as it is written')
    expect(await served.text('/')).toBe(JSON.stringify(instanceToPlain(user())))
  })

  it('leaves interceptors further out the plain object', async () => {
    const seen: unknown[] = []
    class Watching implements Interceptor {
      async intercept(_: ExecutionContext, next: CallHandler): Promise<unknown> {
        const result: unknown = await next.handle()
        seen.push(result)
        return result
      }
    }
    @Controller()
    @UseInterceptors(Watching, ClassSerializerInterceptor)
    class Watched {
      @Get() one() {
        return user()
      }
    }
    @Module({ controllers: [Watched] })
    class Within {}
    const served = await serve(Within)
    expect(await served.json('/')).toEqual(shown())
    expect(seen).toEqual([shown()])
    expect((seen[0] as object).constructor).toBe(Object)
    expect(planOf(served)).toContain('interceptor ClassSerializerInterceptor')
  })

  it('writes what interceptors further in have made', async () => {
    class Wrapping implements Interceptor {
      async intercept(_: ExecutionContext, next: CallHandler): Promise<unknown> {
        return { data: (await next.handle()) as unknown, total: 1 }
      }
    }
    @Controller()
    @UseInterceptors(ClassSerializerInterceptor, Wrapping)
    class Wrapped {
      @Get() one() {
        return [user()]
      }
    }
    @Module({ controllers: [Wrapped] })
    class Outside {}
    expect(await (await serve(Outside)).json('/')).toEqual({ data: [shown()], total: 1 })
  })

  it('shows nothing that is excluded to middleware, redirects and views', async () => {
    const seen: unknown[] = []
    @Controller()
    @UseInterceptors(ClassSerializerInterceptor)
    class Elsewhere {
      @Get('watched') watched() {
        return user()
      }
      @Get('away') @Redirect('/nowhere') away() {
        return new Target()
      }
      @Get('view') @Render('user') view() {
        return user()
      }
    }
    class Target {
      @Exclude() url = '/secret'
    }
    @Module({ controllers: [Elsewhere] })
    class Root {}
    const { json, text, fetch } = await serve(Root, {}, (app) => {
      app.use((_request, response, next) => {
        const write = response.json.bind(response)
        response.json = (value: unknown) => {
          seen.push(value)
          return write(value)
        }
        next()
      })
      app.setViewEngine({ render: (_name: string, locals: object) => JSON.stringify(locals) } as never)
    })
    expect(await json('/watched')).toEqual(shown())
    expect(seen).toEqual([shown()])
    expect((await fetch('/away')).headers.get('location')).toBe('/nowhere')
    expect(await text('/view')).not.toContain('secret')
  })

  it('tells where a result refers to itself, and what becomes of BigInts', async () => {
    class Account {
      id: unknown = 10n
      @Exclude() secret = 'secret'
      list: unknown[] = []
    }
    @Controller()
    @UseInterceptors(ClassSerializerInterceptor)
    class Accounts {
      @Get('big') big() {
        return new Account()
      }
      @Get('circle') circle() {
        const account = Object.assign(new Account(), { id: 1 })
        account.list.push({ account })
        return account
      }
    }
    @Module({ controllers: [Accounts] })
    class Root {}
    const lines: string[] = []
    const note = (message: unknown): void => void lines.push(String(message))
    const strict = await serve(Root, { logger: { log: () => undefined, warn: note, error: note } })
    for (const path of ['/big', '/circle']) expect((await strict.fetch(path)).status).toBe(500)
    expect(lines[0]).toContain('there is a BigInt at id')
    expect(lines[1]).toMatch(/CORBEL_JSON_CIRCULAR.*the value itself at list\[0\]\.account/)
    const asText = await serve(Root, { responses: { bigint: 'string' } })
    expect(await asText.text('/big')).toBe('{"id":"10","list":[]}')
  })
})
