import { createHmac } from 'node:crypto'
import { Readable, pipeline } from 'node:stream'
import { Controller, Get, Module, Post, Req, Res, type HttpRequest, type WebResponse } from 'corbel'
import { eventually } from '../support/eventually.js'
import { overProtocols } from '../support/protocols.js'
import { RawClient } from '../support/raw-http.js'
import { serve } from './serve.js'

type Handler = (response: WebResponse, request: HttpRequest) => unknown

/** Serves one handler that answers by itself. */
async function handlerOf(handler: Handler) {
  @Controller()
  class ByHand {
    @Get() @Post() answer(@Res() response: WebResponse, @Req() request: HttpRequest) {
      return handler(response, request)
    }
  }
  @Module({ controllers: [ByHand] })
  class AppModule {}
  return serve(AppModule)
}

async function answering(handler: Handler, path = '/', init: RequestInit = {}) {
  const { fetch } = await handlerOf(handler)
  return fetch(path, init)
}

/** Everything that comes back for a request, byte by byte. */
async function bytesOf(url: string, head: string): Promise<string> {
  const client = await RawClient.open(Number(new URL(url).port))
  client.send(`${head}\r\nhost: x\r\nconnection: close\r\n\r\n`)
  const received = await client.serverEnd()
  client.destroy()
  return received
}

const accept = (value: string) => ({ headers: { accept: value } })

overProtocols('response helpers', () => {
  it.each<[string, Handler, string | null, string]>([
    ['null', (response) => response.send(null), null, ''],
    ['a boolean', (response) => response.send(true), 'application/json; charset=utf-8', 'true'],
    ['a number', (response) => response.send(5), 'application/json; charset=utf-8', '5'],
    ['a list', (response) => response.send([1]), 'application/json; charset=utf-8', '[1]'],
    [
      'text of a type',
      (response) => response.set('Content-Type', 'text/html').send('<p>'),
      'text/html; charset=utf-8',
      '<p>',
    ],
    ['an image', (response) => response.type('.png').send(Buffer.from('x')), 'image/png', 'x'],
    ['a named type', (response) => response.contentType('report.pdf').end('x'), 'application/pdf', 'x'],
    ['an unknown type', (response) => response.type('nope').end('x'), 'application/octet-stream', 'x'],
  ])('send %s', async (_name, handler, type, body) => {
    const answer = await answering(handler)
    expect(answer.headers.get('content-type')).toBe(type)
    expect(await answer.text()).toBe(body)
  })

  it('can be chained to the end', async () => {
    const answer = await answering((response) => {
      expect(response.status(202).json({ a: 1 })).toBe(response)
    })
    expect([answer.status, await answer.json()]).toEqual([202, { a: 1 }])
  })

  it('jsonp calls the function that is asked for, and no code', async () => {
    const { fetch } = await handlerOf((response) => response.jsonp({ a: '\u2028</script>' }))
    const answer = await fetch('/?callback=app.done')
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await answer.text()).toBe(
      String.raw`/**/ typeof app.done === 'function' && app.done({"a":"\u2028</script>"});`,
    )
    expect(await (await fetch('/?callback=alert(1);x')).text()).toContain("typeof alert1x === 'function'")
    expect(await (await fetch('/')).json()).toEqual({ a: '\u2028</script>' })
  })

  it('links and vary add to what is there', async () => {
    const { headers } = await answering((response) => {
      response.links({ next: '/a?p=2', last: '/a?p=9' }).links({ first: '/ä' })
      response.vary(['Accept', 'Origin']).vary('accept').send()
    })
    expect(headers.get('link')).toBe('</a?p=2>; rel="next", </a?p=9>; rel="last", </%C3%A4>; rel="first"')
    expect(headers.get('vary')).toBe('Accept, Origin')
    const odd = await answering((response) => {
      response.links({ 'a"b': '/a' }).vary(['Accept', '*']).send()
    })
    expect([odd.headers.get('link'), odd.headers.get('vary')]).toEqual(['</a>; rel="a\\"b"', '*'])
  })

  it('attachment takes no type out of a name', async () => {
    const typeOf = async (name: string) =>
      (await answering((response) => response.attachment(name).send('x'))).headers.get('content-type')
    expect(await typeOf('page/text/html')).toBe('application/octet-stream')
    expect(await typeOf('../report.pdf')).toBe('application/pdf')
  })

  it('format answers by what the client takes', async () => {
    const handlers = { html: '<p>', 'application/json': '{}' }
    const { fetch } = await handlerOf((response) =>
      response.format({
        html: () => response.send(handlers.html),
        'application/json': (_request, answer) => answer.send(handlers['application/json']),
      }),
    )
    const html = await fetch('/', accept('application/json;q=0.5, text/*'))
    expect([html.headers.get('content-type'), html.headers.get('vary')]).toEqual([
      'text/html; charset=utf-8',
      'Accept',
    ])
    expect(await (await fetch('/', accept('application/*'))).json()).toEqual({})
    const none = await fetch('/', accept('image/png'))
    expect([none.status, none.headers.get('vary')?.startsWith('Accept'), await none.json()]).toEqual([
      406,
      true,
      expect.objectContaining({
        code: 'CORBEL_FORMAT_NOT_ACCEPTABLE',
        detail: 'Nothing here can be sent as image/png. Available: html, application/json.',
      }),
    ])
    const fallback = await answering(
      (response) => response.format({ default: () => response.send('any') }),
      '/',
      accept('image/png'),
    )
    expect(await fallback.text()).toBe('any')
  })

  it('attachment names a file, also beyond ASCII, and cannot be broken out of', async () => {
    const named = async (name?: string) =>
      (await answering((response) => response.attachment(name).send('x'))).headers.get('content-disposition')
    expect(await named()).toBe('attachment')
    expect(await named('/tmp/plain report.pdf')).toBe('attachment; filename="plain report.pdf"')
    expect(await named('a"b\\c.txt')).toBe('attachment; filename="c.txt"')
    expect(await named('50%.txt')).toBe('attachment; filename="50%.txt"')
    expect(await named('€ "1\r\n.txt')).toBe(
      `attachment; filename="? \\"1??.txt"; filename*=UTF-8''%E2%82%AC%20%221%0D%0A.txt`,
    )
  })

  it('signs cookies with the secret that a middleware has set', async () => {
    const signature = createHmac('sha256', 'key').update('7').digest('base64').replace(/=+$/, '')
    const answer = await answering((response, request) => {
      request['secret'] = 'key'
      response.cookie('id', '7', { signed: true }).cookie('plain', '1').send()
    })
    expect(answer.headers.getSetCookie()).toEqual([
      `id=${encodeURIComponent(`s:7.${signature}`)}; Path=/; SameSite=Lax`,
      'plain=1; Path=/; SameSite=Lax',
    ])
  })

  it('says what is missing for a signed cookie (CORBEL_COOKIE_SECRET)', async () => {
    let code: unknown
    await answering((response) => {
      try {
        response.cookie('id', '7', { signed: true })
      } catch (error) {
        code = (error as { code: string }).code
      }
      response.send()
    })
    expect(code).toBe('CORBEL_COOKIE_SECRET')
  })

  it('response and request know each other, and the route', async () => {
    const answer = await answering((response, request) => {
      response.locals['seen'] = request.res === response && response.req === request
      response.json([response.locals['seen'], request.route])
    })
    expect(await answer.json()).toEqual([true, { path: '/', methods: { get: true } }])
  })
})

