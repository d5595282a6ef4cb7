import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { Conditional, Controller, ETag, Get, LastEventId, Module, Produces, Put, Sse, StreamAs } from 'corbel'
import { Subject } from 'rxjs'
import { standstill } from '../support/standstill.js'
import { serve } from './serve.js'

const LONG = 'All work and no play. '.repeat(200)
let ticks = new Subject<unknown>()
let made = 0
let closed = false

@Controller()
class Results {
  @Get('forms') @Produces('json', 'csv') forms() {
    return [{ a: 1 }]
  }
  @Get('tagged') @ETag() tagged() {
    return { a: 1 }
  }
  @Put('tagged') @Conditional(() => 7) change() {
    return 'changed'
  }
  @Get('long') long() {
    return LONG
  }
  @Get('stream') @StreamAs('ndjson') async *stream() {
    yield { text: LONG }
    yield { text: LONG }
  }
  @Get('endless') @StreamAs('ndjson') async *endless() {
    try {
      for (; ; made++) yield { text: 'x'.repeat(50_000) }
    } finally {
      closed = true
    }
  }
  @Sse('events', { heartbeat: 20 }) events(@LastEventId() last: string | undefined) {
    ticks.next(last)
    return ticks
  }
}

@Module({ controllers: [Results] })
class AppModule {}

describe('results over HTTP/2', () => {
  let session: ClientHttp2Session

  beforeEach(async () => {
    ticks = new Subject()
    made = 0
    closed = false
    const { url } = await serve(AppModule, { compression: true })
    session = connect(url)
  })
  afterEach(() => session.destroy())

  const open = (path: string, headers: Record<string, string> = {}, method = 'GET'): ClientHttp2Stream =>
    session.request({ ':method': method, ':path': path, ...headers })
  const head = (stream: ClientHttp2Stream) =>
    new Promise<IncomingHttpHeaders>((resolve, reject) =>
      stream.once('response', resolve).once('error', reject),
    )
  const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') => {
    const stream = open(path, headers, method)
    const fields = await head(stream)
    const chunks: Buffer[] = []
    for await (const chunk of stream) chunks.push(chunk as Buffer)
    return { status: fields[':status'] as unknown as number, headers: fields, body: Buffer.concat(chunks) }
  }

  it('are negotiated', async () => {
    const csv = await ask('/forms', { accept: 'text/csv' })
    expect([csv.status, csv.headers['vary'], csv.body.toString()]).toEqual([200, 'Accept', 'a\r\n1\r\n'])
    expect((await ask('/forms', { accept: 'image/png' })).status).toBe(406)
  })

  it('are conditional', async () => {
    const { headers } = await ask('/tagged')
    const again = await ask('/tagged', { 'if-none-match': headers['etag']! })
    expect([again.status, again.body.length]).toEqual([304, 0])
    expect((await ask('/tagged', { 'if-match': '"6"' }, 'PUT')).status).toBe(412)
    expect((await ask('/tagged', { 'if-match': '"7"' }, 'PUT')).status).toBe(200)
  })

  it('are compressed, whole and as they come, and HEAD tells so', async () => {
    const whole = await ask('/long', { 'accept-encoding': 'br' })
    expect([whole.headers['content-encoding'], brotliDecompressSync(whole.body).toString()]).toEqual([
      'br',
      LONG,
    ])
    const stream = await ask('/stream', { 'accept-encoding': 'gzip' })
    expect(gunzipSync(stream.body).toString().split('\n')).toHaveLength(3)
    const none = await ask('/long', { 'accept-encoding': 'gzip' }, 'HEAD')
    expect([none.headers['content-encoding'], none.body.length]).toEqual(['gzip', 0])
    expect((await ask('/long', { 'accept-encoding': 'identity;q=0' })).status).toBe(406)
  })

  it('are held back by a slow reader, and end when it resets its stream', async () => {
    const stream = open('/endless')
    stream.pause()
    await head(stream)
    // windows are 64 KiB, and Corbel buffers little more
    expect(await standstill(() => made)).toBeLessThan(100)
    stream.close()
    await expect.poll(() => closed).toBe(true)
  })

  it('are streams of events, with heartbeats, that end with their client', async () => {
    const stream = open('/events', { 'last-event-id': '4', 'accept-encoding': 'gzip' })
    let text = ''
    stream.setEncoding('utf8').on('data', (part: string) => (text += part))
    const fields = await head(stream)
    expect([fields['content-type'], fields['content-encoding']]).toEqual(['text/event-stream', undefined])
    await expect.poll(() => ticks.observed).toBe(true)
    ticks.next({ id: 5, data: 'tick' })
    await expect.poll(() => text).toContain('id: 5\ndata: tick\n\n')
    await expect.poll(() => text.split(':\n\n').length).toBeGreaterThan(3)
    stream.close()
    await expect.poll(() => ticks.observed).toBe(false)
  })
})
