import {
  Body,
  BootFailed,
  Controller,
  createContext,
  createApp,
  forwardRef,
  Get,
  HttpCode,
  Inject,
  Injectable,
  Module,
  Param,
  UseGuards,
  type CanActivate,
  type DynamicModule,
  type ModuleMetadata,
} from 'corbel'

/** Everything that is wrong with a root module of these lists. */
async function problemsOf(root: ModuleMetadata): Promise<readonly Error[]> {
  @Module(root)
  class AppModule {}
  const failure: unknown = await createApp(AppModule, { logger: false }).then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(failure).toBeInstanceOf(BootFailed)
  return (failure as BootFailed).errors
}

/** Codes and messages. */
async function linesOf(root: ModuleMetadata): Promise<string[]> {
  return (await problemsOf(root)).map((error) => `${error.name}: ${error.message}`)
}

@Injectable()
class Mailer {}
@Injectable()
class Clock {}

describe('a missing provider', () => {
  it('is named with class, signature, parameter and module', async () => {
    @Injectable()
    class Users {
      constructor(
        readonly clock: Clock,
        readonly mailer: Mailer,
      ) {}
    }
    expect(await linesOf({ providers: [Users, Clock] })).toEqual([
      'CORBEL_DEPENDENCY_MISSING: Users(Clock, ?): Users in AppModule needs Mailer (constructor parameter [1]), which is ' +
        'not available there. Nothing provides it: add it to the providers of AppModule or of a module that it imports.',
    ])
  })

  it('is told apart from one that another module has but that is not imported', async () => {
    @Module({ providers: [Mailer], exports: [Mailer] })
    class MailModule {}
    @Injectable()
    class Users {
      constructor(readonly mailer: Mailer) {}
    }
    @Module({ providers: [Users] })
    class UsersModule {}
    expect((await linesOf({ imports: [MailModule, UsersModule] }))[0]).toContain(
      'MailModule exports it: add MailModule to the imports of UsersModule.',
    )
  })

  it('is named for properties, factories, controllers and guards', async () => {
    @Injectable()
    class Reader {
      @Inject('SETTING') readonly setting!: string
    }
    @Injectable()
    class Guard implements CanActivate {
      constructor(readonly mailer: Mailer) {}
      canActivate() {
        return true
      }
    }
    @Controller()
    class Cats {
      constructor(readonly clock: Clock) {}
      @UseGuards(Guard) @Get() all() {
        return []
      }
    }
    const lines = await linesOf({
      controllers: [Cats],
      providers: [Reader, { provide: 'MADE', useFactory: () => 1, inject: ['INPUT'] }],
    })
    expect(lines).toHaveLength(4)
    expect(lines.join('\n')).toMatch(/Reader in AppModule needs "SETTING" \(property setting\)/)
    expect(lines.join('\n')).toMatch(/"MADE"\(\?\): "MADE" in AppModule needs "INPUT" \(inject\[0\]\)/)
    expect(lines.join('\n')).toMatch(/Cats\(\?\): Cats in AppModule needs Clock/)
    expect(lines.join('\n')).toMatch(/Guard\(\?\): Guard in AppModule needs Mailer/)
  })

  it('hints at something of the same name', async () => {
    const Other = { Mailer: class Mailer {} }.Mailer
    @Injectable()
    class Users {
      constructor(@Inject('mailer') readonly mailer: unknown) {}
    }
    expect((await linesOf({ providers: [Users, Other] }))[0]).toMatch(/something of the same name \(Mailer\)/)
  })
})

describe('a provider that is not exported', () => {
  it('is named with its owner and what to do', async () => {
    @Module({ providers: [Mailer] })
    class MailModule {}
    @Injectable()
    class Users {
      constructor(readonly mailer: Mailer) {}
    }
    expect(await linesOf({ imports: [MailModule], providers: [Users] })).toEqual([
      'CORBEL_PROVIDER_NOT_EXPORTED: Users(?): Users in AppModule needs Mailer (constructor parameter [0]), which ' +
        'MailModule provides but does not export. Add Mailer to the exports of MailModule.',
    ])
  })

  it('cannot be exported by a module that does not have it', async () => {
    @Module({ exports: [Mailer] })
    class MailModule {}
    const [line] = await linesOf({ imports: [MailModule] })
    expect(line).toContain('Mailer')
    expect(line).toContain('MailModule')
  })
})

