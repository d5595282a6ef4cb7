import { Transform, Type } from 'class-transformer'
import {
  ArrayMaxSize,
  Contains,
  IsArray,
  IsBoolean,
  IsDate,
  IsIn,
  IsInt,
  IsNumberString,
  IsOptional,
  IsString,
  Min,
  ValidateNested,
} from 'class-validator'
import {
  Body,
  Controller,
  createApp,
  createParamDecorator,
  DefaultValuePipe,
  formatDescription,
  Get,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Query,
  ValidationPipe,
  type CreateAppOptions,
  type LoggerService,
  type PipeTransform,
  type StandardSchema,
} from 'corbel'
import { serve } from '../web/serve.js'

class Search {
  @IsOptional() @IsInt() @Min(1) page?: number
  @IsOptional() @IsBoolean() open?: boolean
  @IsOptional() @IsDate() since?: Date
  @IsOptional() @IsInt({ each: true }) ids?: number[]
  @IsOptional() @IsArray() @IsString({ each: true }) tags?: string[]
  @IsOptional() @Type(() => Number) @IsArray() @IsInt({ each: true }) sizes?: number[]
  @IsOptional() @IsNumberString() serial?: number
  @IsOptional() @Contains('-') range?: Date
  @IsOptional() @Transform(({ value }) => value === 'on') @IsBoolean() flag?: boolean
  @IsOptional() @IsIn([1, 2]) size?: number
}

class ById {
  @IsInt() id: number
}

/** Answers the type of a value beside it. */
function typed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(typed)
  return value instanceof Date ? `Date ${value.toISOString()}` : `${typeof value} ${String(value)}`
}

const double: PipeTransform = { transform: (value) => `${String(value)}${String(value)}` }

@Controller()
class Forms {
  @Get('search') search(@Query() query: Search): Record<string, unknown> {
    return Object.fromEntries(Object.entries(query).map(([key, value]) => [key, typed(value)]))
  }
  @Get('by-id/:id') byId(@Param() params: ById): unknown {
    return [typed(params.id), params instanceof ById]
  }
  @Get('number/:value') number(@Param('value') value: number): unknown {
    return [typed(value)]
  }
  @Get('piped/:value') piped(@Param('value', ParseIntPipe) value: number): unknown {
    return [typed(value)]
  }
  @Get('own/:value') own(@Param('value', double) value: number): unknown {
    return [typed(value)]
  }
  @Get('query') query(
    @Query('number') number?: number,
    @Query('open') open?: boolean,
    @Query('since') since?: Date,
    @Query('tags') tags?: string[],
    @Query('name') name?: string,
    @Query('limit', new DefaultValuePipe(10), ParseIntPipe) limit?: number,
  ): unknown {
    return { number, open, since, tags, name, limit }
  }
}

@Module({ controllers: [Forms] })
class FormsModule {}

