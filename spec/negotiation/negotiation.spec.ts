import { decode as fromCbor } from 'cbor-x'
import {
  BadRequestException,
  Controller,
  createApp,
  defineSerializer,
  Get,
  Header,
  HttpCode,
  Module,
  Post,
  Produces,
  Render,
  Res,
  UseGuards,
  type Class,
  type CreateAppOptions,
  type HttpResponse,
} from 'corbel'
import { XMLParser } from 'fast-xml-parser'
import { unpack } from 'msgpackr'
import { parse as fromYaml } from 'yaml'
import { of } from 'rxjs'
import { overProtocols } from '../support/protocols.js'
import { serve } from '../web/serve.js'

const routes = (controller: Class, options: CreateAppOptions = {}) => {
  @Module({ controllers: [controller] })
  class AppModule {}
  return serve(AppModule, options)
}

const accept = (type: string) => ({ headers: { accept: type } })

const users = [
  { id: 1, name: 'Ada', born: new Date('1815-12-10T00:00:00Z'), tags: ['maths'], admin: true, left: null },
  {
    id: 2,
    name: 'Grace "Hop"; <b>',
    born: new Date('1906-12-09T00:00:00Z'),
    tags: [],
    admin: false,
    left: null,
  },
]
const plain = JSON.parse(JSON.stringify(users)) as unknown

@Controller('users')
@Produces('json', 'xml', 'csv', 'yaml', 'msgpack', 'cbor', 'ndjson', 'html', 'text/plain')
class Users {
  @Get() all() {
    return users
  }
  @Get('none') none() {
    return undefined
  }
  @Get('one') one() {
    return users[0]
  }
  @Get('text') text() {
    return 'a "b"'
  }
  @Get('json') @Produces('application/json') onlyJson() {
    return { a: 1 }
  }
  @Get('chosen') @Header('content-type', 'text/x-own') chosen() {
    return 'by hand'
  }
  @Get('stream') async *stream() {
    yield* users
  }
  @Get('empty') async *empty() {
    // no values
  }
  @Get('observable') observable() {
    return of(1, 2)
  }
  @Get('failing') failing() {
    throw new BadRequestException('No <such> thing')
  }
}

