import { Type } from 'class-transformer'
import { IsArray, IsInt, IsOptional, IsString, Min, MinLength, ValidateNested } from 'class-validator'
import {
  Body,
  Controller,
  createParamDecorator,
  DefaultValuePipe,
  Get,
  Headers,
  Injectable,
  Module,
  Param,
  ParseArrayPipe,
  ParseBoolPipe,
  ParseDatePipe,
  ParseEnumPipe,
  ParseFloatPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  Post,
  Put,
  Query,
  Scope,
  UnprocessableEntityException,
  UsePipes,
  ValidationPipe,
  type PipeTransform,
} from 'corbel'
import { serve } from '../web/serve.js'

class Toy {
  @IsString() name!: string
}
class Cat {
  @IsString() @MinLength(2) name!: string
  @IsOptional() @ValidateNested() @Type(() => Toy) favourite?: Toy
  @IsOptional() @IsArray() @ValidateNested({ each: true }) @Type(() => Toy) toys?: Toy[]
}
class Page {
  @Type(() => Number) @IsInt() @Min(1) page = 1
}

async function served(controller: any, setUp?: (app: any) => unknown, providers: any[] = []) {
  @Module({ controllers: [controller], providers })
  class AppModule {}
  const { json, post, fetch } = await serve(
    AppModule,
    { errors: 'plain', validation: false } as object,
    setUp,
  )
  return {
    fetch,
    get: (path: string, init?: RequestInit) => json(path, init),
    post: async (path: string, body: unknown) => (await post(path, body)).json(),
  }
}
const refused = (message: unknown) => ({ statusCode: 400, message, error: 'Bad Request' })

describe('parse pipes over HTTP', () => {
  enum Kind {
    Tom = 'tom',
    Queen = 'queen',
  }
  @Controller()
  class Root {
    @Get('int/:id') int(@Param('id', ParseIntPipe) id: number) {
      return { id }
    }
    @Get('float') float(@Query('n', ParseFloatPipe) n: number) {
      return { n }
    }
    @Get('bool') bool(@Query('b', new DefaultValuePipe(true), ParseBoolPipe) b: boolean) {
      return { b }
    }
    @Get('uuid/:id') uuid(@Param('id', new ParseUUIDPipe({ version: '4' })) id: string) {
      return { id }
    }
    @Get('enum') kind(@Query('k', new ParseEnumPipe(Kind)) k: Kind) {
      return { k }
    }
    @Get('date') date(@Query('d', ParseDatePipe) d: Date) {
      return { d, isDate: d instanceof Date }
    }
    @Get('list') list(@Query('ids', new ParseArrayPipe({ items: Number, separator: ',' })) ids: number[]) {
      return { ids }
    }
    @Post('bulk') bulk(@Body(new ParseArrayPipe({ items: Cat })) cats: Cat[]) {
      return { count: cats.length, isCat: cats.every((cat) => cat instanceof Cat) }
    }
    @Get('header') header(@Headers('x-n', ParseIntPipe) n: number) {
      return { n }
    }
    @Get('optional') optional(@Query('n', new ParseIntPipe({ optional: true })) n?: number) {
      return { n: n ?? 'none' }
    }
    @Get('teapot/:n')
    teapot(
      @Param('n', new ParseIntPipe({ errorHttpStatusCode: 418 })) n: number,
      @Query('m', new ParseIntPipe({ exceptionFactory: (why) => new UnprocessableEntityException(why) }))
      m: number,
    ) {
      return { n, m }
    }
  }

  it.each<[string, unknown]>([
    ['/int/12', { id: 12 }],
    ['/int/x', refused('Validation failed (numeric string is expected)')],
    ['/float?n=1.5', { n: 1.5 }],
    ['/float', refused('Validation failed (numeric string is expected)')],
    ['/bool', { b: true }],
    ['/bool?b=false', { b: false }],
    ['/bool?b=0', refused('Validation failed (boolean string is expected)')],
    ['/uuid/123e4567-e89b-42d3-a456-426614174000', { id: '123e4567-e89b-42d3-a456-426614174000' }],
    ['/uuid/123e4567-e89b-12d3-a456-426614174000', refused('Validation failed (uuid v 4 is expected)')],
    ['/enum?k=tom', { k: 'tom' }],
    ['/enum?k=Tom', refused('Validation failed (enum string is expected)')],
    ['/date?d=2024-02-29', { d: '2024-02-29T00:00:00.000Z', isDate: true }],
    ['/date', refused('Validation failed (no Date provided)')],
    ['/date?d=x', refused('Validation failed (invalid date format)')],
    ['/list?ids=1,2', { ids: [1, 2] }],
    ['/list?ids=1&ids=2', { ids: [1, 2] }],
    ['/list?ids=1,x', refused('[1] item must be a number')],
    ['/list', refused('Validation failed (parsable array expected)')],
    ['/header', refused('Validation failed (numeric string is expected)')],
    ['/optional', { n: 'none' }],
    ['/optional?n=3', { n: 3 }],
    ['/optional?n=', refused('Validation failed (numeric string is expected)')],
    ['/teapot/1?m=2', { n: 1, m: 2 }],
    [
      '/teapot/x?m=2',
      {
        statusCode: 418,
        message: 'Validation failed (numeric string is expected)',
        error: "I'm a teapot",
      },
    ],
    [
      '/teapot/1',
      {
        statusCode: 422,
        message: 'Validation failed (numeric string is expected)',
        error: 'Unprocessable Entity',
      },
    ],
  ])('GET %s', async (path, expected) => {
    expect(await (await served(Root)).get(path)).toEqual(expected)
  })

  it('a list of objects', async () => {
    const { post, get } = await served(Root)
    expect(await post('/bulk', [{ name: 'Tom' }, { name: 'Ada' }])).toEqual({ count: 2, isCat: true })
    expect(await post('/bulk', [{ name: 'Tom' }, { name: 1 }])).toMatchObject({
      message: expect.arrayContaining(['name must be a string']) as unknown,
    })
    expect(await post('/bulk', { name: 'Tom' })).toEqual(
      refused('Validation failed (parsable array expected)'),
    )
    expect(await get('/header', { headers: { 'x-n': '7' } })).toEqual({ n: 7 })
  })
})

