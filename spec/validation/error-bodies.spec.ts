import { Type } from 'class-transformer'
import { IsEmail, IsInt, IsOptional, IsString, Length, Min, ValidateNested } from 'class-validator'
import {
  Body,
  Controller,
  createApp,
  errorEntries,
  Get,
  Module,
  Param,
  ParseArrayPipe,
  Post,
  Query,
  ValidationPipe,
  type CreateAppOptions,
  type HttpRequest,
  type StandardSchema,
  type Untranslated,
} from 'corbel'
import { serve } from '../web/serve.js'

class Address {
  @IsString() city: string;
  @Length(5, 5) ['zip/~code']: string
}

class Item {
  @IsInt() @Min(1) count: number
}

class Order {
  @IsEmail() @Length(10, 40) email: string
  @ValidateNested() @Type(() => Address) address: Address
  @IsOptional() @ValidateNested({ each: true }) @Type(() => Item) items?: Item[]
}

class Page {
  @IsOptional() @IsInt() @Min(1) page?: number
}

const schema: StandardSchema = {
  '~standard': {
    version: 1,
    vendor: 'spec',
    validate: () => ({
      issues: [
        { message: 'Too small', path: ['lines', { key: 0 }], code: 'too_small' } as never,
        { message: 'Wrong' },
      ],
    }),
  },
}

@Controller()
class Orders {
  @Post('orders') create(@Body() order: Order): Order {
    return order
  }
  @Post('wrapped') wrapped(@Body('order') order: Order): Order {
    return order
  }
  @Post('many') many(@Body(new ParseArrayPipe({ items: Item })) items: Item[]): Item[] {
    return items
  }
  @Post('all') all(
    @Body(new ParseArrayPipe({ items: Item, stopAtFirstError: false })) items: Item[],
  ): Item[] {
    return items
  }
  @Post('schema') schema(@Body(schema) body: unknown): unknown {
    return body
  }
  @Get('pages') pages(@Query() page: Page): Page {
    return page
  }
  @Get('pages/:id') page(@Param('id') id: number): number {
    return id
  }
}

@Module({ controllers: [Orders] })
class Root {}

const wrong = {
  email: 'x',
  address: { city: 1, 'zip/~code': '1' },
  items: [{ count: 1 }, { count: 'two' }],
}
const messages = [
  'email must be longer than or equal to 10 characters',
  'email must be an email',
  'address.city must be a string',
  'address.zip/~code must be longer than or equal to 5 characters',
  'items.1.count must not be less than 1',
  'items.1.count must be an integer number',
]
const entries = [
  { path: '/email', messages: ['email must be longer than or equal to 10 characters'], code: 'isLength' },
  { path: '/email', messages: ['email must be an email'], code: 'isEmail' },
  { path: '/address/city', messages: ['city must be a string'], code: 'isString' },
  {
    path: '/address/zip~1~0code',
    messages: ['zip/~code must be longer than or equal to 5 characters'],
    code: 'isLength',
  },
  { path: '/items/1/count', messages: ['count must not be less than 1'], code: 'min' },
  { path: '/items/1/count', messages: ['count must be an integer number'], code: 'isInt' },
]

describe('the answer to what is not valid', () => {
  it('lists every rule that failed, with a JSON Pointer, in the problem form', async () => {
    const { post } = await serve(Root)
    const answer = await post('/orders', wrong)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      instance: '/orders',
      message: messages,
      error: 'Bad Request',
      statusCode: 400,
      errors: entries,
    })
  })

  it('has nothing but the familiar members in the plain form', async () => {
    const { post } = await serve(Root, { errors: 'plain' })
    const answer = await post('/orders', wrong)
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(await answer.json()).toEqual({ message: messages, error: 'Bad Request', statusCode: 400 })
  })

  it.each<[string, string, unknown, string[]]>([
    [
      'a part of the body',
      '/wrapped',
      { order: { ...wrong, items: [] } },
      ['/order/email', '/order/address/city'],
    ],
    ['an item of a list', '/many', [{ count: 1 }, { count: 0 }, { count: 0 }], ['/1/count']],
    ['all items of a list', '/all', [{ count: 0 }, { count: 1 }, { count: 0 }], ['/0/count', '/2/count']],
    ['an issue of a schema', '/schema', {}, ['/lines/0', '']],
    ['a list in the place of an object', '/orders', [], ['/email']],
  ])('points at %s', async (_title, path, body, pointers) => {
    const { post } = await serve(Root)
    const { errors } = (await (await post(path, body)).json()) as { errors: { path: string }[] }
    expect(errors.map((entry) => entry.path)).toEqual(expect.arrayContaining(pointers))
  })

  it('tells the codes of issues, and their messages without the path', async () => {
    const { post } = await serve(Root)
    expect(await (await post('/schema', {})).json()).toMatchObject({
      message: ['lines.0: Too small', 'Wrong'],
      errors: [
        { path: '/lines/0', messages: ['Too small'], code: 'too_small' },
        { path: '', messages: ['Wrong'], code: 'schema' },
      ],
    })
  })

  it('is the same for queries and paths', async () => {
    const { json } = await serve(Root)
    expect((await json('/pages?page=0')).errors).toEqual([
      { path: '/page', messages: ['page must not be less than 1'], code: 'min' },
    ])
    expect((await json('/pages/one')).errors).toEqual([
      { path: '/id', messages: ['id must be a number'], code: 'isNumber' },
    ])
  })

  it('keeps silent with disableErrorMessages', async () => {
    const { post } = await serve(Root, {}, (app) =>
      app.useGlobalPipes(new ValidationPipe({ disableErrorMessages: true })),
    )
    expect(Object.keys((await (await post('/orders', wrong)).json()) as object)).not.toContain('errors')
  })

  it('has at most a hundred entries, unless told otherwise', async () => {
    const items = Array.from({ length: 5000 }, () => ({ count: 0 }))
    const count = async (options: CreateAppOptions) => {
      const { post } = await serve(Root, options)
      const body = (await (await post('/orders', { ...wrong, items })).json()) as Record<string, unknown[]>
      return [body['message']!.length, body['errors']!.length]
    }
    expect(await count({})).toEqual([100, 100])
    expect(await count({ validation: { maxErrors: 7 } })).toEqual([7, 7])
  })

  it.each<['problem' | 'plain']>([['problem'], ['plain']])(
    'groups messages if asked to, in the %s form',
    async (errors) => {
      const { post } = await serve(Root, { errors, validation: { errorFormat: 'grouped' } })
      const body = (await (await post('/orders', wrong)).json()) as Record<string, unknown>
      expect(body).toMatchObject({
        message: {
          email: ['email must be longer than or equal to 10 characters', 'email must be an email'],
          'address.city': ['city must be a string'],
          'items.1.count': ['count must not be less than 1', 'count must be an integer number'],
        },
        error: 'Bad Request',
        statusCode: 400,
      })
      expect(body['errors']).toEqual(errors === 'problem' ? entries : undefined)
    },
  )

  it('is 400 to bytes where an object is expected', async () => {
    const { url } = await serve(Root, {}, (app) => app.useBodyParser('raw'))
    for (const form of ['application/octet-stream', 'text/plain']) {
      const answer = await fetch(`${url}/orders`, {
        method: 'POST',
        headers: { 'content-type': form },
        body: 'no order',
      })
      expect(answer.status).toBe(400)
    }
  })

  it('may be made by the application from the same entries', async () => {
    const { post } = await serve(Root, {}, (app) =>
      app.useGlobalPipes(
        new ValidationPipe({
          exceptionFactory: (errors) =>
            Object.assign(new Error(errorEntries(errors)[0]!.path), { status: 422 }),
        }),
      ),
    )
    const answer = await post('/orders', wrong)
    expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([422, '/email'])
  })
})

