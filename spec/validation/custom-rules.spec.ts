import { Type } from 'class-transformer'
import {
  IsString,
  registerDecorator,
  useContainer,
  Validate,
  ValidateNested,
  ValidatorConstraint,
  type ValidationArguments,
  type ValidationOptions,
  type ValidatorConstraintInterface,
} from 'class-validator'
import {
  APP_PIPE,
  Body,
  Controller,
  createApp,
  Inject,
  Injectable,
  Module,
  ParseArrayPipe,
  Post,
  REQUEST,
  Scope,
  ValidationPipe,
  type ArgumentMetadata,
  type HttpRequest,
} from 'corbel'
import { Test } from 'corbel/testing'
import { serve } from '../web/serve.js'

@Injectable()
class Names {
  readonly taken = new Set(['ada'])
  isFree(name: string): Promise<boolean> {
    return Promise.resolve(!this.taken.has(name))
  }
}

@ValidatorConstraint({ name: 'isFree', async: true })
class IsFree implements ValidatorConstraintInterface {
  constructor(private readonly names: Names) {}

  validate(value: unknown): Promise<boolean> {
    return this.names.isFree(String(value))
  }

  defaultMessage({ property, constraints }: ValidationArguments): string {
    return `${property} is taken${(constraints as string[] | undefined)?.map((one) => `, ${one}`).join('') ?? ''}`
  }
}

function NotSameAs(other: string, options?: ValidationOptions): PropertyDecorator {
  return (target, propertyName) => {
    registerDecorator({
      name: 'notSameAs',
      target: target.constructor,
      propertyName: propertyName as string,
      constraints: [other],
      ...(options && { options }),
      validator: {
        validate: (value, args) => value !== (args!.object as Record<string, unknown>)[other],
        defaultMessage: () => '$property must not be the same as $constraint1',
      },
    })
  }
}

class SignUp {
  @IsString()
  @Validate(IsFree, ['try another'])
  name: string

  @IsString()
  @NotSameAs('name')
  password: string
}

@Controller('users')
class UsersController {
  @Post() create(@Body() body: SignUp): SignUp {
    return body
  }
}

@Module({ controllers: [UsersController], providers: [Names, IsFree] })
class UsersModule {}

const eve = { name: 'eve', password: 'secret' }

async function messagesOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { message: unknown }).message
}