describe('ValidationPipe over HTTP', () => {
  @Controller()
  class Root {
    @Post('cats') create(@Body() cat: Cat) {
      return { isCat: cat instanceof Cat, cat }
    }
    @Get('pages') page(@Query() page: Page) {
      return { isPage: page instanceof Page, page: page.page }
    }
    @Get('prim/:id/:on') prim(@Param('id') id: number, @Param('on') on: boolean, @Query('q') q: string) {
      return { id: typeof id, on: typeof on, q: typeof q }
    }
    @Get('both/:id') both(@Param('id', ParseIntPipe) id: number) {
      return { id }
    }
    @Put('strict')
    @UsePipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }))
    strict(@Body() cat: Cat) {
      return cat
    }
    @Put('own') own(@Body(new ValidationPipe({ whitelist: true })) cat: Cat) {
      return cat
    }
  }
  const globally = (options?: object) => (app: any) => app.useGlobalPipes(new ValidationPipe(options))

  it('tells every message, nested ones after their path', async () => {
    const { post } = await served(Root, globally())
    expect(
      await post('/cats', { name: 1, favourite: { name: 2 }, toys: [{ name: 'x' }, { name: 3 }] }),
    ).toEqual(
      refused([
        'name must be longer than or equal to 2 characters',
        'name must be a string',
        'favourite.name must be a string',
        'toys.1.name must be a string',
      ]),
    )
  })

  it('hands on what came, or instances with transform', async () => {
    const plain = await served(Root, globally())
    expect(await plain.post('/cats', { name: 'Tom', extra: 1 })).toEqual({
      isCat: false,
      cat: { name: 'Tom', extra: 1 },
    })
    expect(await plain.get('/prim/1/true?q=1')).toEqual({ id: 'string', on: 'string', q: 'string' })
    const made = await served(Root, globally({ transform: true }))
    expect(await made.post('/cats', { name: 'Tom' })).toEqual({ isCat: true, cat: { name: 'Tom' } })
    expect(await made.get('/pages?page=3')).toEqual({ isPage: true, page: 3 })
    expect(await made.get('/pages')).toEqual({ isPage: true, page: 1 })
    expect(await made.get('/prim/1/true?q=1&q=2')).toEqual({ id: 'number', on: 'boolean', q: 'string' })
    expect(await made.get('/pages?page=0')).toEqual(refused(['page must not be less than 1']))
  })

  it('works with pipes of the parameter that come after it', async () => {
    const { get } = await served(Root, globally({ transform: true }))
    expect(await get('/both/12')).toEqual({ id: 12 })
    expect(await get('/both/x')).toEqual(refused('Validation failed (numeric string is expected)'))
  })

  it('on method and parameter adds to the global one', async () => {
    const { fetch } = await served(Root, globally())
    const put = async (path: string, body: object) => {
      const init = {
        method: 'PUT',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }
      return (await fetch(path, init)).json()
    }
    expect(await put('/strict', { name: 'Tom', extra: 1 })).toEqual(
      refused(['property extra should not exist']),
    )
    expect(await put('/own', { name: 'Tom', extra: 1 })).toEqual({ name: 'Tom' })
  })

  it.each<[string, object, unknown]>([
    ['disableErrorMessages', { disableErrorMessages: true }, { statusCode: 400, message: 'Bad Request' }],
    [
      'errorHttpStatusCode',
      { errorHttpStatusCode: 422, stopAtFirstError: true },
      {
        statusCode: 422,
        message: ['name must be longer than or equal to 2 characters'],
        error: 'Unprocessable Entity',
      },
    ],
    [
      'exceptionFactory',
      {
        exceptionFactory: (errors: unknown[]) => new UnprocessableEntityException(`${errors.length} errors`),
      },
      { statusCode: 422, message: '1 errors', error: 'Unprocessable Entity' },
    ],
  ])('%s', async (_name, options, expected) => {
    const { post } = await served(Root, globally(options))
    expect(await post('/cats', { name: 1 })).toEqual(expected)
  })

  it('validates what the application’s own decorators give only if told to', async () => {
    const User = createParamDecorator(() => ({ name: 'x' }))
    @Controller()
    class Own {
      @Get('skipped') skipped(@User() cat: Cat) {
        return cat
      }
      @Get('checked') checked(@User(new ValidationPipe({ validateCustomDecorators: true })) cat: Cat) {
        return cat
      }
    }
    const { get } = await served(Own, globally())
    expect(await get('/skipped')).toEqual({ name: 'x' })
    expect(await get('/checked')).toEqual(refused(['name must be longer than or equal to 2 characters']))
  })
})

describe('pipes that wait', () => {
  @Injectable({ scope: Scope.REQUEST })
  class Later implements PipeTransform<string> {
    async transform(value: string) {
      await new Promise(setImmediate)
      if (value === 'bad') throw new UnprocessableEntityException('bad later')
      return `${value} later`
    }
  }

  it('hold the handler back, and their rejection is the answer', async () => {
    const handled = jest.fn()
    @Controller()
    class Root {
      @Get(':a/:b/:c') read(
        @Param('a', Later) a: string,
        @Param('b') b: string,
        @Param('c', Later) c: string,
      ) {
        handled()
        return [a, b, c]
      }
    }
    const { get } = await served(Root)
    expect(await get('/1/2/3')).toEqual(['1 later', '2', '3 later'])
    expect(await get('/1/2/bad')).toMatchObject({ statusCode: 422 })
    expect(await get('/bad/2/bad')).toMatchObject({ statusCode: 422 })
    expect(handled).toHaveBeenCalledTimes(1)
  })
})
