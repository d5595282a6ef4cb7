import { plainToInstance, Type } from 'class-transformer'
import * as library from 'class-validator'
import {
  IsEmail,
  IsOptional,
  IsString,
  Validate,
  ValidateNested,
  ValidatorConstraint,
  type ValidationError,
  type ValidatorOptions,
} from 'class-validator'
import {
  APP_PIPE,
  BadRequestException,
  Body,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  Post,
  ValidationPipe,
  type ArgumentMetadata,
  type Class,
  type ValidationPipeOptions,
} from 'corbel'
import { serve } from '../web/serve.js'

class Tag {
  @IsString() text: string
}

@Injectable()
class Names {
  readonly taken = ['ada']
}

@ValidatorConstraint({ name: 'isFree', async: true })
class IsFree {
  constructor(private readonly names: Names) {}
  validate(value: string): Promise<boolean> {
    return Promise.resolve(!this.names.taken.includes(value))
  }
}

class User {
  @IsEmail() email: string
  @IsOptional() @Validate(IsFree) name?: string
  @IsOptional() @ValidateNested({ each: true }) @Type(() => Tag) tags?: Tag[]
}

@Controller()
class Users {
  @Post('users') create(@Body() user: User): unknown {
    return { user, isUser: user instanceof User }
  }
  @Get('numbers/:value') number(@Param('value') value: number): unknown {
    return { value, type: typeof value }
  }
}

async function withPipe(Pipe: Class<ValidationPipe>) {
  @Module({
    controllers: [Users],
    providers: [Names, IsFree, { provide: APP_PIPE, useFactory: () => new Pipe() }],
  })
  class Root {}
  const { app, json, post: send } = await serve(Root)
  const post = async (body: unknown) => {
    const response = await send('/users', body)
    const answer = (await response.json()) as Record<string, unknown>
    return { status: response.status, ...answer }
  }
  return { app, json, post }
}

const right = { email: 'ada@example.com' }
const wrong = { email: 'x', tags: [{ text: 1 }] }

describe('a class derived from ValidationPipe', () => {
  it('has a say in what is wrong by its own validate()', async () => {
    const seen: ValidatorOptions[] = []
    class Strict extends ValidationPipe {
      constructor() {
        super({ transform: true, whitelist: true })
      }
      protected override async validate(object: object, options?: ValidatorOptions) {
        seen.push(options ?? {})
        expect(object).toBeInstanceOf(User)
        const errors = await super.validate(object, { ...options, forbidNonWhitelisted: true })
        return errors.slice(0, 1)
      }
    }
    const { app, post } = await withPipe(Strict)
    expect(await post(right)).toEqual({ status: 201, user: right, isUser: true })
    expect(await post({ ...right, more: 1 })).toMatchObject({
      status: 400,
      message: ['property more should not exist'],
      errors: [{ path: '/more' }],
    })
    expect(await post(wrong)).toMatchObject({ status: 400, message: ['email must be an email'] })
    expect(seen[0]).toMatchObject({ whitelist: true, validationError: { target: false } })
    // rules of the container are still its own, and what is no object is still refused
    expect(await post({ ...right, name: 'ada' })).toMatchObject({ status: 400, errors: [{ code: 'isFree' }] })
    expect(await post([right])).toMatchObject({ status: 400 })
    expect(await post('text')).toMatchObject({ status: 400 })
    const description = app.describe().endpoints.find(({ handler }) => handler === 'Users.create')
    expect(description).toMatchObject({ validation: [{ class: 'User', fused: false }] })
  })

  it('may answer at once, and gets an instance without properties for what is no object', () => {
    const seen: object[] = []
    class Own extends ValidationPipe {
      protected override validate(object: object): ValidationError[] {
        seen.push(object)
        return []
      }
    }
    const pipe = new Own({ transform: true })
    const metadata: ArgumentMetadata = { type: 'body', metatype: User }
    expect(pipe.transform({ email: 'x' }, metadata)).toEqual(Object.assign(new User(), { email: 'x' }))
    expect(() => pipe.transform(['x'], metadata)).toThrow(BadRequestException)
    expect(seen.map((one) => [one instanceof User, Object.keys(one)])).toEqual([
      [true, ['email']],
      [true, []],
    ])
  })

  it('converts single parameters by its own transformPrimitive()', async () => {
    class Own extends ValidationPipe {
      constructor() {
        super({ transform: true })
      }
      protected override transformPrimitive(value: unknown, metadata: ArgumentMetadata): unknown {
        return metadata.metatype === (Number as unknown) && value === 'ten'
          ? 10
          : super.transformPrimitive(value, metadata)
      }
    }
    const { json } = await withPipe(Own)
    expect(await json('/numbers/ten')).toEqual({ value: 10, type: 'number' })
    expect(await json('/numbers/7')).toEqual({ value: 7, type: 'number' })
  })

  it('reads the fields of the pipe, and makes exceptions by exceptionFactory', async () => {
    class Own extends ValidationPipe {
      override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
        if (metadata.metatype !== User) return super.transform(value, metadata)
        const user = plainToInstance(User, value, this.transformOptions)
        const errors = await library.validate(user, { ...this.validatorOptions, groups: ['none'] })
        const problems = errors.length > 0 ? errors : await library.validate(plainToInstance(Tag, value))
        throw await this.exceptionFactory(problems)
      }
    }
    const { post } = await withPipe(Own)
    expect(await post(right)).toMatchObject({ status: 400, message: ['text must be a string'] })
  })

  it('may set the fields', () => {
    class Own extends ValidationPipe {
      protected override exceptionFactory = (errors: ValidationError[] = []) =>
        new RangeError(`${errors.length}`)
      constructor() {
        super()
        this.isTransformEnabled = true
        this.validatorOptions = { forbidUnknownValues: false, whitelist: true }
      }
    }
    const metadata: ArgumentMetadata = { type: 'body', metatype: User }
    expect(new Own().transform({ ...right, more: 1 }, metadata)).toEqual(Object.assign(new User(), right))
    expect(() => new Own().transform(wrong, metadata)).toThrow(new RangeError('2'))
  })

  it('words the paths of nested messages', async () => {
    class Own extends ValidationPipe {
      protected override prependConstraintsWithParentProp(path: string, error: ValidationError) {
        return super.prependConstraintsWithParentProp(path.replace(/\.(\d+)/g, '[$1]'), error)
      }
      protected override mapChildrenToValidationErrors(error: ValidationError, path?: string) {
        return super.mapChildrenToValidationErrors(error, path).slice(0, 1)
      }
    }
    const { post } = await withPipe(Own)
    expect(await post({ ...right, tags: [{ text: 1 }, {}] })).toMatchObject({
      message: ['tags[0].text must be a string'],
    })
  })
})

