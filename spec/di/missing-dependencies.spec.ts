import {
  Body,
  BootFailed,
  Controller,
  createContext,
  Get,
  Global,
  Inject,
  Injectable,
  InjectionToken,
  LazyModuleLoader,
  Module,
  Post,
  Scope,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type CanActivate,
  type ModuleMetadata,
} from 'corbel'
import { Test } from 'corbel/testing'

/** The problems of a boot, each as `code message`. */
async function problems(root: ModuleMetadata): Promise<string[]> {
  @Module(root)
  class AppModule {}
  return linesOf(await createContext(AppModule, { logger: false }).catch((error: unknown) => error))
}

function linesOf(failure: unknown): string[] {
  expect(failure).toBeInstanceOf(BootFailed)
  return (failure as BootFailed).errors.map((error) => `${error.name} ${error.message}`)
}

@Injectable()
class Clock {}
@Injectable()
class Mailer {}

const factory = (token: unknown) => ({
  provide: 'MADE',
  useFactory: (...args: unknown[]) => args,
  inject: [token as never],
})

describe('a dependency of each kind', () => {
  it.each([
    ['a string', 'SMTP', '"SMTP"'],
    ['a symbol', Symbol('SMTP'), 'Symbol(SMTP)'],
    ['an InjectionToken', new InjectionToken('SMTP'), 'SMTP'],
    ['a class', Mailer, 'Mailer'],
    ['an anonymous class', (() => class {})(), 'an anonymous class'],
  ])('is named: %s', async (_kind, token, name) => {
    @Injectable()
    class Users {
      constructor(
        @Inject(token) readonly wanted: unknown,
        readonly clock: Clock,
      ) {}
    }
    expect(await problems({ providers: [Users, Clock] })).toEqual([
      `CORBEL_DEPENDENCY_MISSING Users(?, Clock): Users in AppModule needs ${name} (constructor parameter [0]), which is ` +
        'not available there. Nothing provides it: add it to the providers of AppModule or of a module that it imports.',
    ])
  })

  it('is told apart by its place: parameter, property, inject, useExisting', async () => {
    @Injectable()
    class Users {
      @Inject('PROPERTY') readonly property!: unknown
      constructor(@Inject('PARAMETER') readonly parameter: unknown) {}
    }
    const lines = (
      await problems({
        providers: [Users, factory('ENTRY'), { provide: 'ALIAS', useExisting: 'ORIGINAL' }],
      })
    ).join('\n')
    expect(lines).toContain('Users(?): Users in AppModule needs "PARAMETER" (constructor parameter [0])')
    expect(lines).toContain('Users("PARAMETER"): Users in AppModule needs "PROPERTY" (property property)')
    expect(lines).toContain('"MADE"(?): "MADE" in AppModule needs "ENTRY" (inject[0])')
    expect(lines).toContain('"ALIAS"(?): "ALIAS" in AppModule needs "ORIGINAL" (useExisting)')
  })

  it('is reported for every parameter that lacks it', async () => {
    @Injectable()
    class Users {
      constructor(
        readonly mailer: Mailer,
        readonly clock: Clock,
      ) {}
    }
    const lines = await problems({ providers: [Users] })
    expect(lines.map((line) => /Users\(.*?\)/.exec(line)![0])).toEqual([
      'Users(?, Clock)',
      'Users(Mailer, ?)',
    ])
  })

  it.each([[Scope.DEFAULT], [Scope.REQUEST], [Scope.TRANSIENT]])(
    'is reported at boot in scope %s',
    async (scope) => {
      @Injectable({ scope })
      class Users {
        constructor(readonly mailer: Mailer) {}
      }
      expect((await problems({ providers: [Users] }))[0]).toContain(
        'Users(?): Users in AppModule needs Mailer',
      )
    },
  )

  it('is reported for enhancers of controllers, methods and parameters', async () => {
    @Injectable()
    class Guard implements CanActivate {
      constructor(readonly mailer: Mailer) {}
      canActivate() {
        return true
      }
    }
    @Injectable()
    class Interceptor {
      constructor(readonly mailer: Mailer) {}
      intercept() {}
    }
    @Injectable()
    class MethodPipe {
      constructor(readonly mailer: Mailer) {}
      transform() {}
    }
    @Injectable()
    class ParameterPipe {
      constructor(readonly mailer: Mailer) {}
      transform() {}
    }
    @UseGuards(Guard)
    @Controller()
    class Cats {
      @UseInterceptors(Interceptor) @UsePipes(MethodPipe) @Get() all() {}
      @Post() create(@Body(ParameterPipe) _body: unknown) {}
    }
    @Module({ controllers: [Cats] })
    class AppModule {}
    const failure = await Test.createTestingModule({ imports: [AppModule] })
      .compile()
      .catch((error: unknown) => error)
    const lines = linesOf(failure).join('\n')
    for (const name of ['Guard', 'Interceptor', 'MethodPipe', 'ParameterPipe']) {
      expect(lines).toContain(`${name}(?): ${name} in AppModule needs Mailer`)
    }
  })

  it('is reported for dynamic modules, by the name of their class', async () => {
    class Dynamic {}
    const lines = await problems({ imports: [{ module: Dynamic, providers: [factory('X')] }] })
    expect(lines[0]).toContain('"MADE" in Dynamic needs "X"')
  })

  it('is reported when a module is loaded lazily', async () => {
    @Module({ providers: [factory('X')] })
    class Lazy {}
    @Module({})
    class AppModule {}
    const app = await createContext(AppModule, { logger: false })
    const failure = await app
      .get(LazyModuleLoader)
      .load(() => Lazy)
      .catch((error: unknown) => error)
    expect(linesOf(failure)[0]).toContain('"MADE" in Lazy needs "X"')
  })

  it('is reported by the testing module, unless a mocker gives it', async () => {
    const testing = () => Test.createTestingModule({ providers: [factory('X')] })
    const failure = await testing()
      .compile()
      .catch((error: unknown) => error)
    expect(linesOf(failure)[0]).toContain('"MADE" in RootTestModule needs "X"')
    const mocked = await testing()
      .useMocker(() => 'mock')
      .compile()
    expect(mocked.get('MADE')).toEqual(['mock'])
  })
})

