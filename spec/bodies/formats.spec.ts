import { encode as encodeCbor, Tag } from 'cbor-x'
import { pack } from 'msgpackr'
import { Body, Controller, Module, Post, type Application } from 'corbel'
import { cborBody, messagePackBody, xmlBody } from 'corbel/bodies'
import { IsInt, IsString } from 'class-validator'
import { overProtocols } from '../support/protocols.js'
import { fc, SEED } from '../support/properties.js'
import { serve } from '../web/serve.js'

class Stone {
  @IsString() name: string
  @IsInt() weight: number
}

@Controller()
class Echo {
  @Post() echo(@Body() body: unknown) {
    return body instanceof Uint8Array ? { bytes: body.toString() } : { body }
  }
  @Post('stones') stone(@Body() stone: Stone) {
    return { isStone: stone instanceof Stone, stone }
  }
}
@Module({ controllers: [Echo] })
class App {}

const all = (app: Application) => app.useBodyParser('xml').useBodyParser('msgpack').useBodyParser('cbor')

async function send(
  type: string,
  body: string | Uint8Array,
  path = '/',
  configure: (app: Application) => unknown = all,
) {
  const { fetch } = await serve(App, {}, configure)
  const init = { method: 'POST', body: body as Uint8Array<ArrayBuffer>, headers: { 'content-type': type } }
  const answer = await fetch(path, init)
  return { status: answer.status, json: (await answer.json()) as any }
}

const bounds = { depth: 100 }
const nobody = {
  get request(): never {
    throw new Error('nobody asks for the request')
  },
}

overProtocols('formats with a package', () => {
  it('are read only where the application names them: what is installed decides nothing', async () => {
    for (const type of ['application/xml', 'application/msgpack', 'application/cbor']) {
      const { status, json } = await send(type, 'x', '/', () => undefined)
      expect([status, json.code]).toEqual([415, 'CORBEL_BODY_TYPE_UNSUPPORTED'])
      expect(json.message.split('Send one of')[1]).not.toContain(type)
    }
    const { fetch } = await serve(App, { body: { kinds: { xml: true, cbor: { limit: 3 } } } })
    const post = (type: string, body: string) =>
      fetch('/', { method: 'POST', body, headers: { 'content-type': type } })
    expect((await post('application/xml', '<a/>')).status).toBe(201)
    expect((await post('application/cbor', 'abcd')).status).toBe(413)
    expect((await post('application/msgpack', 'a')).status).toBe(415)
  })
})

