import { execFile, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import {
  Body,
  Controller,
  Cookies,
  ETag,
  Get,
  Module,
  Post,
  Produces,
  Put,
  Redirect,
  Req,
  Res,
  Sse,
  StreamableFile,
  UploadedFile,
  UseInterceptors,
  type HttpRequest,
  type HttpResponse,
} from 'corbel'
import { FileInterceptor, type MultipartFile } from 'corbel/uploads'
import { Subject } from 'rxjs'
import { available } from '../conformance/application/clients.js'
import { makeTree, type Tree } from '../static/tree.js'
import { serve } from './serve.js'
import { eventually } from '../support/eventually.js'

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'.repeat(1000)
const CHANGED = new Date('2026-01-01T00:00:00Z')
let ticks = new Subject<string>()

@Controller()
class Everything {
  @Get('people') @Produces('json', 'csv', 'xml') people() {
    return [{ name: 'Ada', born: 1815 }]
  }
  @Get('letters') letters() {
    return new StreamableFile(Buffer.from(LETTERS), {
      etag: '"v1"',
      lastModified: CHANGED,
      type: 'text/plain',
    })
  }
  @Get('tagged') @ETag() tagged() {
    return { letters: LETTERS }
  }
  @Post('upload')
  @UseInterceptors(FileInterceptor('file', { limits: { fileSize: 4_000_000 } }))
  upload(@UploadedFile() file: MultipartFile, @Body() fields: { title: string }) {
    return [file.originalname, file.mimetype, file.size, fields.title]
  }
  @Put('stream') async stream(@Req() { exchange }: HttpRequest) {
    let size = 0
    for await (const part of exchange.body) size += part.length
    return size
  }
  @Post('small') small(@Body() body: unknown) {
    return { body }
  }
  @Get('visit') visit(
    @Cookies('visits') visits: string | undefined,
    @Res({ passthrough: true }) response: HttpResponse,
  ) {
    response.cookie('visits', String(Number(visits ?? 0) + 1), { httpOnly: true })
    return `visit ${visits ?? 'first'}`
  }
  @Get('old') @Redirect('/older', 301) old() {}
  @Get('older') @Redirect('/people', 307) older() {}
  @Post('order') order(@Res() response: HttpResponse) {
    response.redirect(303, '/people')
  }
  @Sse('ticks') ticks() {
    return ticks
  }
}
@Module({ controllers: [Everything] })
class AppModule {}

interface Outcome {
  readonly status: number
  readonly version: string
  readonly redirects: number
  /** Bytes of the body on the wire. */
  readonly size: number
  /** Of the last answer, in lower case. */
  readonly head: string
  readonly body: string
}

describe.skipIf(!available('curl')).each([
  ['--http1.1', '1.1'],
  ['--http2-prior-knowledge', '2'],
])('curl %s', { timeout: 120_000 }, (protocol, version) => {
  let folder: Tree
  let url: string

  beforeEach(async () => {
    ticks = new Subject()
    folder = await makeTree({ 'picture.png': 'PNG', 'large.bin': Buffer.alloc(3_000_000, 7) })
    url = (await serve(AppModule, { compression: true })).url
  })
  afterEach(() => folder.remove())

  const curl = async (path: string, ...args: readonly string[]): Promise<Outcome> => {
    const [head, body] = [folder.path('head'), folder.path('body')]
    const told = await new Promise<string>((resolve, reject) => {
      const format = '%{http_code} %{http_version} %{num_redirects} %{size_download}'
      // it waits for the word of the server, however long that takes, where it is told to
      const patience = ['--expect100-timeout', '60']
      const all = ['-sS', protocol, ...patience, '-D', head, '-o', body, '-w', format, ...args, url + path]
      execFile('curl', all, { timeout: 60_000 }, (error, out, failure) => {
        if (error) reject(new Error(`curl ${all.join(' ')}: ${failure}`, { cause: error }))
        else resolve(out)
      })
    })
    const [status, spoken, redirects, size] = told.split(' ')
    expect(spoken).toBe(version)
    return {
      status: Number(status),
      version: spoken!,
      redirects: Number(redirects),
      size: Number(size),
      head: (await readFile(head, 'latin1')).trimEnd().split('\r\n\r\n').at(-1)!.toLowerCase(),
      body: await readFile(body, 'latin1').catch(() => ''),
    }
  }

  it('negotiates', async () => {
    expect((await curl('/people')).body).toBe('[{"name":"Ada","born":1815}]')
    const csv = await curl('/people', '-H', 'Accept: application/json;q=0.5, text/csv')
    expect([csv.status, csv.body]).toEqual([200, 'name,born\r\nAda,1815\r\n'])
    expect(csv.head).toMatch(/^vary: accept/m)
    const none = await curl('/people', '-H', 'Accept: image/png')
    expect([none.status, JSON.parse(none.body)]).toEqual([
      406,
      expect.objectContaining({ status: 406, code: 'CORBEL_NOT_ACCEPTABLE' }),
    ])
  })

  it('asks for ranges, and goes on with a download', async () => {
    const part = await curl('/letters', '-r', '3-5')
    expect([part.status, part.body]).toEqual([206, 'def'])
    expect((await curl('/letters', '-r', '0-1,-2')).head).toContain('multipart/byteranges')
    expect((await curl('/letters', '-r', '99999-')).status).toBe(416)
    await writeFile(folder.path('body'), LETTERS.slice(0, 1234))
    const rest = await curl('/letters', '-C', '-')
    expect([rest.status, rest.size, rest.body === LETTERS]).toEqual([206, LETTERS.length - 1234, true])
  })

  it('keeps what it has: by tag and by date', async () => {
    const tag = folder.path('tag')
    for (const [path, first, then] of [
      ['/tagged', 200, 304],
      ['/letters', 200, 304],
    ] as const) {
      expect((await curl(path, '--etag-save', tag)).status).toBe(first)
      const again = await curl(path, '--etag-compare', tag)
      expect([again.status, again.size]).toEqual([then, 0])
    }
    expect((await curl('/letters', '-z', CHANGED.toUTCString())).status).toBe(304)
    expect((await curl('/letters', '-z', new Date(0).toUTCString())).status).toBe(200)
    expect((await curl('/letters', '-H', 'If-Match: "v0"')).status).toBe(412)
  })

  it('takes content codings off', async () => {
    const answer = await curl('/tagged', '--compressed')
    expect(JSON.parse(answer.body)).toEqual({ letters: LETTERS })
    expect(answer.head).toMatch(/^content-encoding: (?:br|gzip|zstd|deflate)/m)
    expect(answer.size).toBeLessThan(LETTERS.length / 10)
  })

  it('uploads forms', async () => {
    const answer = await curl(
      '/upload',
      '-F',
      'title=sunrise',
      '-F',
      `file=@${folder.path('picture.png')};type=image/png`,
    )
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      201,
      ['picture.png', 'image/png', 3, 'sunrise'],
    ])
  })

  it('sends large bodies, in pieces or when it is told to continue', async () => {
    const file = folder.path('large.bin')
    expect((await curl('/stream', '-T', file)).body).toBe('3000000')
    expect((await curl('/stream', '-T', file, '-H', 'Transfer-Encoding: chunked')).body).toBe('3000000')
    const form = await curl('/upload', '-F', 'title=x', '-F', `file=@${file}`, '-H', 'Expect: 100-continue')
    expect(JSON.parse(form.body)).toEqual(['large.bin', 'application/octet-stream', 3_000_000, 'x'])
  })

  it('is refused before it has sent a large body', async () => {
    const file = folder.path('large.bin')
    const refused = await curl(
      '/small',
      '--data-binary',
      `@${file}`,
      '-H',
      'Expect: 100-continue',
      '-H',
      'Content-Type: application/json',
    )
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      413,
      expect.objectContaining({ code: 'CORBEL_BODY_TOO_LARGE' }),
    ])
  })

  it('keeps cookies in its jar', async () => {
    const jar = folder.path('jar')
    const bodies = []
    for (let visit = 0; visit < 3; visit++) bodies.push((await curl('/visit', '-b', jar, '-c', jar)).body)
    expect(bodies).toEqual(['visit first', 'visit 1', 'visit 2'])
    expect(await readFile(jar, 'utf8')).toMatch(/^#HttpOnly_127\.0\.0\.1\t.*\tvisits\t3$/m)
  })

  // curl 7.88 uses a connection that it has made with prior knowledge only once, whoever the server is
  it.skipIf(version === '2')('follows redirects', async () => {
    const answer = await curl('/old', '-L')
    expect([answer.status, answer.redirects, answer.body]).toEqual([200, 2, '[{"name":"Ada","born":1815}]'])
    const posted = await curl('/order', '-L', '-d', 'a=1')
    expect([posted.status, posted.redirects]).toEqual([200, 1])
  })

  it('reads events as they come, and is missed when it leaves', async () => {
    const child = spawn('curl', ['-sSN', protocol, `${url}/ticks`])
    let text = ''
    child.stdout.on('data', (part: Buffer) => (text += part.toString()))
    await eventually(() => expect(ticks.observed).toBe(true))
    for (const tick of ['one', 'two']) {
      ticks.next(tick)
      await eventually(() => expect(text).toContain(`data: ${tick}\n\n`))
    }
    child.kill()
    await eventually(() => expect(ticks.observed).toBe(false))
  })
})