describe('rules of the application', () => {
  it('get their dependencies from its container, and may be asynchronous', async () => {
    const { post } = await serve(UsersModule)
    expect((await post('/users', eve)).status).toBe(201)
    const refused = await post('/users', { name: 'ada', password: 'ada' })
    expect([refused.status, await messagesOf(refused)]).toEqual([
      400,
      ['name is taken, try another', 'password must not be the same as name'],
    ])
  })

  it('are those of the application that is called, where one process has several', async () => {
    const first = await serve(UsersModule)
    const second = await serve(UsersModule)
    second.app.get(Names).taken.add('eve')
    expect((await first.post('/users', eve)).status).toBe(201)
    expect((await second.post('/users', eve)).status).toBe(400)
    expect((await first.post('/users', eve)).status).toBe(201)
  })

  it('are found wherever they are provided, the nearest first', async () => {
    @Module({ providers: [Names, IsFree] })
    class RulesModule {}
    @Module({ imports: [RulesModule], controllers: [UsersController] })
    class Root {}
    const { post } = await serve(Root)
    expect((await post('/users', { ...eve, name: 'ada' })).status).toBe(400)
  })

  it('stay as they are where the application also hands its container to class-validator, as with NestJS', async () => {
    @ValidatorConstraint({ name: 'isShort' })
    class IsShort implements ValidatorConstraintInterface {
      validate(value: unknown): boolean {
        return String(value).length < 5
      }
    }
    class Named {
      @Validate(IsFree) @Validate(IsShort) name: string
    }
    @Controller('names')
    class NamesController {
      @Post() create(@Body() body: Named): Named {
        return body
      }
    }
    @Module({ controllers: [NamesController], providers: [Names, IsFree] })
    class Root {}
    const { app, post } = await serve(Root)
    useContainer(app.select(Root), { fallbackOnErrors: true })
    try {
      expect((await post('/names', { name: 'eve' })).status).toBe(201)
      expect((await post('/names', { name: 'ada' })).status).toBe(400)
      expect((await post('/names', { name: 'eleanor' })).status).toBe(400)
    } finally {
      useContainer({ get: (rule: new () => unknown) => new rule() } as never)
    }
  })

  it('may be replaced like any provider', async () => {
    const module = await Test.createTestingModule({ imports: [UsersModule] })
      .overrideProvider(IsFree)
      .useValue({ validate: () => true })
      .compile()
    const app = module.createApp()
    const response = await app.inject({ method: 'POST', url: '/users', payload: { ...eve, name: 'ada' } })
    expect(response.status).toBe(201)
    await app.close()
  })

  it.each<[string, () => ValidationPipe]>([
    ['an instance', () => new ValidationPipe()],
    [
      'a derived class that calls transform',
      () =>
        new (class extends ValidationPipe {
          override transform(value: unknown, metadata: ArgumentMetadata): unknown {
            return super.transform(value, metadata)
          }
        })(),
    ],
  ])('serve a ValidationPipe of the application: %s', async (_title, pipe) => {
    const { post } = await serve(UsersModule, {}, (app) => app.useGlobalPipes(pipe()))
    expect((await post('/users', { ...eve, name: 'ada' })).status).toBe(400)
    expect((await post('/users', eve)).status).toBe(201)
  })

  it('serve a ValidationPipe that is a provider, and one that lives for a request', async () => {
    for (const scope of [Scope.DEFAULT, Scope.REQUEST]) {
      @Module({
        imports: [UsersModule],
        providers: [{ provide: APP_PIPE, useFactory: () => new ValidationPipe({ whitelist: true }), scope }],
      })
      class Root {}
      const { post } = await serve(Root)
      expect((await post('/users', { ...eve, name: 'ada' })).status).toBe(400)
      expect((await post('/users', eve)).status).toBe(201)
    }
  })

  it('serve the items of ParseArrayPipe', async () => {
    @Controller('many')
    class Many {
      @Post() create(@Body(new ParseArrayPipe({ items: SignUp })) users: SignUp[]): number {
        return users.length
      }
    }
    @Module({ controllers: [Many], providers: [Names, IsFree] })
    class Root {}
    const { post } = await serve(Root)
    expect(await (await post('/many', [eve, eve])).json()).toBe(2)
    expect((await post('/many', [eve, { ...eve, name: 'ada' }])).status).toBe(400)
  })

  it('may live for a request, also below something nested', async () => {
    @ValidatorConstraint({ name: 'isOwn' })
    @Injectable({ scope: Scope.REQUEST })
    class IsOwn implements ValidatorConstraintInterface {
      constructor(@Inject(REQUEST) private readonly request: HttpRequest) {}
      validate(value: unknown): boolean {
        return value === this.request.headers['x-user']
      }
      defaultMessage(): string {
        return `$property is not ${String(this.request.headers['x-user'])}'s`
      }
    }
    class Owner {
      @Validate(IsOwn) name: string
    }
    class Order {
      @ValidateNested() @Type(() => Owner) owner: Owner
    }
    @Controller('orders')
    class Orders {
      @Post() create(@Body() order: Order): boolean {
        return order.owner instanceof Owner
      }
    }
    @Module({ controllers: [Orders], providers: [IsOwn] })
    class Root {}
    const { fetch } = await serve(Root)
    const order = (user: string) =>
      fetch('/orders', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user': user },
        body: JSON.stringify({ owner: { name: 'ada' } }),
      })
    const [ada, eveTo] = await Promise.all([order('ada'), order('eve')])
    expect(ada.status).toBe(201)
    expect(await messagesOf(eveTo)).toEqual(["owner.name is not eve's"])
  })

  it('may come from a factory, and need not be providers where they need nothing', async () => {
    @ValidatorConstraint({ name: 'isLoud' })
    class IsLoud implements ValidatorConstraintInterface {
      validate(value: unknown): boolean {
        return typeof value === 'string' && value === value.toUpperCase()
      }
    }
    class Shout {
      @Validate(IsLoud) @Validate(IsFree) text: string
    }
    @Controller('shouts')
    class Shouts {
      @Post() create(@Body() shout: Shout): Shout {
        return shout
      }
    }
    const useFactory = async (): Promise<IsFree> => Promise.resolve(new IsFree(new Names()))
    @Module({ controllers: [Shouts], providers: [{ provide: IsFree, useFactory }] })
    class Root {}
    const { post } = await serve(Root)
    expect((await post('/shouts', { text: 'A' })).status).toBe(201)
    expect((await post('/shouts', { text: 'a' })).status).toBe(400)
    expect((await post('/shouts', { text: 'ada' })).status).toBe(400)
  })

  it('answer 500 where they fail themselves', async () => {
    const failing = { validate: () => Promise.reject(new Error('no database')) }
    @Module({ controllers: [UsersController], providers: [{ provide: IsFree, useValue: failing }] })
    class Root {}
    const { post } = await serve(Root)
    expect((await post('/users', eve)).status).toBe(500)
  })
})

describe('a rule with dependencies that is no provider', () => {
  class Team {
    @ValidateNested() @Type(() => SignUp) first: SignUp
  }

  it('fails the boot, and the error says what to do', async () => {
    @Controller('teams')
    class Teams {
      @Post() create(@Body() team: Team): Team {
        return team
      }
    }
    @Module({ controllers: [Teams] })
    class Root {}
    await expect(createApp(Root, { logger: false })).rejects.toThrow(
      /CORBEL_VALIDATION_RULE_UNPROVIDED[^]*The rule IsFree of SignUp.name has dependencies, but is no provider. List IsFree under "providers"/,
    )
  })

  it('fails the initialisation, where only a pipe knows the class', async () => {
    @Controller('teams')
    class Teams {
      @Post() create(@Body(new ValidationPipe({ expectedType: Team })) team: object): object {
        return team
      }
    }
    @Module({ controllers: [Teams] })
    class Root {}
    const app = await createApp(Root, { logger: false })
    await expect(app.init()).rejects.toThrow(/The rule IsFree of SignUp.name/)
    await app.close()
  })
})
