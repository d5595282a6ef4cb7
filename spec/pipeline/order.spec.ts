import {
  APP_FILTER,
  APP_GUARD,
  APP_INTERCEPTOR,
  APP_PIPE,
  Body,
  Catch,
  Controller,
  Get,
  Injectable,
  Module,
  Param,
  Post,
  Query,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentMetadata,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type HttpResponse,
  type Interceptor,
  type PipeTransform,
} from 'corbel'
import { serve } from '../web/serve.js'

let calls: string[] = []
beforeEach(() => {
  calls = []
})

const guard = (name: string) => {
  @Injectable()
  class Guard implements CanActivate {
    canActivate() {
      calls.push(`guard ${name}`)
      return true
    }
  }
  return Guard
}
const interceptor = (name: string) => {
  @Injectable()
  class Around implements Interceptor {
    async intercept(_context: ExecutionContext, next: CallHandler) {
      calls.push(`${name} in`)
      const value = await next.handle()
      calls.push(`${name} out`)
      return value
    }
  }
  return Around
}
const pipe = (name: string) => {
  @Injectable()
  class Pipe implements PipeTransform {
    transform(value: unknown, { type, data }: ArgumentMetadata) {
      calls.push(`pipe ${name} ${type} ${data ?? ''}`.trim())
      return value
    }
  }
  return Pipe
}
const filter = (name: string, handles = true) => {
  @Catch()
  class Filter implements ExceptionFilter {
    catch(error: Error, host: ArgumentsHost) {
      calls.push(`filter ${name}`)
      if (handles)
        host.switchToHttp().getResponse<HttpResponse>().status(418).json({ by: name, error: error.message })
    }
  }
  return Filter
}

describe('the order of the pipeline', () => {
  it('is guards, interceptors, pipes, handler, interceptors back; global, controller, method, parameter', async () => {
    @Controller('things')
    @UseGuards(guard('controller 1'), new (guard('controller 2'))())
    @UseInterceptors(interceptor('controller'))
    @UsePipes(pipe('controller'))
    class Things {
      @Post(':id')
      @UseGuards(guard('method'))
      @UseInterceptors(interceptor('method'))
      @UsePipes(new (pipe('method'))())
      create(@Param('id', pipe('own'), new (pipe('own 2'))()) id: string, @Body() _body: object) {
        calls.push('handler')
        return id
      }
    }
    @Module({
      controllers: [Things],
      providers: [
        { provide: APP_GUARD, useClass: guard('app') },
        { provide: APP_INTERCEPTOR, useClass: interceptor('app') },
        { provide: APP_PIPE, useClass: pipe('app') },
      ],
    })
    class AppModule {}
    const { fetch } = await serve(AppModule, {}, (app) =>
      app
        .useGlobalGuards(new (guard('global'))())
        .useGlobalInterceptors(new (interceptor('global'))())
        .useGlobalPipes(new (pipe('global'))() as never),
    )
    const answer = await fetch('/things/7', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(201)
    expect(calls.filter((call) => !call.includes('body'))).toEqual([
      'guard app',
      'guard global',
      'guard controller 1',
      'guard controller 2',
      'guard method',
      'app in',
      'global in',
      'controller in',
      'method in',
      'pipe app param id',
      'pipe global param id',
      'pipe controller param id',
      'pipe method param id',
      'pipe own param id',
      'pipe own 2 param id',
      'handler',
      'method out',
      'controller out',
      'global out',
      'app out',
    ])
    expect(calls.filter((call) => call.includes('body'))).toEqual([
      'pipe app body',
      'pipe global body',
      'pipe controller body',
      'pipe method body',
    ])
  })

  it('stops at the guard that refuses: nothing behind it runs', async () => {
    @Injectable()
    class Refusing implements CanActivate {
      canActivate() {
        return false
      }
    }
    @Controller()
    @UseGuards(guard('before'), Refusing, guard('after'))
    @UseInterceptors(interceptor('never'))
    class Root {
      @Get() read(@Query('a', pipe('never')) _a: string) {
        calls.push('handler')
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/?a=1')).toMatchObject({
      status: 403,
      title: 'Forbidden',
      detail: 'Forbidden resource',
    })
    expect(calls).toEqual(['guard before'])
  })

  it('does not call the handler if a pipe throws, and lets interceptors see the error', async () => {
    class Throwing implements PipeTransform {
      transform(): never {
        throw new Error('bad value')
      }
    }
    class Watching implements Interceptor {
      async intercept(_context: ExecutionContext, next: CallHandler) {
        try {
          return await next.handle()
        } catch (error) {
          calls.push(`saw ${(error as Error).message}`)
          throw error
        }
      }
    }
    @Controller()
    @UseInterceptors(Watching)
    @UseFilters(filter('controller'))
    class Root {
      @Get() read(@Query('a', Throwing) _a: string) {
        calls.push('handler')
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/?a=1')).toEqual({ by: 'controller', error: 'bad value' })
    expect(calls).toEqual(['saw bad value', 'filter controller'])
  })

  it('asks filters of the method first, then of the controller, then global ones', async () => {
    @Controller()
    @UseFilters(filter('controller'))
    class Root {
      @Get('method') @UseFilters(filter('method')) method() {
        throw new Error('x')
      }
      @Get('controller') controller() {
        throw new Error('x')
      }
    }
    @Controller('other')
    class Other {
      @Get() read() {
        throw new Error('x')
      }
    }
    @Module({ controllers: [Root, Other], providers: [{ provide: APP_FILTER, useClass: filter('app') }] })
    class AppModule {}
    const { json } = await serve(AppModule)
    expect(await json('/method')).toMatchObject({ by: 'method' })
    expect(await json('/controller')).toMatchObject({ by: 'controller' })
    expect(await json('/other')).toMatchObject({ by: 'app' })
    expect(await json('/nowhere')).toMatchObject({ by: 'app', error: 'Cannot GET /nowhere' })
    expect(calls).toEqual(['filter method', 'filter controller', 'filter app', 'filter app'])
  })

  it('covers guards, interceptors and filters of base classes', async () => {
    @UseGuards(guard('base'))
    @UseInterceptors(interceptor('base'))
    abstract class Base {
      @Get() @UseGuards(guard('base method')) read() {
        calls.push('handler')
      }
    }
    @Controller('derived')
    @UseGuards(guard('derived'))
    class Derived extends Base {}
    @Module({ controllers: [Derived] })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    expect((await fetch('/derived')).status).toBe(200)
    expect(calls).toEqual([
      'guard base',
      'guard derived',
      'guard base method',
      'base in',
      'handler',
      'base out',
    ])
  })

  it('runs APP_… providers of every module, in the order of the modules', async () => {
    @Module({ providers: [{ provide: APP_GUARD, useClass: guard('feature') }] })
    class Feature {}
    @Controller()
    class Root {
      @Get() read() {}
    }
    @Module({
      imports: [Feature],
      controllers: [Root],
      providers: [
        { provide: APP_GUARD, useClass: guard('root 1') },
        { provide: APP_GUARD, useValue: new (guard('root 2'))() },
        { provide: APP_GUARD, useFactory: async () => new (guard('root 3'))() },
      ],
    })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    await fetch('/')
    expect(calls).toEqual(['guard root 1', 'guard root 2', 'guard root 3', 'guard feature'])
  })
})
