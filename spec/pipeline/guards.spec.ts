import {
  APP_GUARD,
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  Param,
  Reflector,
  REQUEST,
  Scope,
  SetMetadata,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from 'corbel'
import { of, throwError } from 'rxjs'
import { delay } from 'rxjs/operators'
import { serve } from '../web/serve.js'

async function guarded(answer: (context: ExecutionContext) => unknown) {
  const guard: CanActivate = { canActivate: (context) => answer(context) as boolean }
  @Controller()
  @UseGuards(guard)
  class Root {
    @Get() read() {
      return 'in'
    }
  }
  @Module({ controllers: [Root] })
  class AppModule {}
  return serve(AppModule)
}

describe('a guard', () => {
  it.each([
    ['true', () => true],
    ['a promise of true', async () => true],
    ['an observable of true', () => of(true)],
    ['an observable that says true later', () => of(true).pipe(delay(1))],
  ])('lets in with %s', async (_name, answer) => {
    expect(await (await guarded(answer)).text('/')).toBe('in')
  })

  it.each([
    ['false', () => false],
    ['a promise of false', async () => false],
    ['an observable of false', () => of(false)],
    ['an observable that ends with false', () => of(true, false)],
    ['nothing', () => undefined],
  ])('refuses with 403 for %s', async (_name, answer) => {
    const { fetch } = await guarded(answer)
    const response = await fetch('/')
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ message: 'Forbidden resource', statusCode: 403 })
  })

  it.each([
    [
      'throws',
      () => {
        throw new UnauthorizedException()
      },
    ],
    ['rejects', () => Promise.reject(new UnauthorizedException())],
    ['gives an observable that fails', () => throwError(() => new UnauthorizedException())],
  ])('answers with its exception if it %s', async (_name, answer) => {
    expect((await (await guarded(answer)).fetch('/')).status).toBe(401)
  })

  it('reads metadata from handler and class with Reflector', async () => {
    const Roles = (...roles: string[]) => SetMetadata('roles', roles)
    @Injectable()
    class RolesGuard implements CanActivate {
      constructor(private readonly reflector: Reflector) {}
      canActivate(context: ExecutionContext) {
        const roles = this.reflector.getAllAndOverride<string[] | undefined>('roles', [
          context.getHandler(),
          context.getClass(),
        ])
        const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>()
        return roles === undefined || roles.includes(headers['role'] ?? '')
      }
    }
    @Controller('cats')
    @Roles('user')
    class Cats {
      @Get() list() {
        return 'list'
      }
      @Get('admin') @Roles('admin') admin() {
        return 'admin'
      }
    }
    @Controller('open')
    class Open {
      @Get() read() {
        return 'open'
      }
    }
    @Module({ controllers: [Cats, Open], providers: [{ provide: APP_GUARD, useClass: RolesGuard }] })
    class AppModule {}
    const { fetch, text } = await serve(AppModule)
    const as = (role: string) => ({ headers: { role } })
    expect(await text('/cats', as('user'))).toBe('list')
    expect(await text('/cats/admin', as('admin'))).toBe('admin')
    expect((await fetch('/cats/admin', as('user'))).status).toBe(403)
    expect((await fetch('/cats')).status).toBe(403)
    expect(await text('/open')).toBe('open')
  })

  it('gets the method itself from getHandler(), also where a decorator has replaced it', async () => {
    const Wrap = (): MethodDecorator => (_target, _member, descriptor) => {
      const original = descriptor.value as unknown as () => string
      descriptor.value = function (this: unknown) {
        return `wrapped ${original.call(this)}`
      } as never
    }
    const handlers: unknown[] = []
    @Injectable()
    class Watching implements CanActivate {
      constructor(readonly reflector: Reflector) {}
      canActivate(context: ExecutionContext) {
        handlers.push(context.getHandler(), this.reflector.get('mark', context.getHandler()))
        return true
      }
    }
    @Controller()
    @UseGuards(Watching)
    class Root {
      @Wrap()
      @Get('below')
      @SetMetadata('mark', 'below')
      below() {
        return 'below'
      }
      @Get('above')
      @SetMetadata('mark', 'above')
      @Wrap()
      above() {
        return 'above'
      }
    }
    @Module({ controllers: [Root] })
    class AppModule {}
    const { text } = await serve(AppModule)
    expect(await text('/below')).toBe('wrapped below')
    expect(await text('/above')).toBe('wrapped above')
    expect(handlers).toEqual([Root.prototype.below, 'below', Root.prototype.above, 'above'])
  })

  it('sees the parsed body, the path parameters and the route', async () => {
    const seen: unknown[] = []
    const watching: CanActivate = {
      canActivate(context) {
        const request = context.switchToHttp().getRequest<{ body: unknown; params: object; query: object }>()
        seen.push({ ...request.params }, { ...request.query })
        return true
      },
    }
    @Controller('cats')
    class Cats {
      @Get(':id') @UseGuards(watching) read(@Param('id') id: string) {
        return id
      }
    }
    @Module({ controllers: [Cats] })
    class AppModule {}
    const { text } = await serve(AppModule)
    expect(await text('/cats/5?a=b')).toBe('5')
    expect(seen).toEqual([{ id: '5' }, { a: 'b' }])
  })
})

