import {
  APP_PIPE,
  BadRequestException,
  Body,
  Controller,
  createParamDecorator,
  Get,
  Headers,
  Inject,
  Injectable,
  Module,
  Param,
  Post,
  Query,
  REQUEST,
  Scope,
  UsePipes,
  type ArgumentMetadata,
  type ExecutionContext,
  type PipeTransform,
} from 'corbel'
import { serve } from '../web/serve.js'

const ToNumber: PipeTransform<string> = {
  transform(value) {
    const number = Number(value)
    if (Number.isNaN(number)) throw new BadRequestException('not a number')
    return number
  },
}

describe('pipes', () => {
  it('transform parameters, synchronously or not, before the handler runs', async () => {
    class Later implements PipeTransform {
      async transform(value: unknown) {
        await new Promise(setImmediate)
        return `later ${String(value)}`
      }
    }
    @Controller()
    class Root {
      @Get(':a/:b/:c')
      read(@Param('a', ToNumber as never) a: number, @Param('b', Later) b: string, @Param('c') c: string) {
        return { a, b, c }
      }
      @Get(':a/:b') two(@Param('a', ToNumber as never, Later) a: string, @Param('b', Later) b: string) {
        return [a, b]
      }
      @Get(':a') one(@Param('a', new Later(), ToNumber as never) a: unknown) {
        return { a }
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { json, fetch } = await serve(AppModule)
    expect(await json('/1/2/3')).toEqual({ a: 1, b: 'later 2', c: '3' })
    expect(await json('/1/2')).toEqual(['later 1', 'later 2'])
    expect((await fetch('/x/2/3')).status).toBe(400)
    expect((await fetch('/1')).status).toBe(400)
  })

  it('know type, declared type and name of their parameter', async () => {
    const seen: ArgumentMetadata[] = []
    const watching: PipeTransform = {
      transform(value, metadata) {
        seen.push(metadata)
        return value
      },
    }
    class Dto {}
    const Custom = createParamDecorator((data: string) => data)
    @Controller()
    @UsePipes(watching)
    class Root {
      @Post(':id')
      create(
        @Param('id') _id: string,
        @Query() _query: Dto,
        @Body() _body: Dto,
        @Body('name') _name: string,
        @Custom('data') _custom: number,
        @Headers('x') _header: string,
      ) {}
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { post } = await serve(AppModule)
    await post('/1', { name: 'x' })
    const by = (type: string) => seen.filter((one) => one.type === type)
    expect(by('param')).toEqual([{ type: 'param', metatype: String, data: 'id' }])
    expect(by('query')).toEqual([{ type: 'query', metatype: Dto, data: undefined }])
    expect(by('body')).toHaveLength(2)
    expect(by('body')).toEqual(
      expect.arrayContaining([
        { type: 'body', metatype: Dto, data: undefined },
        { type: 'body', metatype: String, data: 'name' },
      ]),
    )
    expect(by('custom')).toEqual([{ type: 'custom', metatype: Number, data: 'data' }])
    // headers get only pipes of their own
    expect(by('header')).toEqual([])
  })

  it('are built by the container, of any scope', async () => {
    @Injectable()
    class Words {
      readonly suffix = '!'
    }
    @Injectable()
    class Suffix implements PipeTransform<string> {
      constructor(private readonly words: Words) {}
      transform(value: string) {
        return value + this.words.suffix
      }
    }
    let made = 0
    @Injectable({ scope: Scope.REQUEST })
    class Prefix implements PipeTransform<string> {
      constructor(@Inject(REQUEST) private readonly request: { query: { prefix: string } }) {
        made++
      }
      transform(value: string) {
        return this.request.query.prefix + value
      }
    }
    @Controller()
    class Root {
      @Get(':a') read(@Param('a', Suffix, Prefix) a: string) {
        return a
      }
    }
    @Module({ controllers: [Root], providers: [Words] })
    class AppModule {}
    const { text } = await serve(AppModule)
    expect(await text('/x?prefix=1')).toBe('1x!')
    expect(await text('/y?prefix=2')).toBe('2y!')
    expect(made).toBe(2)
  })

  it('as APP_PIPE with dependencies apply to every parameter that pipes apply to', async () => {
    @Injectable()
    class Upper implements PipeTransform {
      transform(value: unknown) {
        return typeof value === 'string' ? value.toUpperCase() : value
      }
    }
    @Controller()
    class Root {
      @Get(':a') read(@Param('a') a: string, @Query('b') b: string, @Headers('x-c') c: string) {
        return { a, b, c }
      }
    }
    @Module({ controllers: [Root], providers: [{ provide: APP_PIPE, useClass: Upper }] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/a?b=b', { headers: { 'x-c': 'c' } })).toEqual({ a: 'A', b: 'B', c: 'c' })
  })

  it('that are prepared at boot cost a parameter nothing where they have nothing to do', async () => {
    const prepared: string[] = []
    const called = jest.fn()
    const pipe: PipeTransform = {
      transform: called,
      prepare({ metatype }) {
        prepared.push(metatype?.name ?? '')
        return metatype === Number ? Number : undefined
      },
    }
    @Controller()
    @UsePipes(pipe)
    class Root {
      @Get(':a/:b') read(@Param('a') a: number, @Param('b') b: string) {
        return { a, b }
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(prepared.sort()).toEqual(['Number', 'String'])
    expect(await json('/1/2')).toEqual({ a: 1, b: '2' })
    expect(called).not.toHaveBeenCalled()
  })
})

describe('createParamDecorator', () => {
  const User = createParamDecorator((data: string | undefined, context: ExecutionContext) => {
    const user = { name: 'ada', id: '7' } as Record<string, string>
    expect(context.getType()).toBe('http')
    return data === undefined ? user : user[data]
  })

  it('gives what its factory returns, with data, pipes, both or neither', async () => {
    @Controller()
    class Root {
      @Get() read(
        @User() user: object,
        @User('name') name: string,
        @User('id', ToNumber as never) id: number,
        @User(
          new (class {
            transform = () => 'piped'
          })(),
        )
        piped: string,
      ) {
        return { user, name, id, piped }
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/')).toEqual({ user: { name: 'ada', id: '7' }, name: 'ada', id: 7, piped: 'piped' })
  })

  it('may be asynchronous, and may throw', async () => {
    const Later = createParamDecorator(async () => 'later')
    const Refused = createParamDecorator(() => {
      throw new BadRequestException('refused')
    })
    @Controller()
    class Root {
      @Get('later') later(@Later() value: string) {
        return value
      }
      @Get('refused') refused(@Refused() value: string) {
        return value
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { text, fetch } = await serve(AppModule)
    expect(await text('/later')).toBe('later')
    expect((await fetch('/refused')).status).toBe(400)
  })

  it('applies the decorators that come with it', async () => {
    const places: unknown[] = []
    const Documented = createParamDecorator(
      () => 1,
      [(target, member, index) => void places.push([target.constructor.name, member, index])],
    )
    @Controller()
    class Root {
      @Get() read(_a: string, @Documented() _b: number) {}
    }
    expect(places).toEqual([['Root', 'read', 1]])
    expect(Root).toBeDefined()
  })
})