overProtocols('@Produces', () => {
  it('sends the first form to clients that do not say, and says what it depends on', async () => {
    const { fetch } = await routes(Users)
    const answer = await fetch('/users', { headers: { accept: '*/*' } })
    expect([answer.headers.get('content-type'), answer.headers.get('vary')]).toEqual([
      'application/json; charset=utf-8',
      'Accept',
    ])
    expect(await answer.json()).toEqual(plain)
  })

  it.each([
    ['application/xml', 'application/xml; charset=utf-8'],
    ['text/csv', 'text/csv; charset=utf-8; header=present'],
    ['application/yaml', 'application/yaml'],
    ['text/yaml', 'text/yaml'],
    ['application/msgpack', 'application/msgpack'],
    ['application/cbor', 'application/cbor'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['text/html', 'text/html; charset=utf-8'],
    ['application/json;q=0.1, application/cbor', 'application/cbor'],
    ['application/*;q=0.5, text/csv;q=0.4', 'application/json; charset=utf-8'],
    ['image/png, text/*;q=0.1', 'text/csv; charset=utf-8; header=present'],
    ['application/json; charset=utf-8', 'application/json; charset=utf-8'],
    ['application/json;version=2', 'application/json; charset=utf-8'],
    ['application/json;q=0, */*', 'application/xml; charset=utf-8'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html; charset=utf-8'],
  ])('takes the word of a client that accepts %s', async (accepted, type) => {
    const { fetch } = await routes(Users)
    const answer = await fetch('/users', accept(accepted))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
    await answer.arrayBuffer()
  })

  it('takes an empty Accept for none', async () => {
    const { fetch } = await routes(Users)
    const answer = await fetch('/users', accept(''))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ])
    await answer.arrayBuffer()
  })

  it('answers 406 with what there is, before the handler has changed anything', async () => {
    let created = 0
    @Controller()
    class Orders {
      @Post() @Produces('application/json', 'text/csv') create() {
        created += 1
        return { created }
      }
    }
    const { fetch } = await routes(Orders)
    const answer = await fetch('/', { method: 'POST', ...accept('image/png, application/json;q=0') })
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('vary')]).toEqual([
      406,
      'application/problem+json',
      'Accept',
    ])
    expect(await answer.json()).toMatchObject({
      code: 'CORBEL_NOT_ACCEPTABLE',
      message:
        'Nothing here can be sent as image/png, application/json;q=0. Available: application/json, text/csv.',
      available: ['application/json', 'text/csv'],
    })
    expect(created).toBe(0)
    // nonsense is nothing that could be sent; very much of it is told in part
    expect((await fetch('/', { method: 'POST', ...accept('nonsense') })).status).toBe(406)
    const long = await fetch('/', { method: 'POST', ...accept('x/y, '.repeat(500) + 'x/z') })
    expect([long.status, (await long.text()).length < 1_500]).toEqual([406, true])
  })

  it('is asked after the guards', async () => {
    @Controller()
    @UseGuards({ canActivate: () => false })
    class Guarded {
      @Get() @Produces('json') read() {
        return {}
      }
    }
    const { fetch } = await routes(Guarded)
    expect((await fetch('/', accept('text/csv'))).status).toBe(403)
  })

  it('leaves routes without it as they are', async () => {
    @Controller()
    class Plain {
      @Get() read() {
        return { a: 1 }
      }
    }
    const { fetch, app } = await routes(Plain)
    const answer = await fetch('/', accept('text/csv'))
    expect([answer.status, answer.headers.get('vary'), await answer.text()]).toEqual([200, null, '{"a":1}'])
    expect(JSON.stringify(app.describe())).not.toContain('negotiate')
  })

  it('of a method counts instead of that of its class', async () => {
    const { fetch } = await routes(Users)
    expect((await fetch('/users/json', accept('text/csv'))).status).toBe(406)
    expect((await fetch('/users/json')).headers.get('content-type')).toBe('application/json; charset=utf-8')
  })

  it('has no say where the handler has named a type, or returned nothing', async () => {
    const { fetch } = await routes(Users)
    const chosen = await fetch('/users/chosen', accept('application/json'))
    expect([chosen.headers.get('content-type'), await chosen.text()]).toEqual(['text/x-own', 'by hand'])
    const none = await fetch('/users/none', accept('application/json'))
    expect([none.headers.get('content-type'), await none.text()]).toEqual([null, ''])
  })

  it('keeps status, headers and HEAD', async () => {
    @Controller()
    class Made {
      @Post() @HttpCode(202) @Header('x-by', 'hand') @Produces('yaml') make(
        @Res({ passthrough: true }) response: HttpResponse,
      ) {
        response.setHeader('x-later', '1').vary('Origin')
        return { a: 1 }
      }
      @Get() @Produces('yaml') read() {
        return { a: 1 }
      }
    }
    const { fetch } = await routes(Made)
    const made = await fetch('/', { method: 'POST' })
    expect([
      made.status,
      made.headers.get('x-by'),
      made.headers.get('x-later'),
      made.headers.get('vary'),
    ]).toEqual([202, 'hand', '1', 'Origin, Accept'])
    expect(await made.text()).toBe('a: 1\n')
    const head = await fetch('/', { method: 'HEAD' })
    expect([head.headers.get('content-type'), head.headers.get('content-length')]).toEqual([
      'application/yaml',
      '5',
    ])
  })

  it('is told by app.describe()', async () => {
    const { app } = await routes(Users)
    const all = app.describe() as unknown as {
      endpoints: { path: string; produces: string[]; steps: string[] }[]
    }
    const described = JSON.stringify(all)
    expect(described).toContain('"produces":["application/json"]')
    expect(described).toContain('negotiate')
  })
})