describe('queries and paths', () => {
  it.each<[string, Record<string, unknown>]>([
    ['page=2&open=true', { page: 'number 2', open: 'boolean true' }],
    ['open=false', { open: 'boolean false' }],
    ['since=2024-05-06', { since: 'Date 2024-05-06T00:00:00.000Z' }],
    ['ids=1&ids=2', { ids: ['number 1', 'number 2'] }],
    ['ids=1', { ids: ['number 1'] }],
    ['tags=a', { tags: ['string a'] }],
    ['tags=1&tags=2', { tags: ['string 1', 'string 2'] }],
    ['sizes=1', { sizes: ['number 1'] }],
    ['serial=007', { serial: 'string 007' }],
    ['range=a-b', { range: 'string a-b' }],
    ['flag=on', { flag: 'boolean true' }],
    ['size=2', { size: 'number 2' }],
    ['', {}],
  ])('?%s arrives as the class declares it', async (query, expected) => {
    const { json } = await serve(FormsModule)
    expect(await json(`/search?${query}`)).toMatchObject(expected)
  })

  it.each([
    'page=x',
    'page=',
    'page=0x10',
    'page=1.5',
    'page=1&page=2',
    'open=1',
    'since=tomorrow',
    'since=2024-99-99',
    'ids=1&ids=x',
    'size=3',
  ])('?%s is refused', async (query) => {
    const { fetch } = await serve(FormsModule)
    expect((await fetch(`/search?${query}`)).status).toBe(400)
  })

  it('are converted by a ValidationPipe that transforms, too, but not by one that does not', async () => {
    const transforming = await serve(FormsModule, {}, (app) =>
      app.useGlobalPipes(new ValidationPipe({ transform: true })),
    )
    expect(await transforming.json('/search?page=2')).toMatchObject({ page: 'number 2' })
    const checking = await serve(FormsModule, {}, (app) => app.useGlobalPipes(new ValidationPipe()))
    expect((await checking.fetch('/search?page=2')).status).toBe(400)
  })

  it('leave implicit conversion alone, where it is on', async () => {
    const validation = { transformOptions: { enableImplicitConversion: true } }
    const { json } = await serve(FormsModule, { validation })
    // class-transformer's idea of a boolean
    expect(await json('/search?open=false')).toMatchObject({ open: 'boolean true' })
  })

  it('take names that reach prototypes for names', async () => {
    const { json } = await serve(FormsModule)
    expect(await json('/search?__proto__=1&constructor=2&page=3')).toMatchObject({ page: 'number 3' })
    expect(({} as Record<string, unknown>)['page']).toBeUndefined()
  })

  it('serve classes on whole paths', async () => {
    const { json, fetch } = await serve(FormsModule)
    expect(await json('/by-id/12')).toEqual(['number 12', true])
    expect((await fetch('/by-id/x')).status).toBe(400)
  })

  it('convert single parameters by their type, and refuse what is none of it', async () => {
    const { json, fetch } = await serve(FormsModule)
    expect(await json('/number/12')).toEqual(['number 12'])
    expect((await fetch('/number/twelve')).status).toBe(400)
    expect(await json('/query?number=1.5&open=false&since=2024-05-06&tags=a&name=a&name=b&limit=5')).toEqual({
      number: 1.5,
      open: false,
      since: '2024-05-06T00:00:00.000Z',
      tags: ['a'],
      name: 'a,b',
      limit: 5,
    })
    expect(await json('/query')).toEqual({ limit: 10 })
    for (const query of ['number=', 'number=1&number=2', 'open=yes', 'since=today'])
      expect((await fetch(`/query?${query}`)).status).toBe(400)
  })

  it('leave parameters to the pipes that stand on them', async () => {
    const { json } = await serve(FormsModule)
    expect(await json('/own/1')).toEqual(['string 11'])
    expect(await json('/piped/x')).toMatchObject({
      message: 'Validation failed (numeric string is expected)',
    })
  })

  it('arrive as they came with validation: false', async () => {
    const { json } = await serve(FormsModule, { validation: false })
    expect(await json('/number/12')).toEqual(['string 12'])
  })
})

