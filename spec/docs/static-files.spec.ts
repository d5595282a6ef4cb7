import { createReadStream } from 'node:fs'
import {
  Controller,
  createApp,
  Get,
  Module,
  Param,
  Res,
  StaticModule,
  StreamableFile,
  type WebResponse,
} from 'corbel'
import { makeTree, type Tree } from '../static/tree.js'

let tree: Tree
let films = 'films'

// #region send
@Controller('films')
class FilmsController {
  @Get(':name')
  film(@Param('name') name: string, @Res() response: WebResponse): void {
    response.sendFile(name, { root: films, maxAge: '1d', etag: 'strong' }) // 206, 304, 412, 416 as asked for
  }

  @Get(':name/stream')
  stream(): StreamableFile {
    const file = `${films}/a.webm` // anything that can be opened at a place: a file, a bucket, a blob in a database
    return new StreamableFile((range) => createReadStream(file, range), {
      type: 'video/webm',
      length: 10,
      etag: '"v1"',
    })
  }
}
// #endregion

describe('docs/static-files.md', () => {
  beforeAll(async () => {
    tree = await makeTree({
      'public/robots.txt': 'User-agent: *',
      'dist/index.html': '<title>app</title>',
      'dist/assets/app-BfG3aK2x.js': 'app',
      'films/a.webm': '0123456789',
    })
    films = tree.path('films')
  })
  afterAll(() => tree.remove())

  it('serves folders', async () => {
    const [folder, built] = [tree.path('public'), tree.path('dist')]
    // #region module
    @Module({
      imports: [
        StaticModule.forRoot(
          folder, // at /
          { root: built, prefix: '/app', spa: true, immutable: true },
        ),
      ],
      controllers: [FilmsController],
    })
    class AppModule {}
    // #endregion
    const app = await createApp(AppModule, { logger: false })
    expect((await app.inject('/robots.txt')).body).toBe('User-agent: *')
    const page = await app.inject({ url: '/app/users/7', headers: { accept: 'text/html' } })
    expect(page.body).toBe('<title>app</title>')
    const script = await app.inject('/app/assets/app-BfG3aK2x.js')
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    for (const url of ['/films/a.webm', '/films/a.webm/stream']) {
      const part = await app.inject({ url, headers: { range: 'bytes=2-4' } })
      expect([part.status, part.body]).toEqual([206, '234'])
    }
    await app.close()
  })
})