overProtocols('a response as Node knows it', () => {
  it('takes heads, callbacks and encodings in every form', async () => {
    const called: string[] = []
    const answer = await answering((response) => {
      response.writeHead(202, 'Fine', ['x-a', '1', 'x-b', '2'])
      response.writeHead(203, [['x-c', '3']])
      response.write('aGk=', 'base64', () => called.push('write'))
      response.end(() => called.push('end'))
    })
    expect([answer.status, await answer.text()]).toEqual([203, 'hi'])
    expect(['a', 'b', 'c'].map((name) => answer.headers.get(`x-${name}`))).toEqual(['1', '2', '3'])
    await eventually(() => expect(called).toEqual(['write', 'end']))
  })

  it('tells its state', async () => {
    const states: unknown[] = []
    const answer = await answering((response) => {
      const state = () => [response.writable, response.headersSent, response.writableEnded, response.finished]
      states.push(state())
      response.flushHeaders()
      states.push(state())
      response.end('x')
      states.push(state())
    })
    await answer.text()
    expect(states).toEqual([
      [true, false, false, false],
      [true, true, false, false],
      [false, true, true, true],
    ])
  })

  it('is the end of a pipeline, and ends the source if the client goes away', async () => {
    const { fetch } = await handlerOf((response) => {
      pipeline(Readable.from(['one ', 'two']), response as never, () => undefined)
    })
    expect(await (await fetch('/')).text()).toBe('one two')
  })

  it('sends trailers and early hints', async () => {
    const { url } = await handlerOf((response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' })
      response.addTrailers({ 'x-sum': '42' })
      response.write('body')
      response.end()
    })
    const text = await bytesOf(url, 'GET / HTTP/1.1\r\nte: trailers')
    expect(text).toMatch(/^HTTP\/1\.1 103 [\s\S]*link: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200/i)
    expect(text).toContain('0\r\nx-sum: 42\r\n\r\n')
  })

  it('does not send a length twice', async () => {
    const { url } = await handlerOf((response) => response.set('Content-Length', '2').send('ok'))
    const text = await bytesOf(url, 'GET / HTTP/1.1')
    expect(text.match(/content-length/gi)).toHaveLength(1)
  })

  it('can be given up', async () => {
    await expect(answering((response) => response.destroy())).rejects.toThrow()
  })
})
