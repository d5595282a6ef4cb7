import { appendFileSync } from 'node:fs'
import { mkdtemp, mkdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Controller, Get, Head, Module, Param, Post, Query, Res, type WebResponse } from 'corbel'
import supertest from 'supertest'
import { fetchOverHttp2 } from '../support/http2-fetch.js'
import { currentProtocol, overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

let folder = ''
const changed = new Date('2026-01-01T00:00:00Z')

@Controller()
class Files {
  @Get('files/*path') @Head('files/*path') file(@Param('path') path: string, @Res() response: WebResponse) {
    response.sendFile(path, { root: folder })
  }
  @Post('files') posted(@Res() response: WebResponse) {
    response.status(200).sendFile('data.txt', { root: folder })
  }
  @Get('kept') kept(@Res() response: WebResponse) {
    response.sendFile('data.txt', { root: folder, maxAge: '1d', immutable: true, headers: { 'x-a': 'b' } })
  }
  @Get('bare') bare(@Res() response: WebResponse) {
    const off = { etag: false, lastModified: false, acceptRanges: false, cacheControl: false }
    response.sendFile('data.txt', { root: folder, ...off })
  }
  @Get('followed') followed(@Res() response: WebResponse) {
    response.sendFile('out.txt', { root: folder, followSymlinks: true })
  }
  @Get('hidden') hidden(
    @Query('dotfiles') dotfiles: 'allow' | 'deny' | 'ignore',
    @Res() response: WebResponse,
  ) {
    response.sendFile('.secret', { root: folder, dotfiles })
  }
  @Get('download') download(@Query('name') name: string | undefined, @Res() response: WebResponse) {
    response.download(join(folder, 'data.txt'), name, { headers: { 'x-a': 'b' } })
  }
  @Get('growing') growing(@Res() response: WebResponse) {
    const { writeHead } = response
    // called when the first bytes have been read
    response.writeHead = function (...details) {
      appendFileSync(join(folder, 'log.txt'), 'more')
      return writeHead.apply(this, details)
    }
    response.sendFile('log.txt', { root: folder })
  }
  @Get('missing') missing(@Res() response: WebResponse) {
    response.download('nothing.txt', (error) => response.status(410).send((error as Error).message))
  }
}

@Module({ controllers: [Files] })
class AppModule {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corbel-'))
  await writeFile(join(folder, 'data.txt'), '0123456789')
  await writeFile(join(folder, '.secret'), 'secret')
  await mkdir(join(folder, 'sub'))
  await writeFile(`${folder}.txt`, 'outside')
  await symlink(`${folder}.txt`, join(folder, 'out.txt'))
  await symlink('data.txt', join(folder, 'in.txt'))
  await writeFile(join(folder, 'html'), '<p>')
  await utimes(join(folder, 'data.txt'), changed, changed)
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await rm(`${folder}.txt`)
})

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** As `fetch`, which would add headers of its own to conditions. */
async function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  const { app, url } = await serve(AppModule)
  if (currentProtocol() === 'HTTP/2') {
    const answer = await fetchOverHttp2(url + path, { headers, verbatim: true })
    return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text() }
  }
  return supertest(app.getHttpServer() as never)
    .get(path)
    .set(headers)
    .buffer(true)
}