describe('a dependency that has no token', () => {
  const withType = (type: unknown) => {
    @Injectable()
    class Users {
      constructor(readonly wanted: unknown) {}
    }
    Reflect.defineMetadata('design:paramtypes', [type], Users)
    return Users
  }

  it('is explained where an import cycle has left undefined', async () => {
    expect(await problems({ providers: [withType(undefined)] })).toEqual([
      'CORBEL_DEPENDENCY_UNDEFINED Users(?): Users in AppModule has no token for constructor parameter [0]. It is undefined. ' +
        'If two files import each other, use @Inject(forwardRef(() => X)) on both sides; if the type is imported with ' +
        '"import type", import the class itself or name a token with @Inject(TOKEN).',
    ])
    expect((await problems({ providers: [factory(undefined)] }))[0]).toMatch(
      /"MADE"\(\?\): "MADE" in AppModule has no token for inject\[0\]\. It is undefined/,
    )
  })

  it('is explained for interfaces', async () => {
    expect((await problems({ providers: [withType(Object)] }))[0]).toMatch(
      /Users\(\?\).*no token for constructor parameter \[0\].*its type Object.*interfaces.*@Inject\(TOKEN\)/,
    )
  })

  it.each([[String], [Number], [Boolean], [Array], [Function], [Promise]])(
    'is explained for %p',
    async (type) => {
      expect((await problems({ providers: [withType(type)] }))[0]).toMatch(
        new RegExp(`Users\\(\\?\\).*its type ${type.name}, .*@Inject\\(TOKEN\\)`),
      )
    },
  )

  it('is explained for properties', async () => {
    @Injectable()
    class Users {
      @Inject() readonly name!: string
    }
    expect((await problems({ providers: [Users] }))[0]).toMatch(/no token for property name.*its type String/)
  })
})

