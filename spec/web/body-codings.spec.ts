import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import * as zlib from 'node:zlib'
import { Body, BodyLimit, Controller, Module, Post, RawBody, type CreateAppOptions } from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Controller()
class Echo {
  @Post() echo(@Body() body: unknown) {
    return { body }
  }
  @Post('raw') raw(@RawBody() bytes: Buffer) {
    return bytes.toString()
  }
}

@Controller('limited')
@BodyLimit(20)
class Limited {
  @Post() small(@Body() body: unknown) {
    return { body }
  }
  @Post('large') @BodyLimit('2mb') large(@Body() body: string) {
    return body.length
  }
}

@Module({ controllers: [Echo, Limited] })
class App {}

const TEXT = JSON.stringify({ text: 'corbel '.repeat(50) })
const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: (text: string) => Uint8Array }

async function send(
  body: string | Uint8Array,
  headers: Record<string, string>,
  { path = '/', options = {} }: { path?: string; options?: CreateAppOptions } = {},
) {
  const { fetch } = await serve(App, options)
  const answer = await fetch(path, {
    method: 'POST',
    body: body as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': 'application/json', ...headers },
  })
  const text = await answer.text()
  return { status: answer.status, text, code: codeOf(text), headers: answer.headers }
}

function codeOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { code?: unknown }).code
  } catch {
    return undefined
  }
}

overProtocols('compressed bodies', () => {
  it.each<[string, Uint8Array]>([
    ['gzip', gzipSync(TEXT)],
    ['x-gzip', gzipSync(TEXT)],
    ['GZIP', gzipSync(TEXT)],
    ['deflate', deflateSync(TEXT)],
    ['deflate', deflateRawSync(TEXT)],
    ['br', brotliCompressSync(TEXT)],
    ['deflate, gzip', gzipSync(deflateSync(TEXT))],
    ['identity', new TextEncoder().encode(TEXT)],
  ])('in %s are read', async (coding, bytes) => {
    const { status, text } = await send(bytes, { 'content-encoding': coding })
    expect(status).toBe(201)
    expect(JSON.parse(text)).toEqual({ body: JSON.parse(TEXT) })
  })

  it.runIf(zstdCompressSync)('in zstd are read where Node has it', async () => {
    expect((await send(zstdCompressSync!(TEXT), { 'content-encoding': 'zstd' })).status).toBe(201)
  })

  it('give @RawBody() what they were before', async () => {
    expect((await send(gzipSync(TEXT), { 'content-encoding': 'gzip' }, { path: '/raw' })).text).toBe(TEXT)
  })

  it('that grow over the limit are refused with 413, whatever their own size', async () => {
    const bomb = gzipSync(Buffer.alloc(2_000_000, 'x'.repeat(997)))
    expect(bomb.length).toBeLessThan(30_000)
    const options = { body: { inflate: { ratio: 1000 } } }
    const answer = await send(bomb, { 'content-encoding': 'gzip' }, { options })
    expect([answer.status, answer.code]).toEqual([413, 'CORBEL_BODY_TOO_LARGE'])
  })

  it('that grow out of proportion are refused with 413, also below the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(900_000, 0x20))
    const answer = await send(bomb, { 'content-encoding': 'gzip' })
    expect([answer.status, answer.code]).toEqual([413, 'CORBEL_BODY_INFLATED'])
  })

  it('that do so in two layers are refused as well', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(50_000_000)))
    const { status } = await send(bomb, { 'content-encoding': 'gzip, gzip' })
    expect(status).toBe(413)
  })

  it.each<[string, Uint8Array]>([
    ['gzip', new TextEncoder().encode('not gzip at all')],
    ['gzip', gzipSync(TEXT).subarray(0, 30)],
    ['br', new Uint8Array([0xff, 0xff, 0xff])],
    ['deflate', new Uint8Array([0x78, 0x9c, 0xff])],
  ])('that are not %s are refused with 400', async (coding, bytes) => {
    const { status, code } = await send(bytes, { 'content-encoding': coding })
    expect([status, code]).toEqual([400, 'CORBEL_BODY_MALFORMED'])
  })

  it.each(['compress', 'gzip, gzip, gzip', 'gzip;q=1', 'constructor'])(
    'in %s are refused with 415 and what would be read',
    async (coding) => {
      const { status, code, headers } = await send('x', { 'content-encoding': coding })
      expect([status, code]).toEqual([415, 'CORBEL_BODY_CODING_UNSUPPORTED'])
      expect(headers.get('accept-encoding')).toMatch(/^gzip, deflate, br, (zstd, )?identity$/)
    },
  )

  it('are refused with 415 where the application turns them off', async () => {
    const options = { body: { inflate: false } }
    const { status, headers } = await send(gzipSync(TEXT), { 'content-encoding': 'gzip' }, { options })
    expect([status, headers.get('accept-encoding')]).toEqual([415, 'identity'])
  })
})

