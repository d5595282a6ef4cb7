import {
  Controller,
  Get,
  Module,
  Param,
  RouterModule,
  type DynamicModule,
  type HttpRequest,
  type HttpResponse,
  type MiddlewareConsumer,
  type NextFunction,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Controller('users')
class UsersController {
  @Get() list() {
    return 'users'
  }
  @Get(':id') one(@Param('id') id: string) {
    return `user ${id}`
  }
}
@Module({ controllers: [UsersController] })
class UsersModule {}

@Controller()
class RolesController {
  @Get('roles') list() {
    return 'roles'
  }
}
@Module({ controllers: [RolesController] })
class RolesModule {}

@Controller(['/', 'dash'])
class DashboardController {
  @Get() show() {
    return 'dashboard'
  }
}
@Module({ controllers: [DashboardController], imports: [UsersModule, RolesModule] })
class AdminModule {}

overProtocols('RouterModule', () => {
  it('nests paths of modules, given as classes or with children of their own', async () => {
    @Module({
      imports: [
        AdminModule,
        RouterModule.register([
          {
            path: 'admin',
            module: AdminModule,
            children: [{ path: '/staff/', children: [{ path: '/', module: UsersModule }] }, RolesModule],
          },
        ]),
      ],
    })
    class App {}
    const { text, fetch } = await serve(App)
    expect(await text('/admin')).toBe('dashboard')
    expect(await text('/admin/dash')).toBe('dashboard')
    expect(await text('/admin/staff/users/7')).toBe('user 7')
    expect(await text('/admin/roles')).toBe('roles')
    expect((await fetch('/users')).status).toBe(404)
    expect((await fetch('/roles')).status).toBe(404)
  })

  it('takes paths with parameters, which the handlers see', async () => {
    @Controller('members')
    class Members {
      @Get() list(@Param('team') team: string) {
        return `members of ${team}`
      }
    }
    @Module({ controllers: [Members] })
    class MembersModule {}
    @Module({
      imports: [MembersModule, RouterModule.register([{ path: 'teams/:team', module: MembersModule }])],
    })
    class App {}
    expect(await (await serve(App)).text('/teams/red/members')).toBe('members of red')
  })

  it('puts several modules on one path, from several places', async () => {
    @Module({ imports: [RolesModule, RouterModule.register([{ path: 'api', module: RolesModule }])] })
    class FeatureModule {}
    @Module({
      imports: [FeatureModule, UsersModule, RouterModule.register([{ path: 'api', module: UsersModule }])],
    })
    class App {}
    const { text } = await serve(App)
    expect(await text('/api/users')).toBe('users')
    expect(await text('/api/roles')).toBe('roles')
  })

  it('serves a module that stands at two places at both', async () => {
    @Module({
      imports: [
        UsersModule,
        RouterModule.register([
          { path: 'old', module: UsersModule },
          { path: 'new', children: [UsersModule] },
          { path: 'new', module: UsersModule },
        ]),
      ],
    })
    class App {}
    const { text, fetch } = await serve(App)
    expect(await text('/old/users')).toBe('users')
    expect(await text('/new/users/1')).toBe('user 1')
    expect((await fetch('/users')).status).toBe(404)
  })

  it('leaves controllers of other modules alone, also those that a module of the tree imports', async () => {
    @Module({ imports: [AdminModule, RouterModule.register([{ path: 'admin', module: AdminModule }])] })
    class App {}
    const { text } = await serve(App)
    expect(await text('/admin')).toBe('dashboard')
    expect(await text('/users')).toBe('users')
  })

  it('takes all dynamic modules of a class to its path', async () => {
    @Module({})
    class ShopModule {
      static register(name: string): DynamicModule {
        @Controller(name)
        class Shop {
          @Get() read() {
            return name
          }
        }
        return { module: ShopModule, controllers: [Shop] }
      }
    }
    @Module({
      imports: [
        ShopModule.register('books'),
        ShopModule.register('games'),
        RouterModule.register([{ path: 'shops', module: ShopModule }]),
      ],
    })
    class App {}
    const { text } = await serve(App)
    expect(await text('/shops/books')).toBe('books')
    expect(await text('/shops/games')).toBe('games')
  })

  it('moves the middleware of controllers along, while paths are whole paths', async () => {
    const mark =
      (name: string) =>
      (_request: HttpRequest, response: HttpResponse, next: NextFunction): void => {
        response.append('via', name)
        next()
      }
    @Module({ controllers: [UsersController] })
    class MarkedModule {
      configure(consumer: MiddlewareConsumer) {
        consumer
          .apply(mark('controller'))
          .forRoutes(UsersController)
          .apply(mark('path'))
          .exclude('in/users/secret')
          .forRoutes('in/users/*id')
          .apply(mark('elsewhere'))
          .forRoutes('users')
      }
    }
    @Module({ imports: [MarkedModule, RouterModule.register([{ path: 'in', module: MarkedModule }])] })
    class App {}
    const { fetch } = await serve(App, {}, (app) => app.setGlobalPrefix('api'))
    const seen = async (path: string) => (await fetch(path)).headers.get('via')
    expect(await seen('/api/in/users')).toContain('controller')
    expect(await seen('/api/in/users/7')).toBe('controller, path')
    expect(await seen('/api/in/users/secret')).toBe('controller')
    expect(await seen('/api/users')).toBe('elsewhere')
  })
})
