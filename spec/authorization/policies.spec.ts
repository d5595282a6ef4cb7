import {
  AUDIT_LOG,
  Controller,
  createApp,
  Delete,
  Get,
  Inject,
  Injectable,
  MemoryAuditLog,
  Module,
  OpenApiModule,
  Patch,
  Post,
  Scope,
  type Class,
} from 'corbel'
import { Authenticated, type Principal } from 'corbel/auth'
import {
  allow,
  AuthorizationModule,
  Authorizer,
  Can,
  deny,
  hide,
  isOwner,
  Policy,
  PolicyInvalid,
  PolicyUnknown,
  Resource,
  Roles,
} from 'corbel/authorization'
import { MessageBody, SubscribeMessage, WebSocketGateway } from 'corbel/websocket'
import { serve, type Served } from '../auth/served.js'
import { TestClient } from '../websocket/client.js'
import { as, callers } from './caller.js'

class Article {
  constructor(
    readonly id: string,
    readonly authorId: string,
    readonly state: 'draft' | 'published',
  ) {}
}

class Essay extends Article {}

@Injectable()
class Articles {
  asked: string[] = []
  private readonly rows = [
    new Article('1', 'ada', 'draft'),
    new Article('2', 'ada', 'published'),
    new Article('3', 'ben', 'published'),
  ]
  find(id: string): Article | undefined {
    this.asked.push(id)
    return this.rows.find((one) => one.id === id)
  }
  all(): readonly Article[] {
    return this.rows
  }
}

@Policy(Article, { anonymous: true })
class ArticlePolicy {
  constructor(@Inject(Articles) private readonly articles: Articles) {}

  load(id: string): Article | undefined {
    return this.articles.find(id)
  }
  before(user: Principal | undefined, action: string): boolean | undefined {
    if (user?.id === 'banned') return false
    return user?.roles?.includes('admin') === true && action !== 'archive' ? true : undefined
  }
  read(user: Principal | undefined, article: Article) {
    return article.state === 'published' || isOwner(user, article, 'authorId') || hide('drafts are private.')
  }
  async update(user: Principal | undefined, article: Article) {
    await Promise.resolve()
    return isOwner(user, article, 'authorId') ? allow('it is his.') : deny('it is somebody else’s.')
  }
  create(user: Principal | undefined) {
    return user !== undefined
  }
  archive(_user: Principal | undefined, _article: Article) {
    return false
  }
  // says neither yes nor no
  forgotten(_user: Principal | undefined, article: Article) {
    void article
  }
  truthy(_user: Principal | undefined, _article: Article) {
    return 1 as unknown as boolean
  }
}

@Controller('articles')
class ArticlesController {
  @Can('create', Article) @Authenticated({ optional: true }) @Post() create() {
    return 'created'
  }
  @Can('read', Article) @Authenticated({ optional: true }) @Get(':id') read(@Resource() article: Article) {
    return article
  }
  @Can('update', Article) @Patch(':id') update(@Resource(Article) article: Article) {
    return article.id
  }
  @Can('archive', Article) @Can('read', Article) @Delete(':id') archive() {
    return 'archived'
  }
  @Roles('editor') @Can('read', Article) @Get(':id/history') history() {
    return 'history'
  }
  @Can('read', Article, { param: 'slug' }) @Get('by-slug/:slug') bySlug(@Resource() article: Article) {
    return article.id
  }
  @Can('forgotten', Article) @Get(':id/forgotten') forgotten() {}
  @Can('truthy', Article) @Get(':id/truthy') truthy() {}
}

let served: Served
const log = new MemoryAuditLog()
afterEach(() => served?.close())
const start = async (explain = false, providers: readonly Class[] = []) => {
  served = await serve({
    imports: [
      AuthorizationModule.forRoot({ explain, audit: 'all' }),
      callers(),
      OpenApiModule.forRoot({ title: 'T', version: '1' }),
    ],
    controllers: [ArticlesController],
    providers: [Articles, ArticlePolicy, ...providers, { provide: AUDIT_LOG, useValue: log }],
  })
  return served.send
}

