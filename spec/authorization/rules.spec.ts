import {
  AUDIT_LOG,
  createApp,
  Controller,
  Get,
  Injectable,
  MemoryAuditLog,
  Module,
  OpenApiModule,
  Post,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type ModuleMetadata,
} from 'corbel'
import { Authenticated, Public } from 'corbel/auth'
import {
  AuthorizationInvalid,
  AuthorizationModule,
  Authorizer,
  covers,
  Permissions,
  Roles,
  Unrestricted,
  type AuthorizationOptions,
} from 'corbel/authorization'
import { serve, type Served } from '../auth/served.js'
import { as, callers } from './caller.js'

const ROLES = {
  admin: { includes: ['editor'], permissions: ['*'] },
  editor: { includes: ['author'], permissions: ['articles:*'] },
  author: { permissions: ['articles:read', 'drafts:write'] },
  guest: {},
}

@Controller('articles')
@Roles('author')
class ArticlesController {
  @Get() list() {
    return 'list'
  }
  @Roles('editor', 'guest') @Get('edit') edit() {
    return 'edit'
  }
  @Permissions('articles:delete') @Post('delete') remove() {
    return 'removed'
  }
  @Unrestricted() @Get('known') known() {
    return 'known'
  }
  @Public() @Get('open') open() {
    return 'open'
  }
  @Authenticated({ optional: true }) @Get('optional') optional() {
    return 'optional'
  }
}

@Controller('plain')
class PlainController {
  @Get() get() {
    return 'plain'
  }
  @Unrestricted() @Get('free') free() {
    return 'free'
  }
  @Public() @Get('public') public() {
    return 'public'
  }
}

let served: Served
afterEach(() => served?.close())

const start = async (options: AuthorizationOptions = { roles: ROLES }, more: ModuleMetadata = {}) => {
  served = await serve({
    // in the wrong order on purpose: rules are checked after guards, whoever is imported first
    imports: [AuthorizationModule.forRoot(options), callers(), ...(more.imports ?? [])],
    controllers: [ArticlesController, PlainController, ...(more.controllers ?? [])],
    providers: [...(more.providers ?? [])],
  })
  return served.send
}

describe('roles and permissions', () => {
  it('let in who has a role, by itself or through one that includes it', async () => {
    const send = await start()
    for (const role of ['author', 'editor', 'admin'])
      expect((await send('/articles', as(`ada;roles=${role}`))).text, role).toBe('list')
    expect((await send('/articles', as('ada;roles=guest'))).status).toBe(403)
    expect((await send('/articles', as('ada'))).status).toBe(403)
  })

  it('ask for one of several roles; those of a method replace those of the class', async () => {
    const send = await start()
    expect((await send('/articles/edit', as('ada;roles=guest'))).text).toBe('edit')
    expect((await send('/articles/edit', as('ada;roles=editor'))).text).toBe('edit')
    expect((await send('/articles/edit', as('ada;roles=author'))).status).toBe(403)
  })

  it('ask for permissions beside the roles of the class, and both have to be there', async () => {
    const send = await start()
    const status = async (caller: string) => (await send('/articles/delete', as(caller, 'POST'))).status
    expect(await status('ada;roles=editor')).toBe(201)
    expect(await status('ada;roles=author')).toBe(403)
    expect(await status('ada;roles=author;permissions=articles:delete')).toBe(201)
    expect(await status('ada;roles=author;permissions=articles:*')).toBe(201)
    expect(await status('ada;permissions=articles:delete')).toBe(403)
  })

  it('answer 401 with the challenge of the strategies where nobody is logged in, and 403 otherwise', async () => {
    const send = await start()
    const nobody = await send('/articles/optional')
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Caller'])
    expect(nobody.body).toMatchObject({ code: 'CORBEL_AUTHORIZATION_LOGIN_REQUIRED' })
    const denied = await send('/articles', as('ada'))
    expect(denied.body).toMatchObject({ status: 403, code: 'CORBEL_AUTHORIZATION_DENIED' })
    // which rights open a door is nobody's business
    expect(denied.text).not.toContain('author')
  })

  it('are lifted by @Unrestricted() and @Public() on a method', async () => {
    const send = await start()
    expect((await send('/articles/known', as('ada'))).text).toBe('known')
    expect((await send('/articles/known')).status).toBe(401)
    expect((await send('/articles/open')).text).toBe('open')
  })

  it('count after guards of the application own, with the user that they have put there', async () => {
    @Injectable()
    class OwnGuard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        const request = context
          .switchToHttp()
          .getRequest<{ user?: unknown; headers: Record<string, string> }>()
        request.user = { userId: 7, role: request.headers['x-role'] }
        return true
      }
    }
    @Public()
    @Controller('own')
    class OwnController {
      @Get() get() {
        return 'own'
      }
    }
    @UseGuards(OwnGuard)
    @Controller('kept')
    class KeptController {
      @Roles('editor') @Get() get() {
        return 'kept'
      }
    }
    served = await serve({
      imports: [
        AuthorizationModule.forRoot({
          roles: ROLES,
          rightsOf: (user) => ({ roles: [(user as { role: string }).role] }),
        }),
      ],
      controllers: [OwnController, KeptController],
    })
    expect((await served.send('/kept', { headers: { 'x-role': 'admin' } })).text).toBe('kept')
    expect((await served.send('/kept', { headers: { 'x-role': 'author' } })).status).toBe(403)
    expect((await served.send('/own')).text).toBe('own')
  })

  it('take nothing but lists of text for roles of a caller', async () => {
    class Odd implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        const request = context
          .switchToHttp()
          .getRequest<{ user?: unknown; headers: Record<string, string> }>()
        request.user = JSON.parse(request.headers['x-user']!)
        return true
      }
    }
    @UseGuards(new Odd())
    @Controller('odd')
    class OddController {
      @Roles('editor') @Get() get() {
        return 'odd'
      }
    }
    served = await serve({ imports: [AuthorizationModule.forRoot()], controllers: [OddController] })
    const status = async (user: unknown) =>
      (await served.send('/odd', { headers: { 'x-user': JSON.stringify(user) } })).status
    expect(await status({ roles: ['editor'] })).toBe(200)
    for (const roles of ['editor', { editor: true }, [['editor']], [{ toString: 'editor' }], 1, null])
      expect(await status({ roles }), JSON.stringify(roles)).toBe(403)
    expect(await status('editor')).toBe(403)
    expect(await status(['editor'])).toBe(403)
  })
})

