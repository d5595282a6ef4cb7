import { Type } from 'class-transformer'
import {
  ArrayMinSize,
  IsEmail,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Min,
  Validate,
  ValidateNested,
  ValidatorConstraint,
  type ValidationError,
} from 'class-validator'
import { HttpException, type ArgumentMetadata } from '../../lib/pipeline/index.js'
import {
  ValidationPipe,
  type StandardSchema,
  type ValidationPipeOptions,
} from '../../lib/validation/index.js'

class Address {
  @IsString()
  city: string
}

class Item {
  @IsString()
  name: string
}

class CreateUser {
  @IsEmail()
  email: string

  @Length(2, 40, { groups: ['create'] })
  name: string

  @IsOptional()
  @ValidateNested()
  @Type(() => Address)
  address?: Address

  @IsOptional()
  @ArrayMinSize(1)
  @ValidateNested({ each: true })
  @Type(() => Item)
  items?: Item[]
}

class Page {
  @IsOptional()
  @IsInt()
  @Min(1)
  page?: number
}

const body = (metatype: ArgumentMetadata['metatype']): ArgumentMetadata => ({ type: 'body', metatype })
const jane = { email: 'jane@example.com', name: 'Jane' }

function refusal(run: () => unknown): HttpException {
  try {
    run()
  } catch (error) {
    if (error instanceof HttpException) return error
    throw error
  }
  throw new Error('nothing was refused')
}

const messages = (run: () => unknown) => (refusal(run).getResponse() as { message: string[] }).message