describe('policies', () => {
  it('decide about the resource that the path names, and hand it to the handler', async () => {
    const send = await start()
    expect((await send('/articles/1', as('ada', 'PATCH'))).text).toBe('1')
    expect((await send('/articles/1', as('ben', 'PATCH'))).status).toBe(403)
    // loaded once for the rule and the handler
    expect(served.app.get(Articles).asked).toEqual(['1', '1'])
  })

  it('answer 404 for what is not there and for what they hide, word for word alike', async () => {
    const send = await start()
    const missing = await send('/articles/9', as('ben'))
    const hidden = await send('/articles/1', as('ben'))
    expect([missing.status, hidden.status]).toEqual([404, 404])
    expect(hidden.text.replace('/articles/1', '')).toBe(missing.text.replace('/articles/9', ''))
    expect((await send('/articles/1', as('ada'))).body).toMatchObject({ id: '1' })
  })

  it('are asked about callers who are not logged in only if they want to', async () => {
    const send = await start()
    expect((await send('/articles/2')).body).toMatchObject({ id: '2' })
    expect((await send('/articles/1')).status).toBe(404)
    expect((await send('/articles', { method: 'POST' })).status).toBe(401)
    expect((await send('/articles', as('ada', 'POST'))).status).toBe(201)
  })

  it('have a say before every action, in both directions', async () => {
    const send = await start()
    expect((await send('/articles/3', as('root;roles=admin', 'PATCH'))).status).toBe(200)
    expect((await send('/articles/2', as('banned'))).status).toBe(403)
  })

  it('have to say yes, all of those that a route asks', async () => {
    const send = await start()
    expect((await send('/articles/2', as('root;roles=admin', 'DELETE'))).status).toBe(403)
    expect((await send('/articles/2', as('ada', 'DELETE'))).status).toBe(403)
  })

  it('are not asked, and nothing is loaded, where a role is missing', async () => {
    const send = await start()
    expect((await send('/articles/2/history', as('ada'))).status).toBe(403)
    expect((await send('/articles/9/history', as('ada'))).status).toBe(403)
    expect(served.app.get(Articles).asked).toEqual([])
    expect((await send('/articles/9/history', as('ada;roles=editor'))).status).toBe(404)
  })

  it('refuse where a method forgets to answer, or answers something else than true', async () => {
    const send = await start()
    expect((await send('/articles/2/forgotten', as('ada'))).status).toBe(403)
    expect((await send('/articles/2/truthy', as('ada'))).status).toBe(403)
  })

  it('take their key from another parameter', async () => {
    const send = await start()
    expect((await send('/articles/by-slug/3', as('ada'))).text).toBe('3')
  })

  it('explain themselves in development and in the audit log', async () => {
    const send = await start(true)
    const denied = await send('/articles/3', as('ada', 'PATCH'))
    expect(denied.body).toMatchObject({ reasons: ['ArticlePolicy.update: it is somebody else’s.'] })
    const hidden = await send('/articles/1', as('ben'))
    expect(hidden.body).toMatchObject({
      code: 'CORBEL_AUTHORIZATION_RESOURCE_NOT_FOUND',
      detail: 'There is no such Article.',
      reasons: ['ArticlePolicy.read: drafts are private.'],
    })
    expect(log.of('authorization.denied').at(-1)).toMatchObject({
      actor: 'ben',
      reason: 'ArticlePolicy.read: drafts are private.',
    })
  })

  it('stand in documents', async () => {
    const send = await start()
    const { paths } = (await send('/openapi.json', as('ada'))).body as {
      paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>
    }
    const { responses } = paths['/articles/{id}']!['patch']!
    expect(responses['403']!.description).toContain('can update Article')
    expect(responses['404']).toBeDefined()
  })
})

describe('Authorizer', () => {
  const ada = { id: 'ada' }

  it('asks policies for services and pages', async () => {
    await start()
    const authorizer = served.app.get(Authorizer)
    const articles = served.app.get(Articles).all()
    expect(await authorizer.can(ada, 'update', articles[0]!)).toBe(true)
    expect(await authorizer.can(ada, 'update', articles[2]!)).toBe(false)
    expect((await authorizer.filter(ada, 'read', articles)).map(({ id }) => id)).toEqual(['1', '2', '3'])
    expect((await authorizer.filter(undefined, 'read', articles)).map(({ id }) => id)).toEqual(['2', '3'])
    await expect(authorizer.assert(ada, 'update', articles[2]!)).rejects.toMatchObject({ status: 403 })
    await expect(authorizer.assert(undefined, 'update', articles[2]!)).rejects.toMatchObject({ status: 401 })
    await expect(authorizer.assert({ id: 'ben' }, 'read', articles[0]!)).rejects.toMatchObject({
      status: 404,
    })
    await expect(authorizer.assert(ada, 'create', Article)).resolves.toBeUndefined()
    expect(log.of('authorization.denied').at(-1)).toMatchObject({ actor: 'ben', target: 'Article:1' })
  })

  it('finds the policy of a class above, and takes plain objects for what they are said to be', async () => {
    await start()
    const authorizer = served.app.get(Authorizer)
    expect(await authorizer.can(ada, 'update', new Essay('4', 'ada', 'draft'))).toBe(true)
    expect(await authorizer.can(ada, 'update', { id: '4', authorId: 'ada' }, Article)).toBe(true)
  })

  it('takes null and false for nobody, as libraries leave them', async () => {
    await start()
    const authorizer = served.app.get(Authorizer)
    const [draft] = served.app.get(Articles).all()
    for (const nobody of [undefined, null, false]) {
      await expect(authorizer.assert(nobody, 'update', draft!)).rejects.toMatchObject({ status: 401 })
      expect(await authorizer.can(nobody, 'create', Article)).toBe(false)
      expect(authorizer.hasRole(nobody, 'admin')).toBe(false)
    }
  })

  it('does not take mistakes for refusals', async () => {
    await start()
    const authorizer = served.app.get(Authorizer)
    const article = served.app.get(Articles).all()[0]!
    for (const action of [
      'publish',
      'constructor',
      'toString',
      '__proto__',
      'load',
      'before',
      'hasOwnProperty',
    ])
      await expect(authorizer.can(ada, action, article), action).rejects.toBeInstanceOf(PolicyUnknown)
    await expect(authorizer.can(ada, 'update', {})).rejects.toBeInstanceOf(PolicyUnknown)
  })
})