describe('permissions with wildcards', () => {
  it.each([
    ['articles:write', 'articles:write', true],
    ['articles:*', 'articles:write', true],
    ['articles:*', 'articles:write:own', true],
    ['articles:*', 'articles', false],
    ['*', 'articles:write', true],
    ['*:read', 'articles:read', true],
    ['*:read', 'articles:write', false],
    ['articles:*:own', 'articles:write:own', true],
    ['articles:*:own', 'articles:write', false],
    ['articles', 'articles:write', false],
    ['articles:write:own', 'articles:write', false],
    ['articles:w*', 'articles:write', false],
    ['article', 'articles', false],
    ['articles:write', 'articles:*', false],
  ])('%s covers %s: %s', (held, asked, expected) => {
    expect(covers(held, asked)).toBe(expected)
  })
})

describe('denyByDefault', () => {
  it('closes what carries no rule, and says so where it explains', async () => {
    const send = await start({ roles: ROLES, denyByDefault: true, explain: true })
    const denied = await send('/plain', as('ada;roles=admin'))
    expect(denied.body).toMatchObject({
      status: 403,
      reasons: ['the endpoint has no rule, and nobody is let in by default.'],
    })
    expect((await send('/plain/free', as('ada'))).text).toBe('free')
    expect((await send('/plain/public')).text).toBe('public')
    expect((await send('/articles', as('ada;roles=author'))).text).toBe('list')
  })

  it('is off unless it is asked for', async () => {
    const send = await start()
    expect((await send('/plain', as('ada'))).text).toBe('plain')
  })
})

describe('explanations', () => {
  it('tell clients the reasons in development, and everything that was missing', async () => {
    const send = await start({ roles: ROLES, explain: true })
    const denied = await send('/articles/delete', as('ada', 'POST'))
    expect(denied.body).toMatchObject({
      reasons: ['it takes the role author.', 'it takes the permission articles:delete.'],
    })
  })

  it('go to the audit log, with who and from where', async () => {
    const log = new MemoryAuditLog()
    const send = await start({ roles: ROLES }, { providers: [{ provide: AUDIT_LOG, useValue: log }] })
    await send('/articles', as('ada\u00a0;roles=guest'))
    await send('/articles', as('ben;roles=author'))
    expect(log.of('authorization.denied')).toMatchObject([
      {
        outcome: 'failure',
        actor: 'ada\u00a0',
        action: 'ArticlesController.list',
        reason: 'it takes the role author.',
        address: '127.0.0.1',
      },
    ])
    expect(log.of('authorization.allowed')).toEqual([])
  })

  it('go to the audit log for every decision, if that is asked for', async () => {
    const log = new MemoryAuditLog()
    const send = await start(
      { roles: ROLES, audit: 'all' },
      { providers: [{ provide: AUDIT_LOG, useValue: log }] },
    )
    await send('/articles', as('ben;roles=author'))
    expect(log.of('authorization.allowed')).toMatchObject([
      { actor: 'ben', action: 'ArticlesController.list', reason: 'role author.', outcome: 'success' },
    ])
  })

  it('do not keep a call back when the log fails', async () => {
    const providers = [
      { provide: AUDIT_LOG, useValue: { record: () => Promise.reject(new Error('disk full')) } },
    ]
    const send = await start({ roles: ROLES, audit: 'all' }, { providers })
    expect((await send('/articles', as('ben;roles=author'))).text).toBe('list')
    expect((await send('/articles', as('ben'))).status).toBe(403)
  })
})