overProtocols('charsets', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le')
  const bigEndian = (text: string) => Buffer.from(text, 'utf16le').swap16()

  it.each<[string, Uint8Array, unknown]>([
    ['text/plain; charset=iso-8859-1', Buffer.from('né', 'latin1'), 'né'],
    ['text/plain; charset="Latin1"', Buffer.from('né', 'latin1'), 'né'],
    ['text/plain; charset=utf-16le', utf16('né'), 'né'],
    ['text/plain; charset=utf-16', bigEndian('\ufeffné'), 'né'],
    ['text/plain; charset=shift_jis', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'],
    ['application/json; charset=utf-16be', bigEndian('{"a":"é"}'), { a: 'é' }],
    ['application/json; charset=us-ascii', Buffer.from('[1]'), [1]],
  ])('%s is decoded', async (type, bytes, expected) => {
    const { status, text } = await send(bytes, { 'content-type': type })
    expect([status, JSON.parse(text)]).toEqual([201, { body: expected }])
  })

  it.each([
    'text/plain; charset=nonsense',
    'text/plain; charset=utf-7',
    'application/json; charset=latin1',
    'application/x-www-form-urlencoded; charset=latin1',
  ])('%s is refused with 415', async (type) => {
    const { status, code } = await send('a=1', { 'content-type': type })
    expect([status, code]).toEqual([415, 'CORBEL_BODY_CHARSET_UNSUPPORTED'])
  })

  it('bytes that the charset does not have are refused with 400', async () => {
    const { status, text } = await send(new Uint8Array([0, 0xd8]), {
      'content-type': 'text/plain;charset=utf-16',
    })
    expect(status).toBe(400)
    expect(text).toContain('it is not UTF-16')
  })
})

overProtocols('@BodyLimit', () => {
  it('bounds the routes of a controller, and a route in its place', async () => {
    const small = await send(TEXT, {}, { path: '/limited' })
    expect([small.status, small.code]).toEqual([413, 'CORBEL_BODY_TOO_LARGE'])
    expect((await send('{"a":1}', {}, { path: '/limited' })).status).toBe(201)
    const large = JSON.stringify('x'.repeat(1_500_000))
    expect((await send(large, {}, { path: '/limited/large' })).text).toBe('1500000')
    expect((await send(large, {})).status).toBe(413)
  })

  it('counts what a compressed body grows to', async () => {
    const { status } = await send(gzipSync(TEXT), { 'content-encoding': 'gzip' }, { path: '/limited' })
    expect(status).toBe(413)
  })

  it('has to be a size', async () => {
    class Wrong {
      @Post() @BodyLimit('much') save() {}
    }
    Controller()(Wrong)
    class Root {}
    Module({ controllers: [Wrong] })(Root)
    await expect(serve(Root)).rejects.toThrow(/BodyLimit.*"much" is not a size/s)
  })
})

overProtocols('depth', () => {
  const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

  it('of JSON is bounded', async () => {
    expect((await send(lists(100), {})).status).toBe(201)
    const deep = await send(lists(101), {})
    expect([deep.status, deep.code]).toEqual([400, 'CORBEL_BODY_TOO_DEEP'])
    expect((await send('{"a":'.repeat(101) + '1' + '}'.repeat(101), {})).status).toBe(400)
    expect((await send(lists(400_000), {})).status).toBe(400)
  })

  it('is not what stands side by side, or in strings', async () => {
    expect((await send(`[${'[],'.repeat(500)}[]]`, {})).status).toBe(201)
    expect((await send(JSON.stringify('["{'.repeat(500)), {})).status).toBe(201)
    expect((await send(JSON.stringify([`\\"${'['.repeat(500)}`, '\\']), {})).status).toBe(201)
  })

  it('can be set', async () => {
    const options = { body: { depth: 2 } }
    expect((await send('[[1,2]]', {}, { options })).status).toBe(201)
    expect((await send('[[[1,2]]]', {}, { options })).status).toBe(400)
  })
})