describe('where a dependency is instead', () => {
  it('a module that exports it, but is not imported', async () => {
    @Module({ providers: [Mailer], exports: [Mailer] })
    class MailModule {}
    @Module({ imports: [MailModule] })
    class Between {}
    @Module({ imports: [Between], providers: [factory(Mailer)] })
    class UsersModule {}
    expect((await problems({ imports: [UsersModule] }))[0]).toMatch(
      /MailModule exports it: add MailModule to the imports of UsersModule, or to the exports of Between, which UsersModule imports\.$/,
    )
  })

  it('a module that neither exports it nor is imported', async () => {
    @Module({ providers: [Mailer] })
    class MailModule {}
    @Module({ providers: [factory(Mailer)] })
    class UsersModule {}
    expect((await problems({ imports: [UsersModule, MailModule] }))[0]).toMatch(
      /CORBEL_PROVIDER_NOT_EXPORTED .*which MailModule provides but does not export\. Add Mailer to the exports of MailModule\. Then import MailModule in UsersModule\.$/,
    )
  })

  it('a global module that does not export it', async () => {
    @Global()
    @Module({ providers: [Mailer] })
    class MailModule {}
    expect((await problems({ imports: [MailModule], providers: [factory(Mailer)] }))[0]).toMatch(
      /Add Mailer to the exports of MailModule\.$/,
    )
  })

  it('of several modules that have it, the one that exports it', async () => {
    @Module({ providers: [Mailer] })
    class Private {}
    @Module({ providers: [Mailer], exports: [Mailer] })
    class Public {}
    @Module({ providers: [factory(Mailer)] })
    class UsersModule {}
    expect((await problems({ imports: [Private, Public, UsersModule] }))[0]).toContain('Public exports it')
  })

  it('a controller', async () => {
    @Controller()
    class Cats {}
    expect((await problems({ controllers: [Cats], providers: [factory(Cats)] }))[0]).toMatch(
      /It is a controller of AppModule, and controllers cannot be injected/,
    )
  })

  it('an enhancer of another module', async () => {
    @Injectable()
    class Guard implements CanActivate {
      canActivate() {
        return true
      }
    }
    @UseGuards(Guard)
    @Controller()
    class Cats {}
    @Module({ controllers: [Cats] })
    class CatsModule {}
    expect((await problems({ imports: [CatsModule], providers: [factory(Guard)] }))[0]).toMatch(
      /Classes in CatsModule name it as a guard.*add it to the providers of AppModule/,
    )
  })

  it.each([
    ['DATABASE_CONECTION', 'DATABASE_CONNECTION', '"DATABASE_CONNECTION"'],
    ['databse', 'database', '"database"'],
    [Symbol('CLOKC'), Clock, 'Clock'],
  ])('a token that is spelled almost like %p', async (written, provided, told) => {
    const lines = await problems({ providers: [factory(written), { provide: provided, useValue: 1 }] })
    expect(lines[0]).toContain(`Did you mean ${told}, which AppModule provides?`)
  })

  it('another class of the same name', async () => {
    const Other = { Mailer: class Mailer {} }.Mailer
    expect((await problems({ providers: [factory(Mailer), Other] }))[0]).toMatch(
      /AppModule provides something of the same name \(Mailer\): is it another class or token\?/,
    )
  })

  it('nowhere: nothing far-fetched is suggested', async () => {
    const lines = await problems({ providers: [factory('A'), { provide: 'QUEUE', useValue: 1 }, Clock] })
    expect(lines[0]).toContain('Nothing provides it: add it')
  })
})

describe('a cycle', () => {
  it('says where its classes and factories are written', async () => {
    @Injectable()
    class Orders {
      constructor(@Inject('INVOICES') readonly invoices: unknown) {}
    }
    const lines = await problems({
      providers: [Orders, { provide: 'INVOICES', useFactory: (orders: Orders) => orders, inject: [Orders] }],
    })
    const place = String.raw`spec\/di\/missing-dependencies\.spec\.ts:\d+`
    expect(lines[0]).toMatch(/Orders → "INVOICES" → Orders|"INVOICES" → Orders → "INVOICES"/)
    expect(lines[0]).toMatch(new RegExp(`Declared: .*Orders at ${place}`))
    expect(lines[0]).toMatch(new RegExp(`"INVOICES" at ${place}`))
  })
})