describe('documents', () => {
  it('say what rules ask for', async () => {
    await start({ roles: ROLES }, { imports: [OpenApiModule.forRoot({ title: 'T', version: '1' })] })
    const answer = await served.send('/openapi.json')
    const { paths } = answer.body as {
      paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>
    }
    const { responses } = paths['/articles/delete']!['post']!
    expect(responses['403']!.description).toContain('role author; permission articles:delete')
    expect(responses['401']).toBeDefined()
    expect(paths['/articles/open']!['get']!.responses['403']).toBeUndefined()
    expect(paths['/plain']!['get']!.responses['403']).toBeUndefined()
  })
})

describe('what cannot work', () => {
  const boot = (options: AuthorizationOptions, ...controllers: (new () => object)[]): Promise<unknown> => {
    @Module({ imports: [AuthorizationModule.forRoot(options), callers()], controllers })
    class Root {}
    return createApp(Root, { logger: false }).then((app) => app.init())
  }

  it('is a role that includes itself, or one that is not there', async () => {
    await expect(boot({ roles: { a: { includes: ['b'] }, b: { includes: ['a'] } } })).rejects.toThrow(
      'it includes itself: a → b → a.',
    )
    await expect(boot({ roles: { a: { includes: ['c'] } } })).rejects.toThrow('"a" includes it')
    await expect(boot({ roles: { a: { includes: ['constructor'] } } })).rejects.toThrow('not defined')
  })

  it('is a permission with a wildcard in a word, and one with empty words', async () => {
    await expect(boot({ roles: { a: { permissions: ['articles:w*'] } } })).rejects.toThrow('is no permission')
    @Controller()
    class Odd {
      @Permissions('articles:') @Get() get() {}
    }
    await expect(boot({}, Odd)).rejects.toThrow('is no permission')
  })

  it('is a role that AuthorizationModule does not have', async () => {
    @Controller()
    class Typo {
      @Roles('auhtor') @Get() get() {}
    }
    const failure = boot({ roles: ROLES }, Typo)
    await expect(failure).rejects.toThrow("@Roles('auhtor') names no role of AuthorizationModule")
    await expect(failure).rejects.toBeInstanceOf(AuthorizationInvalid)
  })

  it('is a rule for callers whom nobody asks who they are', async () => {
    @Public()
    @Controller()
    class Both {
      @Roles('author') @Get() get() {}
    }
    await expect(boot({}, Both)).rejects.toThrow('@Public() lets everybody in, and @Roles() does not')
    @Controller()
    class Open {
      @Unrestricted() @Permissions('a:b') @Get() get() {}
    }
    await expect(boot({}, Open)).rejects.toThrow(
      '@Unrestricted() lets everybody in, and @Permissions() does not',
    )
  })

  it('is a rule without names', async () => {
    @Controller()
    class Empty {
      @Roles() @Get() get() {}
    }
    await expect(boot({}, Empty)).rejects.toThrow('names none')
  })
})

describe('Authorizer', () => {
  it('answers what templates and services ask', async () => {
    await start()
    const authorizer = served.app.get(Authorizer)
    const editor = { id: '1', roles: ['editor'] }
    expect(authorizer.hasRole(editor, 'author')).toBe(true)
    expect(authorizer.hasRole(editor, 'admin')).toBe(false)
    expect(authorizer.isPermitted(editor, 'articles:publish')).toBe(true)
    expect(authorizer.isPermitted(undefined, 'articles:publish')).toBe(false)
    expect(authorizer.hasRole({ roles: ['toString'] }, 'constructor')).toBe(false)
  })
})
