import {
  registerDecorator,
  Validate,
  ValidatorConstraint,
  type ValidationArguments,
  type ValidatorConstraintInterface,
} from 'class-validator'
import { Body, Controller, createApp, Injectable, Module, Post, type HttpRequest } from 'corbel'

// #region rule
@Injectable()
class Users {
  private readonly names = new Set(['ada'])

  async has(name: string): Promise<boolean> {
    return this.names.has(name)
  }
}

@ValidatorConstraint({ name: 'isFreeName', async: true })
class FreeName implements ValidatorConstraintInterface {
  constructor(private readonly users: Users) {}

  async validate(value: unknown): Promise<boolean> {
    return typeof value !== 'string' || !(await this.users.has(value))
  }

  defaultMessage({ property, constraints }: ValidationArguments): string {
    const [hint] = constraints as [string]
    return `${property} is taken; ${hint}`
  }
}
// #endregion

// #region inline
function IsAfter(other: string): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isAfter',
      target: target.constructor,
      propertyName: property as string,
      constraints: [other],
      validator: {
        validate: (value: string, args) => value > (args!.object as Record<string, string>)[other]!,
        defaultMessage: () => '$property must be after $constraint1',
      },
    })
  }
}
// #endregion

// #region use
class Booking {
  @Validate(FreeName, ['try another one']) name: string
  begin: string
  @IsAfter('begin') end: string
}

@Controller('bookings')
class BookingsController {
  @Post() create(@Body() booking: Booking): Booking {
    return booking
  }
}

@Module({ controllers: [BookingsController], providers: [Users, FreeName] })
class BookingsModule {}
// #endregion

describe('docs/custom-rules.md', () => {
  const post = async (payload: object, german: boolean): Promise<Record<string, unknown>> => {
    // #region translate
    const words: Record<string, string> = { isFreeName: 'Diesen Namen gibt es schon' }
    const app = await createApp(BookingsModule, {
      logger: false,
      validation: {
        whitelist: false,
        translate: ({ code }, context) => {
          const request = context?.switchToHttp().getRequest<HttpRequest>()
          return request?.acceptsLanguages('en', 'de') === 'de' ? words[code] : undefined
        },
      },
    })
    // #endregion
    const headers = { 'accept-language': german ? 'de' : 'en' }
    const response = await app.inject({ method: 'POST', url: '/bookings', payload, headers })
    await app.close()
    return response.json() as Record<string, unknown>
  }

  it('refuses by rules with dependencies, and by rules about two properties', async () => {
    const answer = await post({ name: 'ada', begin: '2024-02-01', end: '2024-01-01' }, false)
    expect(answer['errors']).toEqual([
      { path: '/name', messages: ['name is taken; try another one'], code: 'isFreeName' },
      { path: '/end', messages: ['end must be after begin'], code: 'isAfter' },
    ])
    expect(await post({ name: 'eve', begin: '2024-01-01', end: '2024-02-01' }, false)).toMatchObject({
      name: 'eve',
    })
  })

  it('translates', async () => {
    const answer = await post({ name: 'ada', begin: '2024-01-01', end: '2024-02-01' }, true)
    expect(answer['message']).toEqual(['Diesen Namen gibt es schon'])
  })
})