describe('a cycle', () => {
  it('is printed as a path', async () => {
    @Injectable()
    class A {
      constructor(@Inject('B') readonly b: unknown) {}
    }
    @Injectable()
    class B {
      constructor(@Inject('C') readonly c: unknown) {}
    }
    @Injectable()
    class C {
      constructor(readonly a: A) {}
    }
    const [line, ...others] = await linesOf({
      providers: [A, { provide: 'B', useClass: B }, { provide: 'C', useClass: C }],
    })
    expect(others).toEqual([])
    expect(line).toContain('CORBEL_DEPENDENCY_CYCLE')
    expect(line).toMatch(/A → "B" → "C" → A|"B" → "C" → A → "B"|"C" → A → "B" → "C"/)
    expect(line).toContain('forwardRef')
  })

  it('of one class with itself is one, too', async () => {
    @Injectable()
    class Self {
      constructor(@Inject('SELF') readonly self: unknown) {}
    }
    expect((await linesOf({ providers: [{ provide: 'SELF', useClass: Self }] }))[0]).toContain(
      '"SELF" → "SELF"',
    )
  })

  it('of factories is found before any of them is called', async () => {
    const called = jest.fn()
    const lines = await linesOf({
      providers: [
        { provide: 'A', useFactory: called, inject: ['B'] },
        { provide: 'B', useFactory: called, inject: ['A'] },
      ],
    })
    expect(lines[0]).toMatch(/"A" → "B" → "A"|"B" → "A" → "B"/)
    expect(called).not.toHaveBeenCalled()
  })
})

describe('an undefined token', () => {
  it('is explained for parameters and @Inject', async () => {
    @Injectable()
    class Users {
      constructor(@Inject(undefined as never) readonly mailer: unknown) {}
    }
    Reflect.defineMetadata('design:paramtypes', [undefined], Users)
    const [line] = await linesOf({ providers: [Users] })
    expect(line).toMatch(
      /CORBEL_DEPENDENCY_UNDEFINED: Users\(\?\): Users in AppModule has no token for constructor/,
    )
    expect(line).toContain('forwardRef(() => X)')
  })

  it('is explained for imports, providers and controllers', async () => {
    const lines = await linesOf({
      imports: [undefined as never],
      providers: [undefined as never, { provide: undefined as never, useValue: 1 }],
      controllers: [undefined as never],
    })
    expect(lines).toHaveLength(4)
    for (const [list, index] of [
      ['imports', 0],
      ['providers', 0],
      ['providers', 1],
      ['controllers', 0],
    ]) {
      expect(lines.join('\n')).toContain(`${list}[${index}] of AppModule`)
    }
  })
})

describe('a class in the wrong place', () => {
  it('as a provider without a decorator is told, if its constructor takes something', async () => {
    class Users {
      constructor(readonly mailer: Mailer) {}
    }
    expect(await linesOf({ providers: [Users, Mailer] })).toEqual([
      'CORBEL_CLASS_UNDECORATED: Users in AppModule has constructor parameters but no decorator, so their types are ' +
        'unknown. Add @Injectable().',
    ])
  })

  it('as an import without @Module() is told', async () => {
    const [line] = await linesOf({ imports: [Mailer] })
    expect(line).toMatch(/imports\[0\] of AppModule is Mailer: the class has no @Module\(\)/)
  })

  it('as a root without @Module() is told', async () => {
    await expect(createContext(Mailer, { logger: false })).rejects.toThrow(
      /Mailer: the class has no @Module\(\)/,
    )
  })

  it('as a controller without @Controller(), or routes without a controller, are told', async () => {
    class Bare {
      @Get() all() {
        return []
      }
    }
    class Listed {
      @Get() all() {
        return []
      }
    }
    const lines = await linesOf({ providers: [Bare], controllers: [Listed] })
    expect(lines).toEqual([
      'CORBEL_CONTROLLER_MISSING: Listed in AppModule is listed under "controllers" but has no @Controller() decorator. ' +
        'Add it, or list the class under "providers".',
      'CORBEL_CONTROLLER_MISSING: Bare in AppModule has routes but no @Controller(). Add it, and list the class under ' +
        '"controllers".',
    ])
  })
})

