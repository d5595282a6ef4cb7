import {
  AUDIT_LOG,
  ConsoleAuditLog,
  Controller,
  createApp,
  Delete,
  Get,
  Inject,
  Injectable,
  Module,
  Patch,
  Post,
  type Application,
} from 'corbel'
import { AuthModule, BasicStrategy, CurrentUser, Public, type Principal } from 'corbel/auth'
import {
  AuthorizationModule,
  Authorizer,
  Can,
  hide,
  isOwner,
  Permissions,
  Policy,
  Resource,
  Roles,
  VisibleTo,
} from 'corbel/authorization'

// #region resource
class Article {
  id: string
  authorId: string
  title: string
  published: boolean

  @VisibleTo({
    roles: ['editor'],
    when: (user: Principal | undefined, article: Article) => isOwner(user, article, 'authorId'),
  })
  notes: string
}
// #endregion

@Injectable()
class Articles {
  private readonly rows = [
    { id: '1', authorId: 'ada', title: 'Notes on the engine', published: true, notes: 'check G' },
    { id: '2', authorId: 'ada', title: 'A draft', published: false, notes: '' },
  ].map((row) => Object.assign(new Article(), row))

  find(id: string): Article | undefined {
    return this.rows.find((one) => one.id === id)
  }
  all(): readonly Article[] {
    return this.rows
  }
}

// #region policy
@Policy(Article)
class ArticlePolicy {
  constructor(@Inject(Articles) private readonly articles: Articles) {}

  // finds what a route is about: by the path parameter `id`, unless @Can says otherwise
  load(id: string) {
    return this.articles.find(id)
  }

  create() {
    return true
  }

  read(user: Principal, article: Article) {
    return article.published || isOwner(user, article, 'authorId') || hide('drafts are private.')
  }

  update(user: Principal, article: Article) {
    return isOwner(user, article, 'authorId')
  }
}
// #endregion

// #region controller
@Controller('articles')
class ArticlesController {
  constructor(
    @Inject(Articles) private readonly articles: Articles,
    @Inject(Authorizer) private readonly authorizer: Authorizer,
  ) {}

  @Can('read', Article)
  @Get(':id')
  show(@Resource() article: Article) {
    return article
  }

  @Can('update', Article)
  @Patch(':id')
  update(@Resource() article: Article) {
    return article
  }

  @Permissions('articles:write')
  @Post()
  create() {
    return { created: true }
  }

  @Roles('admin')
  @Delete(':id')
  remove() {
    return { removed: true }
  }

  @Roles('author')
  @Get()
  list(@CurrentUser() user: Principal) {
    return this.authorizer.filter(user, 'read', this.articles.all())
  }
}
// #endregion

@Public()
@Controller('health')
class HealthController {
  @Get() get() {
    return 'ok'
  }
}

const users: Readonly<Record<string, readonly string[]>> = {
  ada: ['author'],
  ben: ['author'],
  eve: ['admin'],
}
const strategies = [
  new BasicStrategy({
    verify: (id) => (users[id] === undefined ? undefined : { id, roles: users[id] }),
  }),
]

// #region module
@Module({
  imports: [
    AuthModule.forRoot({ strategies }),
    AuthorizationModule.forRoot({
      roles: {
        admin: { includes: ['editor'], permissions: ['*'] },
        editor: { includes: ['author'], permissions: ['articles:*'] },
        author: { permissions: ['articles:write'] },
      },
      denyByDefault: true,
    }),
  ],
  controllers: [ArticlesController, HealthController],
  providers: [Articles, ArticlePolicy, { provide: AUDIT_LOG, useFactory: () => new ConsoleAuditLog() }],
})
class AppModule {}
// #endregion

describe('the page on authorization', () => {
  let app: Application
  beforeAll(async () => {
    app = await createApp(AppModule, { logger: false })
    await app.init()
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  })
  afterAll(async () => {
    vi.restoreAllMocks()
    await app.close()
  })
  const ask = async (user: string, url: string, method = 'GET') => {
    const authorization = `Basic ${Buffer.from(`${user}:x`).toString('base64')}`
    return app.inject({ url, method, headers: { authorization } })
  }

  it('does what it says', async () => {
    expect((await ask('ada', '/articles/1')).json()).toMatchObject({ notes: 'check G' })
    expect((await ask('ben', '/articles/1')).json()).not.toHaveProperty('notes')
    expect((await ask('ben', '/articles/2')).statusCode).toBe(404)
    expect((await ask('ben', '/articles/1', 'PATCH')).statusCode).toBe(403)
    expect((await ask('ada', '/articles/1', 'PATCH')).statusCode).toBe(200)
    expect((await ask('ben', '/articles', 'POST')).statusCode).toBe(201)
    expect((await ask('ada', '/articles/1', 'DELETE')).statusCode).toBe(403)
    expect((await ask('eve', '/articles/1', 'DELETE')).statusCode).toBe(200)
    expect((await ask('ben', '/articles')).json()).toHaveLength(1)
    expect((await app.inject({ url: '/health' })).statusCode).toBe(200)
  })
})