describe('packages in the place of the libraries', () => {
  const metadata: ArgumentMetadata = { type: 'body', metatype: User }
  const pipe = (options: ValidationPipeOptions) => new ValidationPipe({ whitelist: true, ...options })

  it('validatorPackage validates', async () => {
    const validate = jest.fn((_object: object, _options?: ValidatorOptions) =>
      Promise.resolve<ValidationError[]>([]),
    )
    const found = pipe({ transform: true, validatorPackage: { validate } })
    expect(await found.transform({ email: 'x' }, metadata)).toBeInstanceOf(User)
    expect(validate.mock.calls[0]![0]).toBeInstanceOf(User)
    expect(validate.mock.calls[0]![1]).toMatchObject({ whitelist: true })
    validate.mockResolvedValueOnce([{ property: 'email', constraints: { own: 'not so' }, children: [] }])
    await expect(found.transform(right, metadata)).rejects.toThrow(BadRequestException)
  })

  it('class-validator itself is compiled as ever', () => {
    const found = pipe({ transform: true, validatorPackage: library })
    expect(found.transform({ ...right, more: 1 }, metadata)).toEqual(Object.assign(new User(), right))
    expect(() => found.transform({ email: 'x' }, metadata)).toThrow(BadRequestException)
  })

  it('transformerPackage makes instances, without keys that are never written, and makes them plain', () => {
    const given: unknown[] = []
    const transformerPackage = {
      plainToInstance: (_target: Class, plain: unknown) => {
        given.push(plain)
        return Object.assign(new User(), plain, { email: 'made@example.com' })
      },
      classToPlain: (user: unknown) => ({ ...(user as object), isPlain: true }),
    }
    const evil: unknown = JSON.parse('{"email":"x","__proto__":{"name":"ada"}}')
    expect(pipe({ transform: true, transformerPackage }).transform(evil, metadata)).toEqual(
      Object.assign(new User(), { email: 'made@example.com' }),
    )
    expect(Object.keys(given[0] as object)).toEqual(['email'])
    expect(pipe({ transformerPackage }).transform({}, metadata)).toEqual({
      email: 'made@example.com',
      isPlain: true,
    })
  })
})