describe('isOwner', () => {
  it.each([
    [{ id: '7' }, { ownerId: 7 }, true],
    [{ id: 7 }, { ownerId: '7' }, true],
    [{ id: '7' }, { ownerId: { id: 7 } }, true],
    [{ id: '7' }, { ownerId: '8' }, false],
    [{ id: '7' }, {}, false],
    [{ id: '' }, { ownerId: '' }, false],
    [{ id: undefined as unknown as string }, { ownerId: undefined }, false],
    [{ id: 'null' }, { ownerId: null }, false],
    [{ id: 'NaN' }, { ownerId: Number.NaN }, false],
    [{ id: '[object Object]' }, { ownerId: {} }, false],
    [undefined, { ownerId: undefined }, false],
  ])('of %j and %j: %s', (principal, resource, expected) => {
    expect(isOwner(principal, resource as { ownerId: unknown }, 'ownerId')).toBe(expected)
  })
})

describe('gateways', () => {
  @WebSocketGateway()
  class ArticleGateway {
    @Can('update', Article, { key: (context) => context.switchToWs().getData<{ id: string }>().id })
    @SubscribeMessage('edit')
    edit(@MessageBody('text') text: string, @Resource() article: Article) {
      return `${article.id} ${text}`
    }
    @Roles('editor') @SubscribeMessage('all') all() {
      return 'all'
    }
  }

  it('are held to the same rules', async () => {
    await start(false, [ArticleGateway])
    const client = await TestClient.open(served.url, { headers: { 'x-caller': 'ada' } })
    client.emit('edit', { id: '1', text: 'x' }, 1)
    client.emit('edit', { id: '3', text: 'x' }, 2)
    client.emit('edit', { id: '9', text: 'x' }, 3)
    client.emit('all', {}, 4)
    const messages = (await client.messages(4)) as { id: number }[]
    // each is answered when it is decided
    expect(messages.toSorted((one, other) => one.id - other.id)).toMatchObject([
      { id: 1, data: '1 x' },
      { id: 2, event: 'exception', data: { statusCode: 403, code: 'CORBEL_AUTHORIZATION_DENIED' } },
      {
        id: 3,
        event: 'exception',
        data: { statusCode: 404, code: 'CORBEL_AUTHORIZATION_RESOURCE_NOT_FOUND' },
      },
      { id: 4, event: 'exception', data: { statusCode: 403 } },
    ])
    client.socket.terminate()
  })
})

describe('what cannot work', () => {
  const boot = (controller: Class, ...providers: Class[]): Promise<unknown> => {
    @Module({
      imports: [AuthorizationModule.forRoot(), callers()],
      controllers: [controller],
      providers: [Articles, ...providers],
    })
    class Root {}
    return createApp(Root, { logger: false }).then((app) => app.init())
  }

  it('is a route that asks a policy that is not there, or has no such method', async () => {
    @Controller()
    class Asks {
      @Can('update', Article) @Get(':id') get() {}
    }
    await expect(boot(Asks)).rejects.toThrow('List a class with @Policy(Article) under "providers".')
    @Policy(Article)
    class Less {
      read() {
        return true
      }
    }
    await expect(boot(Asks, Less)).rejects.toThrow('asks for its method update, which it has not')
  })

  it('is a policy that cannot find the resource, or a route that does not say which', async () => {
    @Policy(Article)
    class NoLoad {
      update(_user: unknown, _article: Article) {
        return true
      }
    }
    @Controller()
    class Asks {
      @Can('update', Article) @Get(':id') get() {}
    }
    await expect(boot(Asks, NoLoad)).rejects.toThrow('the policy has no load(key) that finds it')
    @Controller()
    class NoParam {
      @Can('update', Article) @Get() get() {}
    }
    await expect(boot(NoParam, ArticlePolicy)).rejects.toThrow('there is no path parameter "id"')
  })

  it('is a second policy of a class, and one that lives for a request', async () => {
    @Controller()
    class Plain {}
    @Policy(Article)
    class Second {}
    await expect(boot(Plain, ArticlePolicy, Second)).rejects.toThrow('is the policy of Article, too')
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    @Policy(Essay)
    class Short {
      constructor(@Inject(PerRequest) readonly one: PerRequest) {}
    }
    const failure = boot(Plain, PerRequest, Short)
    await expect(failure).rejects.toThrow('it lives for one request')
    await expect(failure).rejects.toBeInstanceOf(PolicyInvalid)
  })
})