describe('ValidationPipe', () => {
  it('answers 400 with every message, nested ones after their path', () => {
    const wrong = { email: 'x', name: 'J', address: { city: 1 }, items: [{ name: 'ok' }, { name: 2 }] }
    const exception = refusal(() => new ValidationPipe().transform(wrong, body(CreateUser)))
    expect(exception.getStatus()).toBe(400)
    expect(exception.getResponse()).toEqual({
      statusCode: 400,
      error: 'Bad Request',
      message: [
        'email must be an email',
        'name must be longer than or equal to 2 characters',
        'address.city must be a string',
        'items.1.name must be a string',
      ],
    })
  })

  it('hands on the value as it came, unless told to transform', () => {
    expect(new ValidationPipe().transform(jane, body(CreateUser))).toBe(jane)
    expect(new ValidationPipe({ transform: true }).transform(jane, body(CreateUser))).toBeInstanceOf(
      CreateUser,
    )
  })

  it('takes dangerous keys out of a value that it hands on', () => {
    const evil = JSON.parse('{"page":1,"__proto__":{"a":1},"more":[{"constructor":{}}]}') as object
    expect(Object.keys(new ValidationPipe().transform(evil, body(Page)) as object)).toEqual(['page', 'more'])
    expect(evil).toEqual({ page: 1, more: [{}] })
  })

  describe.each<[string, ValidationPipeOptions, unknown, unknown]>([
    ['whitelist', { whitelist: true }, { ...jane, admin: true }, jane],
    ['whitelist with transform', { whitelist: true, transform: true }, { ...jane, admin: true }, jane],
    ['skipMissingProperties', { skipMissingProperties: true }, { name: 'Jane' }, { name: 'Jane' }],
    ['skipUndefinedProperties', { skipUndefinedProperties: true }, { name: 'Jane' }, { name: 'Jane' }],
    ['skipNullProperties', { skipNullProperties: true }, { ...jane, email: null }, { ...jane, email: null }],
    ['groups', { groups: ['other'] }, { email: 1, name: 1 }, { email: 1, name: 1 }],
    ['strictGroups', { strictGroups: true }, { ...jane, name: 1 }, { ...jane, name: 1 }],
  ])('%s', (_name, options, given, expected) => {
    it('accepts', () => {
      expect(new ValidationPipe(options).transform(given, body(CreateUser))).toEqual(expected)
    })
  })

  it.each<[string, ValidationPipeOptions, unknown, string[]]>([
    [
      'forbidNonWhitelisted',
      { whitelist: true, forbidNonWhitelisted: true },
      { ...jane, admin: true },
      ['property admin should not exist'],
    ],
    ['groups', { groups: ['create'] }, {}, ['name must be longer than or equal to 2 characters']],
    [
      'always',
      { groups: ['create'], always: true },
      {},
      ['email must be an email', 'name must be longer than or equal to 2 characters'],
    ],
    ['dismissDefaultMessages', { dismissDefaultMessages: true }, { name: 'Jane' }, ['']],
    [
      'stopAtFirstError',
      { stopAtFirstError: true },
      { ...jane, items: 'none' },
      ['items must contain at least 1 elements'],
    ],
  ])('%s refuses', (_name, options, given, expected) => {
    expect(messages(() => new ValidationPipe(options).transform(given, body(CreateUser)))).toEqual(expected)
  })

  it('forbidUnknownValues refuses classes without rules; by default they pass', () => {
    class Bare {}
    expect(new ValidationPipe().transform({ a: 1 }, body(Bare))).toEqual({ a: 1 })
    for (const odd of ['text', 7, [], Buffer.from('x')])
      expect(new ValidationPipe({ whitelist: true, transform: true }).transform(odd, body(Bare))).toEqual(odd)
    const strict = new ValidationPipe({ forbidUnknownValues: true })
    expect(strict.transform(jane, body(CreateUser))).toBe(jane)
    expect(messages(() => strict.transform({ a: 1 }, body(Bare)))).toEqual([
      'an unknown value was passed to the validate function',
    ])
  })

  it('disableErrorMessages answers without saying what was wrong', () => {
    const pipe = new ValidationPipe({ disableErrorMessages: true })
    expect(refusal(() => pipe.transform({}, body(CreateUser))).getResponse()).toEqual({
      statusCode: 400,
      message: 'Bad Request',
    })
  })

  it('errorHttpStatusCode chooses the status', () => {
    const pipe = new ValidationPipe({ errorHttpStatusCode: 422 })
    const exception = refusal(() => pipe.transform({ email: 1, name: 'Jane' }, body(CreateUser)))
    expect(exception.getStatus()).toBe(422)
    expect(exception.getResponse()).toMatchObject({
      error: 'Unprocessable Entity',
      message: ['email must be an email'],
    })
  })

  it('exceptionFactory makes the exception, also later', async () => {
    class Mine extends Error {}
    const factory = (errors: ValidationError[]) => new Mine(errors.map(({ property }) => property).join())
    expect(() => new ValidationPipe({ exceptionFactory: factory }).transform({}, body(CreateUser))).toThrow(
      new Mine('email,name'),
    )
    const later = new ValidationPipe({ exceptionFactory: (errors) => Promise.resolve(factory(errors)) })
    await expect(later.transform({}, body(CreateUser))).rejects.toThrow(Mine)
  })

  it('derived classes may make the exception, or word the messages', () => {
    class Own extends ValidationPipe {
      override createExceptionFactory() {
        return (errors: unknown[]) => new RangeError(`${errors.length} wrong`)
      }
    }
    class Shouting extends ValidationPipe {
      protected override flattenValidationErrors(errors: never[]) {
        return super.flattenValidationErrors(errors).map((one) => one.toUpperCase())
      }
    }
    class Named {
      @IsString() name!: string
    }
    const metadata = { type: 'body', metatype: Named } as const
    expect(() => new Own().transform({}, metadata)).toThrow(new RangeError('1 wrong'))
    expect(() => new Shouting().transform({}, metadata)).toThrow(
      expect.objectContaining({
        response: expect.objectContaining({ message: ['NAME MUST BE A STRING'] }) as unknown,
      }),
    )
  })

  it('validationError hides target and value', () => {
    const seen: ValidationError[] = []
    const exceptionFactory = (errors: ValidationError[]) => (seen.push(...errors), new Error('refused'))
    const pipe = new ValidationPipe({ exceptionFactory, validationError: { target: false, value: false } })
    expect(() => pipe.transform({ name: 'Jane' }, body(CreateUser))).toThrow('refused')
    expect(Object.keys(seen[0]!).sort()).toEqual(['children', 'constraints', 'property'])
  })

  it('shows exceptionFactory no target, and values only of what has no children, unless told otherwise', () => {
    const seen: ValidationError[] = []
    const exceptionFactory = (errors: ValidationError[]) => (
      seen.splice(0, seen.length, ...errors),
      new Error('refused')
    )
    const wrong = { ...jane, items: [{ name: 2 }] }
    const refuse = (options: ValidationPipeOptions) =>
      expect(() =>
        new ValidationPipe({ exceptionFactory, ...options }).transform(wrong, body(CreateUser)),
      ).toThrow('refused')
    refuse({})
    const [{ children: [item] = [], ...items }] = seen as [ValidationError]
    expect(items).toEqual({ property: 'items' })
    expect(Object.keys(item!).sort()).toEqual(['children', 'property'])
    expect(item!.children![0]).toMatchObject({ property: 'name', value: 2 })
    refuse({ validationError: { target: true, value: true } })
    expect(seen[0]).toMatchObject({ target: wrong, value: [{ name: 2 }] })
  })

  it('groups messages by their path, if asked to', () => {
    const pipe = new ValidationPipe({ errorFormat: 'grouped', errorHttpStatusCode: 422 })
    const wrong = { email: 'x', name: 'J', address: { city: 1 }, items: [{ name: 'ok' }, { name: 2 }] }
    const exception = refusal(() => pipe.transform(wrong, body(CreateUser)))
    expect(exception.getResponse()).toEqual({
      statusCode: 422,
      error: 'Unprocessable Entity',
      message: {
        email: ['email must be an email'],
        name: ['name must be longer than or equal to 2 characters'],
        'address.city': ['city must be a string'],
        'items.1.name': ['name must be a string'],
      },
    })
  })

  it('leaves out messages beyond a length, and says so', () => {
    const wrong = { email: 'x', name: 'J', items: [{ name: 1 }, { name: 2 }] }
    const answer = (options: ValidationPipeOptions) => {
      const exception = refusal(() => new ValidationPipe(options).transform(wrong, body(CreateUser)))
      return {
        ...(exception.getResponse() as { message: unknown }),
        entries: (exception.options.problem!['errors'] as { path: string }[]).map(({ path }) => path),
      }
    }
    expect(answer({ maxErrorMessagesLength: 90 })).toMatchObject({
      message: [
        'email must be an email',
        'name must be longer than or equal to 2 characters',
        'items.0.name must be a string',
        'Further validation errors were omitted',
      ],
      entries: ['/email', '/name', '/items/0/name'],
    })
    expect(answer({ maxErrorMessagesLength: 1, errorFormat: 'grouped' })).toMatchObject({
      message: { email: ['email must be an email'], '...': ['Further validation errors were omitted'] },
      entries: ['/email'],
    })
    expect(answer({ maxErrorMessagesLength: Infinity }).message).toHaveLength(4)
  })

  it('derived classes know its options, and may leave out parameters', () => {
    class Own extends ValidationPipe {
      readonly seen = [this.isTransformEnabled, this.isDetailedOutputDisabled, this.errorHttpStatusCode]
      protected override toValidate(metadata: ArgumentMetadata): boolean {
        return metadata.type !== 'query' && super.toValidate(metadata)
      }
    }
    const pipe = new Own({ transform: true, errorHttpStatusCode: 422 })
    expect(pipe.seen).toEqual([true, false, 422])
    expect(pipe.prepare({ type: 'query', metatype: CreateUser })).toBeUndefined()
    expect(() => pipe.transform({}, body(CreateUser))).toThrow(HttpException)
  })

  it('validateCustomDecorators includes parameters of the application', () => {
    const custom: ArgumentMetadata = { type: 'custom', metatype: CreateUser }
    expect(new ValidationPipe().prepare(custom)).toBeUndefined()
    expect(() => new ValidationPipe({ validateCustomDecorators: true }).transform({}, custom)).toThrow(
      HttpException,
    )
  })

  it('expectedType validates as another class than the declared one', () => {
    const pipe = new ValidationPipe({ expectedType: Page, transform: true })
    expect(pipe.transform({ page: 1 }, body(Object))).toBeInstanceOf(Page)
    expect(() => pipe.transform({ page: 0 }, body(CreateUser))).toThrow(HttpException)
  })

  it('transformOptions reach the transformation', () => {
    const pipe = new ValidationPipe({ transform: true, transformOptions: { enableImplicitConversion: true } })
    expect(pipe.transform({ page: '3' }, body(Page))).toEqual({ page: 3 })
    expect(() => new ValidationPipe({ transform: true }).transform({ page: '3' }, body(Page))).toThrow()
  })

  it('maxDepth bounds the nesting', () => {
    expect(() =>
      new ValidationPipe({ maxDepth: 1 }).transform({ ...jane, items: [{ name: 'a' }] }, body(CreateUser)),
    ).toThrow(expect.objectContaining({ code: 'CORBEL_VALIDATION_DEPTH' }))
  })

  it('waits for asynchronous rules, and only then', async () => {
    @ValidatorConstraint({ name: 'free', async: true })
    class Free {
      validate(value: unknown) {
        return Promise.resolve(value !== 'taken')
      }
      defaultMessage() {
        return '$property is taken'
      }
    }
    class SignUp {
      @Validate(Free)
      login: string
    }
    const pipe = new ValidationPipe({ transform: true })
    await expect(pipe.transform({ login: 'free' }, body(SignUp))).resolves.toBeInstanceOf(SignUp)
    await expect(pipe.transform({ login: 'taken' }, body(SignUp))).rejects.toMatchObject({
      response: { message: ['login is taken'] },
    })
    expect(pipe.transform(jane, body(CreateUser))).not.toBeInstanceOf(Promise)
  })

  describe('what is no object', () => {
    it.each([[undefined], [null]])('%s is validated as an empty one', (missing) => {
      expect(messages(() => new ValidationPipe().transform(missing, body(CreateUser)))).toHaveLength(2)
      expect(new ValidationPipe().transform(missing, body(Page))).toBe(missing)
      expect(new ValidationPipe({ transform: true }).transform(missing, body(Page))).toBeInstanceOf(Page)
    })

    it.each([['text'], [7], [true]])('%s is refused', (primitive) => {
      expect(() => new ValidationPipe().transform(primitive, body(CreateUser))).toThrow(HttpException)
      expect(() => new ValidationPipe().transform(primitive, body(Page))).toThrow(HttpException)
    })

    it.each<[string, unknown]>([
      ['a text', 'text'],
      ['a list', [{ page: 1 }]],
      ['an empty list', []],
      ['bytes', Buffer.from('text')],
      ['a buffer', new ArrayBuffer(3)],
    ])('%s is refused even where nothing is required', (_name, given) => {
      for (const options of [{}, { whitelist: true }, { whitelist: true, transform: true }]) {
        const exception = refusal(() =>
          new ValidationPipe({ ...options, skipMissingProperties: true }).transform(given, body(Page)),
        )
        expect(exception.getResponse()).toMatchObject({
          message: ['Validation failed (object is expected)'],
        })
        expect(exception.options.problem!['errors']).toEqual([
          { path: '', messages: ['Validation failed (object is expected)'], code: 'isObject' },
        ])
      }
    })

    it('bytes are no nested object either', () => {
      for (const options of [{}, { whitelist: true, transform: true }])
        expect(
          messages(() =>
            new ValidationPipe(options).transform(
              { ...jane, address: Buffer.from('x'), items: [Buffer.from('y')] },
              body(CreateUser),
            ),
          ),
        ).toEqual([
          'nested property address must be either object or array',
          'items.each value in nested property items must be either object or array',
        ])
    })

    it('a list does not slip past the rules', () => {
      expect(messages(() => new ValidationPipe().transform([jane], body(CreateUser)))).toHaveLength(2)
    })
  })

  describe('parameters that are not validated', () => {
    it.each([[undefined], [String], [Boolean], [Number], [Array], [Object], [Buffer], [Date]])(
      '%s costs nothing',
      (type) => {
        expect(new ValidationPipe().prepare(body(type as never))).toBeUndefined()
        expect(new ValidationPipe({ transform: true }).prepare(body(type as never))).toBeUndefined()
      },
    )

    it.each<[ArgumentMetadata['type'], unknown, unknown, unknown]>([
      ['param', Number, '12', 12],
      ['query', Number, 'x', Number.NaN],
      ['query', Number, undefined, undefined],
      ['query', Number, { toString: 1 }, Number.NaN],
      ['query', Boolean, 'true', true],
      ['query', Boolean, true, true],
      ['query', Boolean, '1', false],
      ['query', Boolean, undefined, undefined],
      ['param', String, 'a', 'a'],
      ['query', String, 1, '1'],
      ['query', String, ['a', 'b'], 'a,b'],
      ['query', String, [], ''],
      ['query', String, { toString: 1 }, '[object Object]'],
      ['query', String, undefined, undefined],
      ['body', Number, '12', '12'],
    ])('%s of type %p: %p becomes %p with transform', (type, metatype, given, expected) => {
      const metadata = { type, metatype, data: 'id' } as ArgumentMetadata
      expect(new ValidationPipe({ transform: true }).transform(given, metadata)).toEqual(expected)
      expect(new ValidationPipe().transform(given, metadata)).toBe(given)
    })

    it('whole path and query objects stay as they are', () => {
      expect(
        new ValidationPipe({ transform: true }).prepare({ type: 'query', metatype: Number as never }),
      ).toBeUndefined()
    })
  })

  describe('with a Standard Schema', () => {
    const positive: StandardSchema<number> = {
      '~standard': {
        version: 1,
        vendor: 'spec',
        validate: (value) =>
          Number(value) > 0
            ? { value: Number(value) }
            : { issues: [{ message: 'too small', path: ['a', { key: 0 }] }, { message: 'no' }] },
      },
    }
    const later: StandardSchema = {
      '~standard': {
        version: 1,
        vendor: 'spec',
        validate: (value) => Promise.resolve(positive['~standard'].validate(value)),
      },
    }

    it('gives what the schema makes of the value', () => {
      expect(new ValidationPipe({ schema: positive }).transform('3', body(Object))).toBe(3)
    })

    it('makes messages of its issues', () => {
      expect(messages(() => new ValidationPipe({ schema: positive }).transform('-3', body(Object)))).toEqual([
        'a.0: too small',
        'no',
      ])
    })

    it('takes it for the type of a parameter', async () => {
      expect(new ValidationPipe().transform('3', body(positive as never))).toBe(3)
      await expect(new ValidationPipe().transform('3', body(later as never))).resolves.toBe(3)
      await expect(new ValidationPipe().transform('0', body(later as never))).rejects.toThrow(HttpException)
    })
  })
})
