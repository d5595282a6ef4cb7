import {
  Body,
  Controller,
  createApp,
  Get,
  Header,
  HttpCode,
  Injectable,
  LazyModuleLoader,
  createContext,
  Module,
  Post,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from 'corbel'

const missing = undefined as never

describe('decorators with arguments that cannot be meant', () => {
  it('are named at boot, all at once, with class and method', async () => {
    @Controller('a')
    @UseGuards(missing)
    class Wrong {
      @Get('1') @UseInterceptors({} as never) one(): void {}
      @Get('2') @UsePipes(missing) @UseFilters({ canActivate() {} } as never) two(): void {}
      @Get('3') @HttpCode(1000) three(): void {}
      @Get('4') @Header('bad name', 'x') four(): void {}
      @Post('5') five(@Body('x', missing) _x: string): void {}
      @Get('6') static six(): void {}
    }
    @Module({ controllers: [Wrong] })
    class App {}
    const error = await createApp(App, { logger: false }).catch((reason: Error) => reason)
    const { message } = error as Error
    expect(message).toMatch(
      /@UseGuards on Wrong .*its argument \[0\] is undefined; if two files import each other/,
    )
    expect(message).toMatch(
      /@UseInterceptors on Wrong\.one .*neither a class nor an object with intercept\(\)/,
    )
    expect(message).toMatch(/@UsePipes on Wrong\.two/)
    expect(message).toMatch(/@UseFilters on Wrong\.two .*catch\(\)/)
    expect(message).toMatch(/@HttpCode on Wrong\.three .*1000 is no status/)
    expect(message).toMatch(/@Header on Wrong\.four .*the name is not a token/)
    expect(message).toMatch(/@Body on Wrong\.five\[0\]/)
    expect(message).toMatch(/@Get on Wrong\.six .*it belongs on a method, not on a static member/)
  })

  it('are named on modules', async () => {
    @Module({ providers: {} as never })
    class Lists {}
    @Module({ imports: [Lists] })
    class App {}
    await expect(createContext(App, { logger: false })).rejects.toThrow(
      /@Module on Lists \(in App\) is wrong: "providers" has to be an array/,
    )
  })

  it.each<[string, object, string]>([
    [
      'a list that modules do not have',
      { provider: [] },
      '@Module on Wrong (in App) is wrong: it has no "provider", only imports, controllers, providers, exports, features',
    ],
    [
      'an inject that is no list',
      { providers: [{ provide: 'A', useFactory: () => 1, inject: 'B' }] },
      'providers[0] of Wrong is the provider of "A": "inject" has to be an array.',
    ],
    [
      'a token of null',
      { providers: [{ provide: null, useValue: 1 }] },
      'providers[0] of Wrong is the provider of null: "provide" is null. If two files import each other, use forwardRef.',
    ],
  ])('are told of %s', async (_name, metadata, message) => {
    class Wrong {}
    Module(metadata)(Wrong)
    @Module({ imports: [Wrong] })
    class App {}
    await expect(createContext(App, { logger: false })).rejects.toThrow(message)
  })

  it('are told of dynamic modules', async () => {
    class Dynamic {}
    @Module({ imports: [{ module: Dynamic, providers: { provide: 'A', useValue: 1 } as never }] })
    class App {}
    await expect(createContext(App, { logger: false })).rejects.toThrow(
      'imports[0] of App is a dynamic Dynamic: "providers" has to be an array.',
    )
  })

  it('are told of a scope that does not exist', async () => {
    @Injectable({ scope: 'REQUEST' as never })
    class Scoped {}
    @Module({ providers: [Scoped] })
    class App {}
    await expect(createContext(App, { logger: false })).rejects.toThrow(
      '@Injectable on Scoped (in App) is wrong: its scope has to be one of Scope.DEFAULT, TRANSIENT, REQUEST',
    )
  })

  it('are explained where a type leaves no class behind', async () => {
    interface Clock {
      now(): number
    }
    const decorated = (): Promise<unknown> => {
      @Injectable()
      class Needs {
        constructor(readonly clock: Clock) {}
      }
      @Module({ providers: [Needs] })
      class App {}
      return createContext(App, { logger: false })
    }
    await expect(decorated()).rejects.toThrow(/CORBEL_DEPENDENCY_UNDEFINED.*Needs.*@Inject\(TOKEN\)/)
  })
})

describe('a lazy module that cannot be loaded', () => {
  it('fails each time with its own problem, and leaves no trace in others', async () => {
    @Injectable()
    class Missing {}
    @Injectable()
    class Needy {
      constructor(readonly missing: Missing) {}
    }
    @Module({ providers: [Needy] })
    class Broken {}
    @Module({ providers: [Missing] })
    class Fine {}
    class NotAModule {}
    @Module({})
    class App {}
    const app = await createContext(App, { logger: false })
    const loader = app.get(LazyModuleLoader)
    await expect(loader.load(() => NotAModule)).rejects.toThrow(/NotAModule/)
    await expect(loader.load(() => Broken)).rejects.toThrow(/Needy\(\?\)/)
    await expect(loader.load(() => Broken)).rejects.toThrow(/Needy\(\?\)/)
    expect((await loader.load(() => Fine)).get(Missing)).toBeInstanceOf(Missing)
    await app.close()
  })
})