overProtocols('XML', () => {
  it.each<[string, unknown]>([
    ['<a>text</a>', 'text'],
    ['<a/>', ''],
    ['<?xml version="1.0" encoding="UTF-8"?>\n<!-- c -->\n<a><b>1</b><c>007</c></a>', { b: '1', c: '007' }],
    ['<a><b>1</b><b>2</b></a>', { b: ['1', '2'] }],
    ['<a id="7"><b/></a>', { '@id': '7', b: '' }],
    ['<a __proto__="7"/>', { '@__proto__': '7' }],
    ['<a id="7">text</a>', { '@id': '7', '#text': 'text' }],
    ['<a>&lt;&amp;lt;&#65;&#x42;&quot;&apos;</a>', `<&lt;AB"'`],
    ['<a><![CDATA[<b>&amp;</b>]]></a>', '<b>&amp;</b>'],
    ['<ns:a xmlns:ns="urn:x"><ns:b>1</ns:b></ns:a>', { '@xmlns:ns': 'urn:x', 'ns:b': '1' }],
  ])('%s is read', async (text, expected) => {
    expect(await send('application/xml', text)).toEqual({ status: 201, json: { body: expected } })
  })

  it('of other types is read, too, and in other charsets', async () => {
    expect((await send('text/xml', '<a>b</a>')).json).toEqual({ body: 'b' })
    expect((await send('application/soap+xml', '<a>b</a>')).json).toEqual({ body: 'b' })
    const latin1 = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1')
    expect((await send('application/xml', latin1)).json).toEqual({ body: 'é' })
    expect((await send('application/xml; charset=latin1', Buffer.from('<a>é</a>', 'latin1'))).json.body).toBe(
      'é',
    )
    const utf16 = Buffer.from('\ufeff<?xml version="1.0" encoding="UTF-16"?><a>é</a>', 'utf16le')
    expect((await send('application/xml', utf16)).json).toEqual({ body: 'é' })
  })

  it('names attributes, text and lists as the application says', async () => {
    const format = xmlBody({ attributePrefix: '$', textName: '_', lists: ['line'], keepRoot: true })
    const { json } = await send('application/xml', '<o id="1">x<line>1</line></o>', '/', (app) =>
      app.useBodyParser(format),
    )
    expect(json).toEqual({ body: { o: { $id: '1', line: ['1'], _: 'x' } } })
  })

  it.each([
    ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'document types are not read'],
    ['<!doctype a SYSTEM "file:///etc/passwd"><a/>', 'document types are not read'],
    ['<a><b></a>', 'not well-formed at 1:'],
    ['<a/><b/>', 'one root element'],
    ['<a/><a/>', 'one root element'],
    ['<a b=1/>', 'not well-formed'],
    ['<a>&</a>', 'not well-formed'],
    ['secret', 'not well-formed'],
    ['<a><__proto__><admin>1</admin></__proto__></a>', 'not allowed'],
    ['<a><constructor><prototype/></constructor></a>', 'not allowed'],
    ['<?xml version="1.0" encoding="nonsense"?><a/>', 'an encoding that is not known'],
  ])('%s is refused with 400', async (text, reason) => {
    const { status, json } = await send('application/xml', text)
    expect([status, json.code]).toEqual([400, 'CORBEL_BODY_MALFORMED'])
    expect(json.detail ?? json.message).toContain(reason)
    expect(JSON.stringify(json)).not.toContain('secret')
  })

  it('that is nested too deeply is refused with 400', async () => {
    const deep = (levels: number) => '<a>'.repeat(levels) + '</a>'.repeat(levels)
    expect((await send('application/xml', deep(100))).status).toBe(201)
    const { status, json } = await send('application/xml', deep(150))
    expect([status, json.code]).toEqual([400, 'CORBEL_BODY_TOO_DEEP'])
  })
})

const MSGPACK = 'application/msgpack'
const CBOR = 'application/cbor'
const VALUE = { name: 'corbel', list: [1, -1, 1.5, null, true, [], {}], nested: { é: 'ü' }, big: 2 ** 40 }

overProtocols('bodies in packed formats', () => {
  describe.each([
    ['MessagePack', MSGPACK, messagePackBody, (value: unknown): Uint8Array => pack(value)],
    ['CBOR', CBOR, cborBody, (value: unknown): Uint8Array => encodeCbor(value)],
  ])('%s', (_name, type, format, encode) => {
    it('is read', async () => {
      expect(await send(type, encode(VALUE))).toEqual({ status: 201, json: { body: VALUE } })
    })

    it('is validated like any other body', async () => {
      const { json } = await send(type, encode({ name: 'corbel', weight: 7, other: 1 }), '/stones')
      expect(json).toEqual({ isStone: true, stone: { name: 'corbel', weight: 7 } })
      expect((await send(type, encode({ name: 7 }), '/stones')).status).toBe(400)
    })

    it('gives back every value that JSON has', () => {
      fc.assert(
        fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
          fc.pre(!JSON.stringify(value).includes('__proto__'))
          const bytes = encode(value)
          fc.pre(bytes.length > 0)
          expect(JSON.stringify(format.parse(bytes, 'utf-8', bounds, nobody))).toBe(JSON.stringify(value))
        }),
        { seed: SEED, numRuns: 300 },
      )
    })

    it('survives any bytes: a value, or a coded refusal', () => {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
          try {
            format.parse(bytes, 'utf-8', bounds, nobody)
          } catch (error) {
            expect((error as { code: string }).code).toMatch(/^CORBEL_BODY_(MALFORMED|TOO_DEEP)$/)
          }
        }),
        { seed: SEED, numRuns: 3000 },
      )
    })

    it('with a key that reaches a prototype is refused with 400', async () => {
      const bytes = Buffer.from(encode([{ __prot0__: { admin: true } }]))
      bytes.write('__proto__', bytes.indexOf('__prot0__'))
      for (const body of [bytes, encode({ a: { constructor: { prototype: 1 } } })]) {
        const { status, json } = await send(type, body)
        expect([status, json.code]).toEqual([400, 'CORBEL_BODY_MALFORMED'])
      }
      const { status } = await send(type, encode({ constructor: 'Ferrari', of: '__proto__' }))
      expect(status).toBe(201)
    })

    it('that is nested too deeply is refused with 400', async () => {
      let value: unknown = 1
      for (let level = 0; level < 101; level += 1) value = [value]
      const { status, json } = await send(type, encode(value))
      expect([status, json.code]).toEqual([400, 'CORBEL_BODY_TOO_DEEP'])
      expect((await send(type, new Uint8Array(200_000).fill(type === CBOR ? 0x81 : 0x91))).status).toBe(400)
    })
  })
})