overProtocols('forms', () => {
  const bytes = async (path: string, type: string) => {
    const { fetch } = await routes(Users)
    return Buffer.from(await (await fetch(path, accept(type))).arrayBuffer())
  }
  const textOf = async (path: string, type: string) => (await bytes(path, type)).toString()

  it('XML has elements for members and items, and escapes what they say', async () => {
    const xml = await textOf('/users', 'application/xml')
    expect(xml).toContain('<?xml version="1.0" encoding="UTF-8"?><result><item><id>1</id><name>Ada</name>')
    const parsed = new XMLParser().parse(xml) as { result: { item: Record<string, unknown>[] } }
    expect(parsed.result.item.map(({ name, admin }) => [name, admin])).toEqual([
      ['Ada', true],
      ['Grace "Hop"; <b>', false],
    ])
  })

  it('XML cannot be broken by names and texts', async () => {
    @Controller()
    class Hostile {
      @Get() @Produces('xml') read() {
        return {
          'a><script>': 'x',
          '@attr': 'y',
          '#text': 'z',
          '?xml': 1,
          'with space': { '1st': true },
          xmlns: 'no',
          __proto__x: 1,
          control: 'a\u0000b\u001fc\ud800d',
          cdata: ']]>&amp;<!--',
          entry: 'own',
        }
      }
    }
    const { text } = await routes(Hostile)
    const xml = await text('/')
    expect(xml).not.toContain('<script')
    expect(xml).toContain('<entry name="a&gt;&lt;script&gt;">x</entry>')
    expect(xml).toContain('<entry name="with space"><entry name="1st">true</entry></entry>')
    expect(xml).toContain('<entry name="entry">own</entry>')
    expect(xml).toContain('<control>a\ufffdb\ufffdc\ufffdd</control>')
    expect(xml).toContain('<cdata>]]&gt;&amp;amp;&lt;!--</cdata>')
    const parsed = new XMLParser({ ignoreAttributes: false }).parse(xml) as { result: { entry: unknown[] } }
    expect(parsed.result.entry).toHaveLength(7)
  })

  it('CSV is a table with names, quoted where it must be', async () => {
    expect(await textOf('/users', 'text/csv')).toBe(
      'id,name,born,tags,admin,left\r\n' +
        '1,Ada,1815-12-10T00:00:00.000Z,"[""maths""]",true,\r\n' +
        '2,"Grace ""Hop""; <b>",1906-12-09T00:00:00.000Z,[],false,\r\n',
    )
    expect(await textOf('/users/one', 'text/csv')).toContain('1,Ada,')
    expect(await textOf('/users/text', 'text/csv')).toBe('"a ""b"""\r\n')
  })

  it('CSV does not let spreadsheets run what users have typed, and joins what rows have', async () => {
    @Controller()
    class Typed {
      @Get() @Produces('csv') read() {
        return [{ a: '=1+1', b: '+1' }, { a: '-2', c: '@x' }, { a: -2 }, { a: '\tx', toString: 'own' }]
      }
    }
    const { text } = await routes(Typed)
    expect(await text('/')).toBe("a,b,c,toString\r\n'=1+1,'+1,,\r\n'-2,,'@x,\r\n-2,,,\r\n'\tx,,,own\r\n")
  })

  it('YAML, MessagePack, CBOR and NDJSON carry the same', async () => {
    expect(fromYaml(await textOf('/users', 'application/yaml'))).toEqual(plain)
    expect(unpack(await bytes('/users', 'application/msgpack'))).toEqual(users)
    expect(fromCbor(await bytes('/users', 'application/cbor'))).toEqual(users)
    const lines = (await textOf('/users', 'application/x-ndjson')).trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(plain)
    expect(await textOf('/users/text', 'application/yaml')).toBe('a "b"\n')
  })

  it('HTML shows a value as a page, escaped; text is text', async () => {
    expect(await textOf('/users', 'text/html')).toContain(
      '&#34;name&#34;: &#34;Grace \\&#34;Hop\\&#34;; &#60;b&#62;&#34;',
    )
    expect(await textOf('/users/text', 'text/html')).toBe('a "b"')
    expect(await textOf('/users/text', 'text/plain')).toBe('a "b"')
    expect(await textOf('/users/text', 'application/json')).toBe('"a \\"b\\""')
  })

  it.each(['application/xml', 'text/csv', 'application/yaml', 'application/msgpack', 'application/cbor'])(
    '%s tells where a value refers to itself',
    async (type) => {
      const circle: Record<string, unknown> = { a: {} }
      ;(circle['a'] as Record<string, unknown>)['back'] = circle
      const errors: unknown[] = []
      @Controller()
      class Circular {
        @Get() @Produces(type) read() {
          return circle
        }
      }
      const ignore = () => undefined
      const { fetch } = await routes(Circular, {
        logger: { log: ignore, warn: ignore, error: (error: unknown) => errors.push(error) },
      })
      expect((await fetch('/')).status).toBe(500)
      expect(errors).toEqual([
        expect.objectContaining({
          code: 'CORBEL_JSON_CIRCULAR',
          details: expect.objectContaining({ path: 'a.back' }),
        }),
      ])
    },
  )

  it('@Render is the HTML of a route', async () => {
    @Controller()
    class Pages {
      @Get() @Render('page') @Produces('html', 'json') page() {
        return { title: 'Hello' }
      }
    }
    @Module({ controllers: [Pages] })
    class AppModule {}
    const { fetch } = await serve(AppModule, {}, (app) =>
      app.setViewEngine({
        render: (view, locals) => `<h1>${view} ${(locals as { title: string }).title}</h1>`,
      }),
    )
    const page = await fetch('/', accept('text/html'))
    expect([page.headers.get('vary'), await page.text()]).toEqual(['Accept', '<h1>page Hello</h1>'])
    const data = await fetch('/', accept('application/json'))
    expect([data.headers.get('vary'), await data.text()]).toEqual(['Accept', '{"title":"Hello"}'])
  })
})