describe('guards with dependencies', () => {
  @Injectable()
  class Allowed {
    has(name: string): boolean {
      return name === 'ada'
    }
  }

  it('are built by the container of the module that uses them', async () => {
    @Injectable()
    class NameGuard implements CanActivate {
      constructor(private readonly allowed: Allowed) {}
      canActivate(context: ExecutionContext) {
        const { query } = context.switchToHttp().getRequest<{ query: { name: string } }>()
        return this.allowed.has(query.name)
      }
    }
    @Module({ providers: [Allowed], exports: [Allowed] })
    class AllowedModule {}
    @Controller()
    class Root {
      @Get() @UseGuards(NameGuard) read() {
        return 'in'
      }
    }
    @Module({ imports: [AllowedModule], controllers: [Root] })
    class AppModule {}
    const { fetch } = await serve(AppModule)
    expect((await fetch('/?name=ada')).status).toBe(200)
    expect((await fetch('/?name=bob')).status).toBe(403)
  })

  it('may be request-scoped, as class and as APP_GUARD, and share the request with the controller', async () => {
    let made = 0
    @Injectable({ scope: Scope.REQUEST })
    class Session {
      readonly id = ++made
      user = ''
    }
    @Injectable()
    class Login implements CanActivate {
      constructor(
        private readonly session: Session,
        @Inject(REQUEST) private readonly request: { query: { name: string } },
      ) {}
      canActivate() {
        this.session.user = this.request.query.name
        return true
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    class Known implements CanActivate {
      constructor(private readonly session: Session) {}
      canActivate() {
        return this.session.user !== 'nobody'
      }
    }
    @Controller()
    class Root {
      constructor(readonly session: Session) {}
      @Get() @UseGuards(Known) read() {
        return `${this.session.id} ${this.session.user}`
      }
    }
    @Module({ controllers: [Root], providers: [Session, { provide: APP_GUARD, useClass: Login }] })
    class AppModule {}
    const { text, fetch } = await serve(AppModule)
    expect(await text('/?name=ada')).toBe('1 ada')
    expect(await text('/?name=bob')).toBe('2 bob')
    expect((await fetch('/?name=nobody')).status).toBe(403)
  })

  it('may be APP_GUARD by useExisting, so that others inject the same instance', async () => {
    @Injectable()
    class Counting implements CanActivate {
      calls = 0
      canActivate() {
        this.calls++
        return true
      }
    }
    @Controller()
    class Root {
      constructor(readonly counting: Counting) {}
      @Get() read() {
        return this.counting.calls
      }
    }
    @Module({ controllers: [Root], providers: [Counting, { provide: APP_GUARD, useExisting: Counting }] })
    class AppModule {}
    const { json } = await serve(AppModule)
    await json('/')
    expect(await json('/')).toBe(2)
  })
})