describe('a Standard Schema', () => {
  /** As a library would make it: with methods that look like a pipe's. */
  const count: StandardSchema<{ count: number }> & { transform(): never } = {
    transform: () => {
      throw new Error('this is no pipe')
    },
    '~standard': {
      version: 1,
      vendor: 'spec',
      validate: (value) => {
        const given = Number((value as { count?: unknown } | undefined)?.count)
        return given > 0
          ? { value: { count: given } }
          : Promise.resolve({ issues: [{ message: 'Too small', path: ['count'] }] })
      },
    },
  }
  /** As arktype's and the DTO helpers of others make them. */
  class CountDto {
    static readonly schema = count
    count: number
  }
  class StandardDto {
    static readonly '~standard' = count['~standard']
    count: number
  }
  const Header = createParamDecorator((name: string, context) => ({
    count: context.switchToHttp().getRequest<{ headers: Record<string, string> }>().headers[name],
  }))

  const Own = createParamDecorator((data: unknown, context) => ({
    data,
    count: context.switchToHttp().getRequest<{ query: Record<string, string> }>().query['count'],
  }))
  const sum: PipeTransform = { transform: (value) => ({ count: (value as CountDto).count + 2 }) }

  @Controller()
  class Schemas {
    @Post('body') body(@Body(count) body: unknown): unknown {
      return body
    }
    @Post('part') part(@Body('part', count) body: unknown): unknown {
      return body
    }
    @Get('query') query(@Query(count) query: unknown): unknown {
      return query
    }
    @Get('path/:count') path(@Param(count) params: unknown): unknown {
      return params
    }
    @Post('dto') dto(@Body() body: CountDto): unknown {
      return body
    }
    @Post('standard') standard(@Body() body: StandardDto): unknown {
      return body
    }
    @Post('options') options(@Body({ schema: count }) body: unknown): unknown {
      return body
    }
    @Get('options') optionsOf(@Query({ schema: count, pipes: [sum] }) query: unknown): unknown {
      return query
    }
    @Post('pipe') pipe(@Body(new ValidationPipe({ schema: count })) body: unknown): unknown {
      return body
    }
    @Get('custom') custom(@Header('x-count', count) value: unknown): unknown {
      return value
    }
    @Get('own') own(@Own({ schema: count }) value: unknown): unknown {
      return value
    }
    @Get('data') data(@Own({ schema: 'public', pipes: 2 }) value: unknown): unknown {
      return value
    }
  }

  @Module({ controllers: [Schemas] })
  class SchemasModule {}

  const cases: [string, string, string, unknown?][] = [
    ['@Body(schema)', '/body', '/body', { count: '3' }],
    ['@Body(name, schema)', '/part', '/part', { part: { count: '3' } }],
    ['@Query(schema)', '/query?count=3', '/query?count=0'],
    ['@Param(schema)', '/path/3', '/path/x'],
    ['@Body({ schema })', '/options', '/options', { count: '3' }],
    ['@Query({ schema, pipes })', '/options?count=1', '/options?count=0'],
    ['a class with a static schema', '/dto', '/dto', { count: '3' }],
    ['a class that is one', '/standard', '/standard', { count: '3' }],
    ['ValidationPipe({ schema })', '/pipe', '/pipe', { count: '3' }],
  ]
  it.each(cases)('stands where a class would: %s', async (_title, right, wrong, body) => {
    const { fetch, post } = await serve(SchemasModule)
    const accepted = await (body === undefined ? fetch(right) : post(right, body))
    expect(await accepted.json()).toEqual({ count: 3 })
    const refused = await (body === undefined ? fetch(wrong) : post(wrong, { part: {} }))
    expect(refused.status).toBe(400)
    const { errors } = (await refused.json()) as { errors: { path: string; messages: string[] }[] }
    expect(errors[0]).toMatchObject({ path: expect.stringMatching(/\/count$/), messages: ['Too small'] })
  })

  it('stands in the options of a decorator of the application; other data is handed on', async () => {
    const { json } = await serve(SchemasModule)
    expect(await json('/own?count=3')).toEqual({ count: 3 })
    expect(await json('/own?count=0')).toMatchObject({ status: 400 })
    expect(await json('/data')).toEqual({ data: { schema: 'public', pipes: 2 } })
  })

  it('stands on parameters of the application, and beside a global ValidationPipe', async () => {
    const { fetch, post } = await serve(SchemasModule, {}, (app) => app.useGlobalPipes(new ValidationPipe()))
    expect((await fetch('/custom', { headers: { 'x-count': '3' } })).status).toBe(200)
    expect((await fetch('/custom')).status).toBe(400)
    expect(await (await post('/body', { count: '3' })).json()).toEqual({ count: 3 })
  })
})