overProtocols('MessagePack', () => {
  it.each<[string, readonly number[], string]>([
    ['an array longer than the body', [0xdd, 0xff, 0xff, 0xff, 0xff, 1], 'ends too early'],
    ['a map longer than the body', [0xdf, 0x7f, 0xff, 0xff, 0xff], 'ends too early'],
    ['a string longer than the body', [0xdb, 0xff, 0xff, 0xff, 0xff], 'ends too early'],
    ['half a number', [0xcd, 1], 'ends too early'],
    ['a timestamp', [0xd6, 0xff, 0, 0, 0, 0], 'extension types'],
    ['a record', [0xd4, 0x72, 0x40], 'extension types'],
    ['an extension of any length', [0xc7, 1, 0x70, 1], 'extension types'],
    ['the unused byte', [0xc1], 'never used'],
    ['two values', [1, 2], 'follows its end'],
    ['text that is not UTF-8', [0xa1, 0xff], 'not UTF-8'],
    ['a map with a map as key', [0x81, 0x80, 1], 'a key or a value'],
  ])('%s is refused with 400', async (_name, bytes, reason) => {
    const { status, json } = await send(MSGPACK, new Uint8Array(bytes))
    expect([status, json.code]).toEqual([400, 'CORBEL_BODY_MALFORMED'])
    expect(json.detail ?? json.message).toContain(reason)
  })
})

overProtocols('CBOR', () => {
  it('of indefinite length is read, and what says that it is CBOR', async () => {
    expect((await send(CBOR, new Uint8Array([0x9f, 1, 0xbf, 0x61, 0x61, 2, 0xff, 0xff]))).json).toEqual({
      body: [1, { a: 2 }],
    })
    expect((await send(CBOR, new Uint8Array([0xd9, 0xd9, 0xf7, 0x81, 1]))).json).toEqual({ body: [1] })
  })

  it.each<[string, Uint8Array | readonly number[], string]>([
    ['an array longer than the body', [0x9b, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], 'ends too early'],
    ['a map longer than the body', [0xba, 0x7f, 0xff, 0xff, 0xff], 'ends too early'],
    ['a string longer than the body', [0x7a, 0xff, 0xff, 0xff, 0xff], 'ends too early'],
    ['a tag', encodeCbor(new Tag('x', 4242)), 'tags are not read'],
    ['a date', encodeCbor(new Date(0)), 'tags are not read'],
    ['a set', encodeCbor(new Set([1])), 'tags are not read'],
    ['a string in pieces', [0x7f, 0x61, 0x61, 0xff], 'in pieces'],
    ['a break at the start', [0xff], 'a break'],
    ['a break behind a key', [0xbf, 0x61, 0x61, 0xff], 'a break'],
    ['a break in a list of known length', [0x81, 0xff], 'a break'],
    ['no break', [0x9f, 1], 'ends too early'],
    ['a reserved length', [0x1c], 'reserved'],
    ['a simple value', [0xe5], 'means nothing'],
    ['two values', [1, 2], 'follows its end'],
    ['text that is not UTF-8', [0x61, 0xff], 'not UTF-8'],
  ])('%s is refused with 400', async (_name, bytes, reason) => {
    const { status, json } = await send(CBOR, new Uint8Array(bytes))
    expect([status, json.code]).toEqual([400, 'CORBEL_BODY_MALFORMED'])
    expect(json.detail ?? json.message).toContain(reason)
  })
})