overProtocols('streams', () => {
  const textOf = async (path: string, type: string) => {
    const { text } = await routes(Users)
    return text(path, accept(type))
  }

  it('are written value by value in the form that is asked for', async () => {
    expect(JSON.parse(await textOf('/users/stream', 'application/json'))).toEqual(plain)
    expect(await textOf('/users/stream', 'text/csv')).toBe(await textOf('/users', 'text/csv'))
    expect(fromYaml(await textOf('/users/stream', 'application/yaml'))).toEqual(plain)
    expect(await textOf('/users/stream', 'application/xml')).toBe(await textOf('/users', 'application/xml'))
    expect((await textOf('/users/stream', 'application/x-ndjson')).split('\n')).toHaveLength(3)
    const { fetch } = await routes(Users)
    const cbor = await (await fetch('/users/stream', accept('application/cbor'))).arrayBuffer()
    expect(fromCbor(Buffer.from(cbor))).toEqual(users)
    const packed = await (await fetch('/users/stream', accept('application/msgpack'))).arrayBuffer()
    expect(unpack(Buffer.from(packed))).toEqual(users)
  })

  it('without values are empty lists', async () => {
    expect(await textOf('/users/empty', 'application/json')).toBe('[]')
    expect(await textOf('/users/empty', 'application/x-ndjson')).toBe('')
    expect(await textOf('/users/empty', 'application/xml')).toContain('<result></result>')
  })

  it('of observables are their last value, as without @Produces', async () => {
    expect(await textOf('/users/observable', 'application/json')).toBe('2')
  })

  it('that are too long for a form that has to know them all are cut off', async () => {
    const errors: unknown[] = []
    @Controller()
    class Long {
      @Get() @Produces('msgpack') async *read() {
        for (let count = 0; count < 10_001; count++) yield count
      }
    }
    const ignore = () => undefined
    const { fetch } = await routes(Long, {
      logger: { log: ignore, warn: ignore, error: (error: unknown) => errors.push(error) },
    })
    await expect(fetch('/').then((answer) => answer.arrayBuffer())).rejects.toThrow()
    expect(errors).toEqual([expect.objectContaining({ code: 'CORBEL_STREAM_TOO_LONG' })])
  })
})