describe('options of a parameter', () => {
  it('are pipes alone, too', async () => {
    @Controller()
    class Numbers {
      @Get() one(@Query('id', { pipes: [ParseIntPipe] }) id: number): unknown {
        return [id, typeof id]
      }
    }
    @Module({ controllers: [Numbers] })
    class Root {}
    const { json } = await serve(Root)
    expect(await json('/?id=7')).toEqual([7, 'number'])
    expect(await json('/?id=x')).toMatchObject({ status: 400 })
  })

  it.each([
    ['a schema that is none', { schema: { parse: () => 1 } }],
    ['pipes that are none', { pipes: [{ run: () => 1 }] }],
    ['another object', { groups: ['admin'] }],
  ])('are refused at boot with %s', async (_title, options) => {
    @Controller()
    class Wrong {
      @Get() one(@Query(options as never) query: unknown): unknown {
        return query
      }
    }
    @Module({ controllers: [Wrong] })
    class Root {}
    await expect(serve(Root)).rejects.toThrow('CORBEL_DECORATOR_MISPLACED')
  })
})

describe('app.describe()', () => {
  class Line {
    @IsInt() count: number
  }
  class Odd {
    @IsOptional() @Type(() => Line) lines?: Map<string, Line>
    @IsString() name: string
  }
  class Wrapper {
    @ValidateNested() @Type(() => Odd) odd: Odd
  }
  const schema: StandardSchema = {
    '~standard': { version: 1, vendor: 'spec', validate: (value) => ({ value }) },
  }
  @Controller()
  class Described {
    @Post('a') a(@Param() _none: object, @Body() line: Line): Line {
      return line
    }
    @Post('b') b(@Body() wrapper: Wrapper): Wrapper {
      return wrapper
    }
    @Post('c') c(@Body(schema) body: unknown): unknown {
      return body
    }
    @Get('d') d(): void {}
  }
  @Module({ controllers: [Described] })
  class DescribedModule {}

  it('says how each parameter is validated, and what is left to the library', async () => {
    const app = await createApp(DescribedModule, { logger: false })
    await app.init()
    const described = Object.fromEntries(
      app.describe().endpoints.map(({ handler, validation }) => [handler, validation]),
    )
    expect(described).toEqual({
      'Described.a': [{ parameter: 1, class: 'Line', fused: true, fallback: [] }],
      'Described.b': [{ parameter: 0, class: 'Wrapper', fused: true, fallback: ['Odd.lines: a Map'] }],
      'Described.c': [{ parameter: 0, schema: 'spec' }],
      'Described.d': undefined,
    })
    expect(formatDescription(app.describe())).toContain('left to class-transformer: Odd.lines: a Map')
    await app.close()
  })
})

describe('@ValidateNested() without @Type', () => {
  class Address {
    @IsString() city: string
  }
  class Untyped {
    @ValidateNested() address: Address
    @ValidateNested({ each: true }) @ArrayMaxSize(3) lines: Address[]
    @ValidateNested() other: object
    @ValidateNested() @Transform(({ value }) => Object.assign(new Address(), value)) made: Address
    @ValidateNested() @Type(() => Address) typed: Address
  }
  class Outer {
    @ValidateNested() @Type(() => Untyped) untyped: Untyped
  }
  @Controller()
  class Warned {
    @Post() create(@Body() body: Outer): void {
      void body
    }
  }
  @Module({ controllers: [Warned] })
  class WarnedModule {}

  const warningsWith = async (validation?: CreateAppOptions['validation']): Promise<string[]> => {
    const lines: string[] = []
    const ignore = (): void => undefined
    const logger: LoggerService = {
      log: ignore,
      error: ignore,
      warn: (text) => void lines.push(String(text)),
    }
    const app = await createApp(WarnedModule, { logger, ...(validation !== undefined && { validation }) })
    await app.init()
    await app.close()
    return lines
  }

  it('is warned of at boot, with what to write', async () => {
    const rest = 'has @ValidateNested() but no @Type, so nothing in it is validated. Write @Type(() =>'
    expect(await warningsWith()).toEqual([
      `Untyped.address ${rest} Address) beside it.`,
      `Untyped.lines ${rest} Item) beside it, Item being the class of its items.`,
      `Untyped.other ${rest} TheClass) beside it.`,
    ])
  })

  it('is right where declared types are used', async () => {
    const implicit = { transformOptions: { enableImplicitConversion: true } }
    expect(await warningsWith(implicit)).toHaveLength(2)
  })
})