overProtocols('sendFile', () => {
  it('tells what can be told about a file', async () => {
    const { headers } = await get('/files/data.txt')
    const { size, mtimeMs } = await stat(join(folder, 'data.txt'))
    expect(headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': '10',
      'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT',
      etag: `W/"${size.toString(16)}-${mtimeMs.toString(16)}"`,
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=0',
    })
  })

  it('takes options for caches, and leaves out what it is told to', async () => {
    const kept = await get('/kept')
    expect(kept.headers).toMatchObject({ 'cache-control': 'public, max-age=86400, immutable', 'x-a': 'b' })
    const bare = await get('/bare', { range: 'bytes=0-1' })
    expect(bare.status).toBe(200)
    for (const name of ['etag', 'last-modified', 'accept-ranges', 'cache-control'])
      expect(bare.headers).not.toHaveProperty(name)
  })

  it.each([
    ['bytes=0-3', '0123', 'bytes 0-3/10'],
    ['bytes=4-', '456789', 'bytes 4-9/10'],
    ['bytes=-2', '89', 'bytes 8-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    [`bytes=8-${'9'.repeat(20)}`, '89', 'bytes 8-9/10'],
  ])('sends the part %s', async (range, text, contentRange) => {
    const answer = await get('/files/data.txt', { range })
    expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([206, text, contentRange])
  })

  it.each(['bytes=3-1', 'lines=0-1', 'bytes=', 'bytes=a-b', 'bytes=0-1,x'])(
    'sends the whole for %s',
    async (range) => {
      const answer = await get('/files/data.txt', { range })
      expect([answer.status, answer.text]).toEqual([200, '0123456789'])
    },
  )

  it('sends no folder, nothing behind a slash, and follows no link out of its root', async () => {
    for (const path of ['sub', 'sub/', 'data.txt/', 'out.txt'])
      expect([path, (await get(`/files/${path}`)).status]).toEqual([path, 404])
    expect((await get('/files/in.txt')).text).toBe('0123456789')
    // a name is no extension
    expect((await get('/files/html')).headers['content-type']).toBe('application/octet-stream')
    expect((await get('/followed')).text).toBe('outside')
  })

  it('refuses a part that it does not have', async () => {
    for (const range of ['bytes=10-', 'bytes=-0', `bytes=${'9'.repeat(20)}-`]) {
      const answer = await get('/files/data.txt', { range })
      expect([answer.status, answer.headers['content-range']]).toEqual([416, 'bytes */10'])
    }
  })

  it('sends the whole if the client has parts of another file', async () => {
    const date = (text: string) => ({ range: 'bytes=0-1', 'if-range': text })
    expect((await get('/files/data.txt', date('Thu, 01 Jan 2026 00:00:00 GMT'))).status).toBe(206)
    expect((await get('/files/data.txt', date('Wed, 31 Dec 2025 00:00:00 GMT'))).status).toBe(200)
    expect((await get('/files/data.txt', date('"other"'))).status).toBe(200)
  })

  it('answers 304 if the client has it, and 412 if a precondition fails', async () => {
    const { headers } = await get('/files/data.txt')
    const fresh = await get('/files/data.txt', { 'if-none-match': headers['etag'] as string })
    expect([fresh.status, fresh.text, fresh.headers['content-type']]).toEqual([304, '', undefined])
    expect(fresh.headers['etag']).toBe(headers['etag'])
    const since = (date: string) => get('/files/data.txt', { 'if-modified-since': date })
    expect((await since('Thu, 01 Jan 2026 00:00:00 GMT')).status).toBe(304)
    expect((await since('Wed, 31 Dec 2025 00:00:00 GMT')).status).toBe(200)
    expect((await get('/files/data.txt', { 'if-match': '"other"' })).status).toBe(412)
    const unmodified = { 'if-unmodified-since': 'Wed, 31 Dec 2025 00:00:00 GMT' }
    expect((await get('/files/data.txt', unmodified)).status).toBe(412)
  })

  it('answers HEAD without reading the file, and POST without conditions', async () => {
    const { fetch } = await serve(AppModule)
    const head = await fetch('/files/data.txt', { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', ''])
    const posted = await fetch('/files', { method: 'POST', headers: { range: 'bytes=0-1' } })
    expect([posted.status, await posted.text()]).toEqual([200, '0123456789'])
  })

  it('sends as much as there was when it was asked for, though the file grows', async () => {
    const text = '0123456789'.repeat(20_000)
    await writeFile(join(folder, 'log.txt'), text)
    expect((await get('/growing')).text).toBe(text)
    expect((await stat(join(folder, 'log.txt'))).size).toBe(text.length + 4)
  })

  it('sends an empty file', async () => {
    await writeFile(join(folder, 'empty.txt'), '')
    const answer = await get('/files/empty.txt')
    expect([answer.status, answer.text, answer.headers['content-length']]).toEqual([200, '', '0'])
  })

  it('hides names that begin with a dot, unless it is told otherwise', async () => {
    expect((await get('/files/.secret')).status).toBe(404)
    expect((await get('/hidden?dotfiles=deny')).status).toBe(403)
    expect((await get('/hidden?dotfiles=allow')).status).toBe(200)
    expect((await get('/files/sub')).status).toBe(404)
  })
})

overProtocols('download', () => {
  it('names the file after itself, or as it is told', async () => {
    const own = await get('/download')
    expect(own.headers['content-disposition']).toBe('attachment; filename="data.txt"')
    const named = await get('/download?name=report.txt')
    expect(named.headers).toMatchObject({
      'content-disposition': 'attachment; filename="report.txt"',
      'x-a': 'b',
    })
    expect(named.text).toBe('0123456789')
  })

  it('tells its callback what went wrong', async () => {
    const answer = await get('/missing')
    expect([answer.status, answer.text]).toEqual([410, 'There is no such file.'])
  })
})