overProtocols('serializers of an application', () => {
  const calendar = defineSerializer({
    types: 'text/calendar',
    parameters: 'charset=utf-8',
    serialize: (value) => `BEGIN:${(value as { title: string }).title}`,
  })
  const shouting = defineSerializer({
    types: 'application/json',
    serialize: (value, { json, type }) => `${type} ${json(value).toUpperCase()}`,
  })
  @Controller()
  class Events {
    @Get() @Produces('application/json', 'text/calendar') read() {
      return { title: 'Launch' }
    }
    @Get('hal') @Produces('application/hal+json') hal() {
      return { title: 'Launch' }
    }
  }

  it('add forms, and take the place of built-in ones', async () => {
    const { fetch, text } = await routes(Events, { serializers: [calendar, shouting] })
    const answer = await fetch('/', accept('text/calendar'))
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual([
      'text/calendar; charset=utf-8',
      'BEGIN:Launch',
    ])
    expect(await text('/')).toBe('application/json {"TITLE":"LAUNCH"}')
    // a type that ends in +json is written by who writes JSON
    expect(await text('/hal')).toBe('application/hal+json {"TITLE":"LAUNCH"}')
  })

  it('may belong to one route', async () => {
    @Controller()
    class Own {
      @Get() @Produces('json', calendar) read() {
        return { title: 'Own' }
      }
    }
    const { text } = await routes(Own)
    expect(await text('/', accept('text/calendar'))).toBe('BEGIN:Own')
  })

  it('that are missing are told at boot, with the route', async () => {
    @Module({ controllers: [Events] })
    class AppModule {}
    await expect(createApp(AppModule, { logger: false })).rejects.toThrow('CORBEL_SERIALIZER_MISSING')
    @Controller()
    class Misspelt {
      @Get() @Produces('text/csv; header=present') a() {
        return 1
      }
      @Get('b') @Produces() b() {
        return 1
      }
    }
    await expect(routes(Misspelt)).rejects.toThrow(
      /is no media type without parameters[^]*names no media type/,
    )
  })
})

overProtocols('errors', () => {
  it('are problem+json, unless the client likes XML better and the application writes it', async () => {
    const { fetch } = await routes(Users)
    const xml = await fetch('/users/failing', accept('application/xml'))
    expect([xml.status, xml.headers.get('content-type')]).toEqual([400, 'application/problem+xml'])
    expect(xml.headers.get('vary')).toBe('Accept')
    const body = await xml.text()
    expect(body).toContain('<problem xmlns="urn:ietf:rfc:7807"><type>about:blank</type>')
    expect(body).toContain('<detail>No &lt;such&gt; thing</detail>')
    const browser = await fetch('/users/failing', accept('text/html,application/xml;q=0.9,*/*;q=0.8'))
    expect(browser.headers.get('content-type')).toBe('application/problem+json')
    const missing = await fetch('/nowhere', accept('text/xml'))
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'application/problem+xml'])
  })

  it('stay JSON where no route writes XML', async () => {
    @Controller()
    class Plain {
      @Get() @Produces('json', 'yaml') read() {
        throw new BadRequestException()
      }
    }
    const { fetch } = await routes(Plain)
    expect((await fetch('/', accept('application/xml, */*;q=0.1'))).headers.get('content-type')).toBe(
      'application/problem+json',
    )
  })
})
