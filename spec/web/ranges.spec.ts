import { createReadStream } from 'node:fs'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Controller, Get, Header, Module, Res, StreamableFile, type WebResponse } from 'corbel'
import { createApp, MAX_RANGES, type Application } from 'corbel'
import { fc } from '../support/properties.js'
import { fetchOver, overProtocols } from '../support/protocols.js'

const TEXT = 'abcdefghijklmnopqrstuvwxyz'.repeat(4000) // more than one chunk of a file
const SIZE = TEXT.length
const STATE = { etag: '"v1"', lastModified: new Date('2026-01-01T00:00:00Z') }
const OLD = 'Thu, 01 Jan 2026 00:00:00 GMT'
let folder = ''

@Controller()
class Files {
  @Get('send-file') file(@Res() response: WebResponse) {
    response.setHeader('etag', STATE.etag).sendFile('data.txt', { root: folder })
  }
  @Get('bytes') bytes() {
    return new StreamableFile(Buffer.from(TEXT), { type: 'text/plain; charset=utf-8', ...STATE })
  }
  @Get('opened') opened() {
    return new StreamableFile((range) => createReadStream(join(folder, 'data.txt'), range), {
      type: 'text/plain; charset=utf-8',
      length: SIZE,
      ...STATE,
    })
  }
  @Get('stream') stream() {
    const options = { type: 'text/plain; charset=utf-8', length: SIZE, ...STATE }
    return new StreamableFile(createReadStream(join(folder, 'data.txt')), options)
  }
  @Get('endless') endless() {
    return new StreamableFile(createReadStream(join(folder, 'data.txt')))
  }
  @Get('whole') @Header('x-a', 'b') whole() {
    return new StreamableFile(Buffer.from(TEXT), { acceptRanges: false })
  }
}
@Module({ controllers: [Files] })
class AppModule {}

/** What of the whole was sent, part by part, whatever the form. */
async function partsOf(answer: Response): Promise<[range: string | null, text: string][]> {
  const body = await answer.text()
  const boundary = /^multipart\/byteranges; boundary=(.+)$/.exec(
    answer.headers.get('content-type') ?? '',
  )?.[1]
  if (boundary === undefined) return [[answer.headers.get('content-range'), body]]
  expect(answer.headers.has('content-range')).toBe(false)
  expect(answer.headers.get('content-length')).toBe(String(body.length))
  const parts = `\r\n${body}`.split(`\r\n--${boundary}`)
  expect([parts[0], parts.at(-1)]).toEqual(['', '--\r\n'])
  return parts.slice(1, -1).map((part) => {
    const [, type, range, text] = /^\r\ncontent-type: (.*)\r\ncontent-range: (.*)\r\n\r\n([^]*)$/.exec(part)!
    expect(type).toBe('text/plain; charset=utf-8')
    return [range!, text!]
  })
}

let app: Application
let origin = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corbel-'))
  await writeFile(join(folder, 'data.txt'), TEXT)
  await utimes(join(folder, 'data.txt'), STATE.lastModified, STATE.lastModified)
  app = await createApp(AppModule, { logger: false, shutdownSignals: false })
  await app.listen(0, '127.0.0.1')
  origin = await app.getUrl()
})
afterAll(async () => {
  await app.close()
  await rm(folder, { recursive: true })
})
// `cache-control` is what fetch would add to conditions by itself otherwise
const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetchOver(origin + path, { method, headers: { 'cache-control': 'max-age=0', ...headers } })