describe('messages in the language of the call', () => {
  const words: Record<string, (error: Untranslated) => string> = {
    isEmail: () => 'Das ist keine E-Mail-Adresse',
    isLength: ({ constraints }) => `Bitte ${constraints.join(' bis ')} Zeichen`,
    min: ({ constraints, value }) => `${String(value)} ist weniger als ${String(constraints[0])}`,
    too_small: ({ defaultMessage }) => `${defaultMessage}: zu klein`,
  }
  const seen: Untranslated[] = []
  const validation: CreateAppOptions['validation'] = {
    validationError: { target: false, value: false },
    translate: (error, context) => {
      seen.push(error)
      const request = context!.switchToHttp().getRequest<HttpRequest>()
      return request.acceptsLanguages('de') === false ? undefined : words[error.code]?.(error)
    },
  }
  const ask = (url: string, path: string, body: unknown, language: string) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': language },
      body: JSON.stringify(body),
    }).then((answer) => answer.json() as Promise<{ message: string[]; errors: { messages: string[] }[] }>)

  it('are asked for with everything that is known, and stay where there is none', async () => {
    const { url } = await serve(Root, { validation })
    seen.length = 0
    const body = { ...wrong, items: [{ count: 0 }] }
    const german = await ask(url, '/orders', body, 'de-AT, en;q=0.5')
    expect(german.errors.map((entry) => entry.messages[0])).toEqual([
      'Bitte 10 bis 40 Zeichen',
      'Das ist keine E-Mail-Adresse',
      'city must be a string',
      'Bitte 5 bis 5 Zeichen',
      '0 ist weniger als 1',
    ])
    expect(german.message[3]).toBe('address.Bitte 5 bis 5 Zeichen')
    expect(seen.at(-1)).toEqual({
      code: 'min',
      path: ['items', '0', 'count'],
      property: 'count',
      constraints: [1],
      value: 0,
      target: expect.any(Item),
      defaultMessage: 'count must not be less than 1',
    })
    const english = await ask(url, '/orders', body, 'en')
    expect(english.errors[1]!.messages).toEqual(['email must be an email'])
  })

  it('serve schemas, and every pipe', async () => {
    const { url } = await serve(Root, { validation })
    const { message, errors } = await ask(url, '/schema', {}, 'de')
    expect([message[0], errors[0]!.messages]).toEqual([
      'lines.0: Too small: zu klein',
      ['Too small: zu klein'],
    ])
    const own = await serve(Root, {}, (app) => app.useGlobalPipes(new ValidationPipe(validation)))
    expect((await ask(own.url, '/orders', wrong, 'de')).errors[1]!.messages).toEqual([
      'Das ist keine E-Mail-Adresse',
    ])
  })

  it('reach exceptionFactory, and a pipe that is called by hand', () => {
    const pipe = new ValidationPipe({
      translate: ({ code }, context) => `${code} ${typeof context}`,
      exceptionFactory: (errors) => new Error(JSON.stringify(errors[0]!.constraints)),
    })
    expect(() => pipe.transform({ page: 0 }, { type: 'query', metatype: Page })).toThrow(
      '{"min":"min undefined"}',
    )
  })

  it('cost nothing where nothing fails', async () => {
    const translate = jest.fn()
    const app = await createApp(Root, { logger: false, validation: { translate } })
    const right = { email: 'ada@example.com', address: { city: 'x', 'zip/~code': '12345' } }
    expect((await app.inject({ method: 'POST', url: '/orders', payload: right })).status).toBe(201)
    expect(translate).not.toHaveBeenCalled()
    await app.close()
  })
})