describe('a class of which the compiler told no types', () => {
  it('is told so, if it has a decorator', async () => {
    class Users {
      constructor(readonly mailer: Mailer) {}
    }
    Injectable()(Users)
    expect(await linesOf({ providers: [Users, Mailer] })).toEqual([
      'CORBEL_CLASS_UNDECORATED: Users in AppModule has constructor parameters but the compiler recorded no types for them. ' +
        'Turn emitDecoratorMetadata on (esbuild and type stripping cannot do it: build with tsc, swc or oxc), or name a ' +
        'token for each with @Inject(TOKEN).',
    ])
  })

  it('is told so of the parameters that @Inject leaves', async () => {
    class Users {
      constructor(
        readonly clock: Clock,
        readonly mailer: Mailer,
      ) {}
    }
    Inject(Mailer)(Users, undefined as never, 1)
    const [line, ...others] = await linesOf({ providers: [Users, Mailer, Clock] })
    expect(others).toEqual([])
    expect(line).toMatch(/Users\(\?, Mailer\).*no token for constructor parameter \[0\].*recorded no types/)
  })
})

describe('modules that are promised', () => {
  it('and fail are told with their importer and the reason, beside everything else', async () => {
    const cause = new TypeError('no credentials')
    const rejected = Promise.reject(cause)
    rejected.catch(() => undefined)
    @Module({ imports: [rejected] })
    class Inner {}
    const errors = await problemsOf({ imports: [Inner, undefined as never], exports: [rejected] })
    expect(errors.map((error) => `${error.name}: ${error.message}`)).toEqual([
      'CORBEL_MODULE_ENTRY_FAILED: imports[0] of Inner failed with TypeError: no credentials',
      expect.stringMatching(/CORBEL_MODULE_ENTRY_INVALID: imports\[1\] of AppModule is undefined/),
      'CORBEL_MODULE_ENTRY_FAILED: exports[0] of AppModule failed with TypeError: no credentials',
    ])
    expect(errors[0]!.cause).toBe(cause)
  })

  it('and fail while another one is waited for do not end the process', async () => {
    const unheard = jest.fn()
    process.on('unhandledRejection', unheard)
    let fail!: (error: Error) => void
    const failing = new Promise<never>((_resolve, reject) => (fail = reject))
    const waiting = new Promise<DynamicModule>((resolve) => {
      setImmediate(() => {
        fail(new Error('first'))
        setImmediate(() => resolve({ module: class Slow {} }))
      })
    })
    const [line] = await linesOf({ imports: [waiting, failing] })
    process.off('unhandledRejection', unheard)
    expect(line).toBe('CORBEL_MODULE_ENTRY_FAILED: imports[1] of AppModule failed with first')
    expect(unheard).not.toHaveBeenCalled()
  })

  it('and fail as the root are told, too', async () => {
    await expect(createContext(Promise.reject(new Error('no root')), { logger: false })).rejects.toThrow(
      /imports\[0\] of createApp failed with no root/,
    )
  })

  it('by forward references are told alike', async () => {
    const broken = forwardRef(() => {
      throw new ReferenceError('Cannot access X before initialization')
    })
    expect(await linesOf({ imports: [broken as never], exports: [broken as never] })).toEqual([
      'CORBEL_MODULE_ENTRY_FAILED: imports[0] of AppModule failed with ReferenceError: Cannot access X before initialization',
      'CORBEL_MODULE_ENTRY_FAILED: exports[0] of AppModule failed with ReferenceError: Cannot access X before initialization',
    ])
  })
})

describe('an export that is undefined', () => {
  it('is told with its place', async () => {
    expect(await linesOf({ exports: [Mailer, undefined as never], providers: [Mailer] })).toEqual([
      'CORBEL_MODULE_ENTRY_INVALID: exports[1] of AppModule is undefined: if two files import each other, use forwardRef(() => X).',
    ])
  })
})

