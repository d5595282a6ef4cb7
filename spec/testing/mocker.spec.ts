import { Controller, Get, Inject, Injectable, Module, Optional, Scope, type Class } from 'corbel'
import { Test, type TestingModule, type TestingModuleBuilder } from 'corbel/testing'

const compiled: TestingModule[] = []
afterEach(async () => {
  await Promise.all(compiled.splice(0).map((module) => module.close()))
})
const compile = async (builder: TestingModuleBuilder): Promise<TestingModule> => {
  const module = await builder.compile()
  compiled.push(module)
  return module
}

@Injectable()
class Mailer {
  send(_to: string): string {
    throw new Error('never in tests')
  }
  private secret(): string {
    return 'secret'
  }
  get reach(): string {
    return this.secret()
  }
}
@Injectable()
class Signup {
  constructor(
    readonly mailer: Mailer,
    @Inject('LIMIT') readonly limit: unknown,
  ) {}
  greet(): string {
    return this.mailer.send('ada')
  }
}
@Controller()
class SignupController {
  @Inject('NAME') readonly name: string
  constructor(readonly signup: Signup) {}
  @Get() show(): string {
    return `${this.name}: ${this.signup.greet()}`
  }
}

/** A double whose methods are mocks: what users of a mock library write. */
const automock = (type: Class): object =>
  Object.fromEntries(
    Object.getOwnPropertyNames(type.prototype)
      .filter((name) => name !== 'constructor')
      .map((name) => [name, vi.fn(() => `mocked ${name}`)]),
  )

describe('useMocker', () => {
  it('is asked once for each dependency that nothing provides, of constructors, properties and factories', async () => {
    const asked: unknown[] = []
    const module = await compile(
      Test.createTestingModule({
        controllers: [SignupController],
        providers: [
          Signup,
          { provide: 'SUM', useFactory: (limit: number) => limit + 1, inject: ['LIMIT'] },
          { provide: 'ALIAS', useExisting: 'NAME' },
        ],
      }).useMocker((token) => {
        asked.push(token)
        if (typeof token === 'function') return automock(token as Class)
        return token === 'LIMIT' ? 41 : `mocked ${String(token)}`
      }),
    )
    expect(new Set(asked)).toEqual(new Set([Mailer, 'LIMIT', 'NAME']))
    expect(asked).toHaveLength(3)
    expect(module.get('SUM')).toBe(42)
    expect(module.get('ALIAS')).toBe('mocked NAME')
    const response = await module.createApp().inject('/')
    expect(response.body).toBe('mocked NAME: mocked send')
    expect(module.get(Mailer).send).toHaveBeenCalledWith('ada')
  })

  it('leaves what is provided or overridden alone', async () => {
    const mocker = vi.fn(() => 'mocked')
    const module = await compile(
      Test.createTestingModule({ providers: [Signup, Mailer, { provide: 'LIMIT', useValue: 1 }] })
        .overrideProvider('LIMIT')
        .useValue(2)
        .useMocker(mocker),
    )
    expect(module.get(Signup).mailer).toBeInstanceOf(Mailer)
    expect(module.get(Signup).limit).toBe(2)
    expect(mocker).not.toHaveBeenCalled()
  })

  it('mocks what a module does not see, although another provides it', async () => {
    @Module({ providers: [Mailer] })
    class HiddenModule {}
    const module = await compile(
      Test.createTestingModule({ imports: [HiddenModule], providers: [Signup] }).useMocker(() => 'mocked'),
    )
    expect(module.get(Signup).mailer).toBe('mocked')
  })

  it('mocks optional dependencies, too; undefined leaves them missing', async () => {
    @Injectable()
    class Maybe {
      constructor(
        @Optional() readonly mailer?: Mailer,
        @Optional() @Inject('X') readonly x?: string,
      ) {}
    }
    const module = await compile(
      Test.createTestingModule({ providers: [Maybe] }).useMocker((token) =>
        token === 'X' ? undefined : 'mocked',
      ),
    )
    expect(module.get(Maybe)).toMatchObject({ mailer: 'mocked', x: undefined })
  })

  it('mocks for request-scoped and transient classes', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      constructor(@Inject('USER') readonly user: string) {}
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Fresh {
      constructor(@Inject('USER') readonly user: string) {}
    }
    const module = await compile(
      Test.createTestingModule({ providers: [PerRequest, Fresh] }).useMocker(() => 'ada'),
    )
    expect((await module.resolve(PerRequest)).user).toBe('ada')
    expect((await module.resolve(Fresh)).user).toBe('ada')
  })

  it('names what it leaves missing', async () => {
    const builder = Test.createTestingModule({ providers: [Signup] }).useMocker((token) =>
      token === Mailer ? {} : undefined,
    )
    await expect(builder.compile()).rejects.toThrow(/"LIMIT"/)
  })

  it('passes on what it throws', async () => {
    const builder = Test.createTestingModule({ providers: [Signup] }).useMocker(() => {
      throw new Error('no mock for this')
    })
    await expect(builder.compile()).rejects.toThrow('no mock for this')
  })
})
