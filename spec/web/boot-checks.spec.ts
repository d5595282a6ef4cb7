import {
  BootFailed,
  Controller,
  CorbelError,
  createApp,
  Get,
  Header,
  HostParam,
  HttpCode,
  Module,
  Param,
  Post,
  Redirect,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  Version,
  type AnyDecorator,
  type Class,
  type Feature,
} from 'corbel'
import { serve } from './serve.js'

function moduleOf(...controllers: Class[]): Class {
  @Module({ controllers })
  class AppModule {}
  return AppModule
}

const boot = (...controllers: Class[]) =>
  createApp(moduleOf(...controllers), { logger: false }).then((app) => app.init())

async function problemsOf(...controllers: Class[]): Promise<readonly CorbelError[]> {
  const outcome: unknown = await boot(...controllers).catch((reason: unknown) => reason)
  if (!(outcome instanceof BootFailed)) throw new Error('it has booted')
  return outcome.errors as CorbelError[]
}

const guard = { canActivate: () => true }

describe('decorators on a method of a controller without a route', () => {
  it.each<[string, AnyDecorator]>([
    ['HttpCode', HttpCode(204)],
    ['Header', Header('x', 'y')],
    ['Redirect', Redirect('/')],
    ['Version', Version('1')],
    ['UseGuards', UseGuards(guard)],
    ['UseInterceptors', UseInterceptors({ intercept: (_: unknown, next) => next.handle() })],
    ['UsePipes', UsePipes({ transform: (value: unknown) => value })],
    ['UseFilters', UseFilters({ catch: () => undefined })],
  ])('@%s is told at boot', async (name, decorator) => {
    @Controller()
    class Forgetful {
      find() {
        return 1
      }
    }
    const { prototype } = Forgetful
    decorator(prototype, 'find', Object.getOwnPropertyDescriptor(prototype, 'find'))
    await expect(boot(Forgetful)).rejects.toThrow(`Forgetful.find in AppModule has @${name} but no route`)
  })

  it('are all told at once, also those of a base class', async () => {
    abstract class Base {
      @HttpCode(204) helper() {}
    }
    @Controller('a')
    class A extends Base {
      @Get() @HttpCode(202) fine() {}
    }
    @Controller('b')
    class B extends Base {
      @UseGuards(guard) other() {}
    }
    expect((await problemsOf(A, B)).map(({ message }) => message.split(' in ')[0])).toEqual([
      'A.helper',
      'B.helper',
      'B.other',
    ])
  })

  it('are fine where an override has the route, or another feature calls the method', async () => {
    class Base {
      @UseGuards(guard) find() {
        return 1
      }
      @UseGuards(guard) onMessage() {}
    }
    @Controller()
    class Child extends Base {
      @Get() override find() {
        return 2
      }
    }
    const messages: Feature = {
      name: 'messages',
      inspect({ type, module, record }, model) {
        if (type !== Child) return
        const endpoint = { kind: 'message', owner: type, member: 'onMessage', module, record, params: [] }
        model.addEndpoint({ ...endpoint, metadata: model.endpoints[0]!.metadata })
      },
    }
    const { json } = await serve(moduleOf(Child), { features: [messages] })
    expect(await json('/')).toBe(2)
  })
})

/** The warnings of an application that starts, and its answer to a request. */
async function warningsOf(...controllers: Class[]) {
  const warn = jest.fn<(text: string, context?: string) => void>()
  const logger = { warn, log: jest.fn(), error: jest.fn(), debug: jest.fn(), verbose: jest.fn() }
  const { json } = await serve(moduleOf(...controllers), { logger })
  return { warnings: warn.mock.calls.map(([text]) => text), json }
}

describe('@Param with a name that the path does not have', () => {
  it('is told by one warning at boot, with the places and the names that there are', async () => {
    @Controller('users')
    class Users {
      @Get(':id/posts/*rest') find(@Param('nope') nope: string) {
        return nope
      }
      @Get() list(@Param('id') id: string) {
        return { id: typeof id }
      }
    }
    const { warnings, json } = await warningsOf(Users)
    expect(warnings).toEqual([
      "[CORBEL_PARAM_UNKNOWN] Users.find[0] has @Param('nope'), but /users/:id/posts/*rest has no such parameter (it has id, rest) and gives undefined. Correct the name, or add it to the path.\n" +
        "[CORBEL_PARAM_UNKNOWN] Users.list[0] has @Param('id'), but /users has no such parameter (it has none) and gives undefined. Correct the name, or add it to the path.",
    ])
    expect(await json('/users')).toEqual({ id: 'undefined' })
  })

  it('does not keep a handler from being inherited by a controller whose path lacks it', async () => {
    class Listing {
      @Get() list(@Param('tenant') tenant?: string) {
        return { tenant: tenant ?? 'all' }
      }
    }
    @Controller('items')
    class Items extends Listing {}
    @Controller('tenants/:tenant/items')
    class TenantItems extends Listing {}
    const { warnings, json } = await warningsOf(Items, TenantItems)
    expect(await json('/items')).toEqual({ tenant: 'all' })
    expect(await json('/tenants/a/items')).toEqual({ tenant: 'a' })
    expect(warnings).toEqual([expect.stringContaining("Items.list[0] has @Param('tenant')")])
  })

  it('is fine if one of the paths has it, also in the prefix, or as a wildcard without a name', async () => {
    @Controller(['users', 'tenants/:tenant/users'])
    class Users {
      @Get(['', ':id']) @Post(':id{.:format}') find(
        @Param('id') id: string,
        @Param('tenant') tenant: string,
        @Param('realm') realm: string,
        @Param('format') format: string,
      ) {
        return { id, tenant, realm, format }
      }
      @Get('files/*') files(@Param('0') first: string, @Param('*') rest: string) {
        return [first, rest]
      }
    }
    const { json } = await serve(moduleOf(Users), {}, (app) => app.setGlobalPrefix(':realm'))
    expect(await json('/r/users/1')).toEqual({ id: '1', realm: 'r' })
    expect(await json('/r/tenants/t/users')).toEqual({ tenant: 't', realm: 'r' })
    expect(await json('/r/users/files/a/b')).toEqual(['a/b', 'a/b'])
  })

  it('and @HostParam are told likewise', async () => {
    @Controller({ host: ':tenant.example.com' })
    class Tenants {
      @Get() find(@HostParam('account') account: string) {
        return account
      }
    }
    expect((await warningsOf(Tenants)).warnings).toEqual([
      expect.stringContaining(
        "@HostParam('account'), but :tenant.example.com has no such parameter (it has tenant)",
      ),
    ])
  })
})