overProtocols('ranges', () => {
  describe.each(['/send-file', '/bytes', '/opened', '/stream'])('parts of %s', (path) => {
    const several = path !== '/stream'

    it.each([
      ['bytes=0-3', 'bytes 0-3', 'abcd'],
      ['bytes= 26-28 ', 'bytes 26-28', 'abc'],
      [`bytes=${SIZE - 2}-`, `bytes ${SIZE - 2}-${SIZE - 1}`, 'yz'],
      ['bytes=-3', `bytes ${SIZE - 3}-${SIZE - 1}`, 'xyz'],
      [`bytes=${SIZE - 1}-${SIZE + 5}`, `bytes ${SIZE - 1}-${SIZE - 1}`, 'z'],
    ])('%s', async (range, told, text) => {
      const answer = await get(path, { range })
      expect(answer.status).toBe(206)
      expect(answer.headers.get('accept-ranges')).toBe('bytes')
      expect(answer.headers.get('etag')).toBe('"v1"')
      expect(await partsOf(answer)).toEqual([[`${told}/${SIZE}`, text]])
    })

    it('are as long as asked for where they go over chunks', async () => {
      const answer = await get(path, { range: 'bytes=65000-70000' })
      expect(await answer.text()).toBe(TEXT.slice(65000, 70001))
    })

    it(several ? 'may be several' : 'are one only, as the source cannot be read twice', async () => {
      const answer = await get(path, { range: 'bytes=52-53, 0-2,, -1' })
      if (!several) return expect([answer.status, await answer.text()]).toEqual([200, TEXT])
      expect(answer.status).toBe(206)
      expect(await partsOf(answer)).toEqual([
        [`bytes 52-53/${SIZE}`, 'ab'],
        [`bytes 0-2/${SIZE}`, 'abc'],
        [`bytes ${SIZE - 1}-${SIZE - 1}/${SIZE}`, 'z'],
      ])
    })

    it.each([
      ['beyond the end', `bytes=${SIZE}-`],
      ['of no bytes', 'bytes=-0'],
      [
        'more than 16',
        `bytes=${Array.from({ length: MAX_RANGES + 1 }, (_, i) => `${i * 9}-${i * 9}`).join(',')}`,
      ],
      ['that overlap', 'bytes=0-,0-,0-'],
      ['that overlap in steps', 'bytes=0-10,5-15,12-20'],
    ])('are refused if they are %s', async (_name, range) => {
      const answer = await get(path, { range })
      if (!several && range.includes(',')) return expect(answer.status).toBe(200)
      expect([answer.status, answer.headers.get('content-range')]).toEqual([416, `bytes */${SIZE}`])
      expect(await answer.json()).toMatchObject({ status: 416, code: 'CORBEL_RANGE_NOT_SATISFIABLE' })
      expect(answer.headers.get('cache-control')).toBeNull()
    })

    it.each(['bytes=5-2', 'bytes=-', 'bytes=', 'bytes', 'bytes=a-b', 'items=0-1', 'bytes=0-1;2-3'])(
      'are not there if the field makes no sense: %s',
      async (range) => {
        const answer = await get(path, { range })
        expect([answer.status, (await answer.text()).length]).toEqual([200, SIZE])
      },
    )

    it('go with HEAD as little as with other methods', async () => {
      const answer = await get(path, { range: 'bytes=0-3' }, 'HEAD')
      expect([answer.status, answer.headers.get('content-length')]).toEqual([200, String(SIZE)])
    })

    it.each([
      ['the strong tag', '"v1"', 206],
      ['another tag', '"v2"', 200],
      ['a weak tag, which cannot tell', 'W/"v1"', 200],
      ['the date', OLD, 206],
      ['an earlier date', 'Wed, 31 Dec 2025 00:00:00 GMT', 200],
      ['a later date, which is none that it was given', 'Fri, 02 Jan 2026 00:00:00 GMT', 200],
      ['no date', 'yesterday', 200],
    ])('depend on If-Range: %s', async (_name, ifRange, status) => {
      expect((await get(path, { range: 'bytes=0-3', 'if-range': ifRange })).status).toBe(status)
    })

    it.each<[string, Record<string, string>, number]>([
      ['If-None-Match', { 'if-none-match': '"v0", W/"v1"' }, 304],
      ['If-None-Match with commas in a tag', { 'if-none-match': '"a,"v1"' }, 200],
      ['If-None-Match: *', { 'if-none-match': '*' }, 304],
      ['If-None-Match before If-Modified-Since', { 'if-none-match': '"v2"', 'if-modified-since': OLD }, 200],
      ['If-Modified-Since', { 'if-modified-since': OLD }, 304],
      ['If-Modified-Since in an old form', { 'if-modified-since': 'Thursday, 01-Jan-26 00:00:00 GMT' }, 304],
      ['If-Modified-Since in the oldest', { 'if-modified-since': 'Thu Jan  1 00:00:00 2026' }, 304],
      ['If-Modified-Since that is no date', { 'if-modified-since': '2027' }, 200],
      ['If-Match', { 'if-match': '"v1"' }, 200],
      ['If-Match that is weak', { 'if-match': 'W/"v1"' }, 412],
      ['If-Match: *', { 'if-match': '*' }, 200],
      [
        'If-Match before If-Unmodified-Since',
        { 'if-match': '"v1"', 'if-unmodified-since': 'Wed, 31 Dec 2025 00:00:00 GMT' },
        200,
      ],
      ['If-Unmodified-Since', { 'if-unmodified-since': 'Wed, 31 Dec 2025 00:00:00 GMT' }, 412],
      ['If-Match before If-None-Match', { 'if-match': '"v2"', 'if-none-match': '"v1"' }, 412],
      ['If-None-Match before Range', { 'if-none-match': '"v1"', range: 'bytes=0-3' }, 304],
      ['If-Match before Range', { 'if-match': '"v2"', range: `bytes=${SIZE}-` }, 412],
    ])('and conditions: %s', async (_name, headers, status) => {
      const answer = await get(path, headers)
      expect(answer.status).toBe(status)
      if (status === 304) expect(answer.headers.get('etag')).toBe('"v1"')
      if (status === 412) expect(await answer.json()).toMatchObject({ code: 'CORBEL_PRECONDITION_FAILED' })
    })
  })

  describe('files without parts', () => {
    it('are sent whole if nobody knows their length, or if they are to be', async () => {
      for (const path of ['/endless', '/whole']) {
        const answer = await get(path, { range: 'bytes=0-3' })
        expect([answer.status, answer.headers.get('accept-ranges')]).toEqual([200, null])
        expect(await answer.text()).toBe(TEXT)
      }
    })
  })

  describe('any ranges', () => {
    it('give what they name, or nothing', async () => {
      const range = fc
        .tuple(fc.nat(60), fc.nat(60))
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const)
      await fc.assert(
        fc.asyncProperty(fc.array(range, { minLength: 1, maxLength: 5 }), async (ranges) => {
          const answer = await get('/bytes', {
            range: `bytes=${ranges.map((one) => one.join('-')).join(',')}`,
          })
          if (answer.status === 416) return
          expect(answer.status).toBe(206)
          const covered = new Set(
            ranges.flatMap(([a, b]) => Array.from({ length: b - a + 1 }, (_, i) => a + i)),
          )
          const sent: number[] = []
          for (const [told, text] of await partsOf(answer)) {
            const [, start, end] = /^bytes (\d+)-(\d+)\//.exec(told!)!.map(Number)
            expect(text).toBe(TEXT.slice(start!, end! + 1))
            for (let at = start!; at <= end!; at += 1) sent.push(at)
          }
          // each byte once, whatever overlaps
          expect(sent.sort((a, b) => a - b)).toEqual([...covered].sort((a, b) => a - b))
        }),
        { numRuns: 60 },
      )
    })
  })
})
