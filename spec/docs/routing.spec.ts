import {
  Body,
  Controller,
  createApp,
  Get,
  Injectable,
  Links,
  Module,
  Name,
  Param,
  Resource,
  type RouteParams,
} from 'corbel'

// #region names
@Controller('photos')
class PhotosController {
  constructor(private readonly links: Links) {}

  @Get({ path: ':id(\\d+)', name: 'photos.show' })
  show(@Param('id') id: string): object {
    return { id, next: this.links.link('photos.show', { id: Number(id) + 1 }, { size: 'large' }) }
  }

  @Get('by/:user{/:year}')
  @Name('photos.by')
  by(@Param('user') user: string): object {
    return { user }
  }
}
// #endregion

// #region host
@Controller({ path: 'home', host: ':tenant.example.com' })
class TenantsController {
  @Get() @Name('tenants.home') home(): string {
    return 'welcome'
  }
}
// #endregion

// #region typed
declare global {
  // eslint-disable-next-line typescript/no-namespace -- the form that TypeScript has for this
  namespace Corbel {
    interface RouteNames {
      'docs.album': RouteParams<'/albums/:id(\\d+){/:page}'> // { id, page? }
    }
  }
}

@Injectable()
class Mails {
  constructor(private readonly links: Links) {}

  album(id: number): string {
    return this.links.link('docs.album', { id }, {}, { origin: 'https://photos.example.com' })
  }
}
// #endregion

@Controller('albums')
class AlbumsController {
  @Get(':id(\\d+){/:page}') @Name('docs.album') show(): string {
    return 'album'
  }
}

// #region resource
@Resource('users.pictures', { except: ['replace'] })
class PicturesController {
  index(@Param('userId') userId: string): object {
    return { of: userId } // GET /users/:userId/pictures, users.pictures.index
  }

  show(@Param('id') id: string): object {
    return { id } // GET /users/:userId/pictures/:id, users.pictures.show
  }

  create(@Body() picture: object): object {
    return picture // POST /users/:userId/pictures, 201
  }
}
// #endregion

@Module({
  controllers: [PhotosController, TenantsController, AlbumsController, PicturesController],
  providers: [Mails],
})
class AppModule {}

describe('docs/routing.md', () => {
  it('writes links', async () => {
    const app = await createApp(AppModule, { logger: false })
    app.setGlobalPrefix('api')
    await app.init()
    // #region link
    app.link('photos.show', { id: 7 }) // /api/photos/7
    app.link('photos.by', { user: 'Ada', year: 2026 }, { tags: ['a', 'b'] }) // /api/photos/by/Ada/2026?tags=a&tags=b
    app.link('tenants.home', { tenant: 'acme' }) // //acme.example.com/api/home
    // #endregion
    expect(app.link('photos.show', { id: 7 })).toBe('/api/photos/7')
    expect(app.link('photos.by', { user: 'Ada', year: 2026 }, { tags: ['a', 'b'] })).toBe(
      '/api/photos/by/Ada/2026?tags=a&tags=b',
    )
    expect(app.link('tenants.home', { tenant: 'acme' })).toBe('//acme.example.com/api/home')
    expect((await app.inject('/api/photos/7')).json()).toEqual({ id: '7', next: '/api/photos/8?size=large' })
    expect(app.get(Mails).album(3)).toBe('https://photos.example.com/api/albums/3')
    await app.close()
  })

  it('serves resources', async () => {
    const app = await createApp(AppModule, { logger: false })
    expect((await app.inject('/users/7/pictures')).json()).toEqual({ of: '7' })
    expect((await app.inject('/users/7/pictures/3')).json()).toEqual({ id: '3' })
    expect((await app.inject({ method: 'POST', url: '/users/7/pictures', body: { a: 1 } })).status).toBe(201)
    expect(app.link('users.pictures.show', { userId: 7, id: 3 })).toBe('/users/7/pictures/3')
    await app.close()
  })
})