describe('a decorator in the wrong place', () => {
  it('is named with class, member and parameter', async () => {
    @HttpCode(204)
    @Controller('cats')
    class Cats {
      @Get() read(@UseGuards() _id: string) {}
      @Injectable() other() {}
    }
    const lines = await linesOf({ controllers: [Cats] })
    expect(lines).toHaveLength(3)
    expect(lines.join('\n')).toMatch(/@HttpCode on Cats \(in AppModule\) is wrong: it belongs on a method/)
    expect(lines.join('\n')).toMatch(/@UseGuards on Cats\.read\[0\] \(in AppModule\)/)
    expect(lines.join('\n')).toMatch(/@Injectable on Cats\.other \(in AppModule\)/)
  })

  it('twice on one target is told', async () => {
    @Controller('cats')
    class Cats {
      @HttpCode(201) @HttpCode(202) @Get() read(@Param('id') @Body() _id: string) {}
    }
    const lines = await linesOf({ controllers: [Cats] })
    expect(lines).toHaveLength(2)
    expect(lines.join('\n')).toMatch(/@HttpCode on Cats\.read/)
    expect(lines.join('\n')).toMatch(/@Param on Cats\.read\[0\]/)
  })

  it('on a parameter of a method without a route is told', async () => {
    @Controller('cats')
    class Cats {
      read(@Param('id') _id: string) {}
    }
    expect((await linesOf({ controllers: [Cats] }))[0]).toMatch(
      /Cats\.read in AppModule has @Param on a parameter/,
    )
  })
})

describe('duplicate routes', () => {
  it('are told with both methods and their modules', async () => {
    @Controller('cats')
    class Cats {
      @Get(':id') one() {}
      @Get(':name') other() {}
    }
    @Controller()
    class More {
      @Get('cats/:x') third() {}
    }
    const lines = await linesOf({ controllers: [Cats, More] })
    expect(lines.length).toBeGreaterThanOrEqual(2)
    expect(lines[0]).toMatch(
      /CORBEL_ROUTE_DUPLICATE: GET \/cats\/:id .*Cats\.one \(AppModule\).*Cats\.other \(AppModule\)/,
    )
    expect(lines.join('\n')).toContain('More.third')
    expect(lines[0]).toMatch(
      /Cats\.one \(AppModule\) at spec\/di\/boot-errors\.spec\.ts:\d+ and by Cats\.other \(AppModule\) at spec\/di\//,
    )
  })
})

describe('the report', () => {
  it('has all problems of all modules at once, and builds nothing', async () => {
    const built = jest.fn()
    @Injectable()
    class Eager {
      constructor() {
        built()
      }
    }
    @Injectable()
    class NeedsMailer {
      constructor(readonly mailer: Mailer) {}
    }
    @Injectable()
    class A {
      constructor(@Inject('B') readonly b: unknown) {}
    }
    @Injectable()
    class B {
      constructor(readonly a: A) {}
    }
    @Controller('x')
    class X {
      @Get() one() {}
      @Get() two() {}
      @Get() @HttpCode(200) @HttpCode(201) three() {}
    }
    @Module({ providers: [NeedsMailer], exports: ['NOTHING'] })
    class Broken {}
    @Module({ controllers: [X], providers: [A, { provide: 'B', useClass: B }, Eager] })
    class AppModule {}
    const failure = await createApp(
      { module: AppModule, imports: [Broken, forwardRef(() => undefined as never)] },
      { logger: false },
    ).catch((error: BootFailed) => error)
    const { errors, message, code } = failure as BootFailed
    expect(code).toBe('CORBEL_BOOT_FAILED')
    expect(new Set(errors.map((error) => error.name))).toEqual(
      new Set([
        'CORBEL_MODULE_ENTRY_INVALID',
        'CORBEL_EXPORT_UNKNOWN',
        'CORBEL_DEPENDENCY_MISSING',
        'CORBEL_DEPENDENCY_CYCLE',
        'CORBEL_ROUTE_DUPLICATE',
        'CORBEL_DECORATOR_MISPLACED',
      ]),
    )
    for (const error of errors) expect(message).toContain(error.message)
    expect(built).not.toHaveBeenCalled()
  })

  it('tells a problem once, however many modules have the class', async () => {
    @Controller('cats')
    class Cats {
      @HttpCode(201) @HttpCode(202) @Get() read() {}
    }
    @Module({ controllers: [Cats] })
    class A {}
    const lines = await linesOf({ imports: [A] })
    expect(lines.filter((line) => line.includes('@HttpCode'))).toHaveLength(1)
  })
})
