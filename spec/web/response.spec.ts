import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Controller, Get, HttpCode, Module, Res, type CorbelError } from 'corbel'
import { overProtocols } from '../support/protocols.js'
import type { WebResponse } from '../../lib/web/index.js'
import { eventually } from '../support/eventually.js'
import { serve } from './serve.js'

/** Serves `GET /` whose handler has the response; passthrough or not. */
async function answering(handler: (response: WebResponse) => unknown, passthrough = false) {
  @Controller()
  class Root {
    @Get() @HttpCode(203) read(@Res({ passthrough }) response: WebResponse) {
      return handler(response)
    }
  }
  @Module({ controllers: [Root] })
  class AppModule {}
  const { fetch } = await serve(AppModule)
  return fetch('/')
}

overProtocols('@Res()', () => {
  it('leaves the answer to the handler: what it returns is ignored', async () => {
    const answer = await answering((response) => {
      response.status(201).json({ by: 'hand' })
      return 'ignored'
    })
    expect([answer.status, await answer.json()]).toEqual([201, { by: 'hand' }])
  })

  it('may answer later', async () => {
    const answer = await answering((response) => {
      setImmediate(() => response.send('later'))
    })
    expect(await answer.text()).toBe('later')
  })

  it('keeps the status of the route', async () => {
    expect((await answering((response) => response.send('x'))).status).toBe(203)
  })

  const later: [string, (response: WebResponse) => unknown][] = [
    ['setHeader()', (response) => response.setHeader('x-late', '1')],
    ['setHeader()', (response) => response.header({ 'x-late': '1' })],
    ['setHeader()', (response) => response.redirect('/')],
    ['appendHeader()', (response) => response.cookie('a', 'b')],
    ['removeHeader()', (response) => response.removeHeader('x-late')],
    ['writeHead()', (response) => response.writeHead(500)],
    ['json()', (response) => response.json({ late: true })],
    ['send()', (response) => response.send('late')],
  ]
  const begun: [string, (response: WebResponse) => unknown][] = [
    ['write', (response) => response.write('early')],
    ['end', (response) => response.end('early')],
  ]
  it.each(
    begun.flatMap(([name, begin]) => later.map(([call, change]) => [name, call, begin, change] as const)),
  )('says after %s that it is too late for %s', async (_name, call, begin, change) => {
    let code: unknown
    const answer = await answering((response) => {
      begin(response)
      try {
        change(response)
      } catch (error) {
        code = [(error as CorbelError).code, (error as Error).message.split(' ', 1)[0]]
      }
      response.end()
    })
    expect([answer.status, await answer.text()]).toEqual([203, 'early'])
    expect(code).toEqual(['CORBEL_RESPONSE_HEAD_SENT', call])
  })

  it('may be changed in vain once the client is gone', async () => {
    const answer = answering((response) => {
      response.destroy()
      expect(() => response.setHeader('x', '1').json({})).not.toThrow()
    })
    await expect(answer).rejects.toThrow()
  })

  it.each<[string, (response: WebResponse) => unknown, string | null, string]>([
    ['text', (response) => response.send('häh'), 'text/plain; charset=utf-8', 'häh'],
    ['an object', (response) => response.send({ a: 1 }), 'application/json; charset=utf-8', '{"a":1}'],
    ['bytes', (response) => response.send(Buffer.from('b')), 'application/octet-stream', 'b'],
    ['nothing', (response) => response.send(), null, ''],
    ['json', (response) => response.json([1]), 'application/json; charset=utf-8', '[1]'],
    ['json of null', (response) => response.json(null), 'application/json; charset=utf-8', 'null'],
    ['a type of its own', (response) => response.type('html').send('<p>'), 'text/html; charset=utf-8', '<p>'],
    ['end', (response) => response.end('raw'), null, 'raw'],
    ['end without a body', (response) => response.end(), null, ''],
    ['sendStatus', (response) => response.sendStatus(404), 'text/plain; charset=utf-8', 'Not Found'],
  ])('sends %s', async (_name, handler, type, body) => {
    const answer = await answering(handler)
    expect(answer.headers.get('content-type')).toBe(type)
    expect(await answer.text()).toBe(body)
  })

  it('sets headers in every form', async () => {
    const { headers } = await answering((response) => {
      response
        .setHeader('x-a', 'a')
        .header('X-B', 'b')
        .header({ 'x-c': 'c', 'x-d': 1 })
        .set('x-e', ['e1', 'e2'])
        .append('x-f', 'f1')
        .append('x-f', 'f2')
        .setHeader('x-gone', '1')
        .vary('Accept')
        .vary('accept')
        .removeHeader('x-gone')
      expect(response.getHeader('x-b')).toBe('b')
      expect(response.get('X-E')).toEqual(['e1', 'e2'])
      expect([response.hasHeader('x-a'), response.hasHeader('x-gone')]).toEqual([true, false])
      expect(response.getHeaders()).toMatchObject({ 'x-d': '1' })
      response.send('x')
    })
    expect(['a', 'b', 'c', 'd', 'e', 'f', 'gone'].map((name) => headers.get(`x-${name}`))).toEqual([
      'a',
      'b',
      'c',
      '1',
      'e1, e2',
      'f1, f2',
      null,
    ])
    expect(headers.get('vary')).toBe('Accept')
  })

  it('refuses headers that would split the response', async () => {
    const answer = await answering((response) => response.setHeader('x-a', 'a\r\nx-b: b').send('x'))
    expect(answer.status).toBe(500)
    expect(answer.headers.has('x-b')).toBe(false)
  })

  it('sets and clears cookies', async () => {
    const { headers } = await answering((response) => {
      response
        .cookie('a', 'x y')
        .cookie('b', { c: 1 }, { httpOnly: true, maxAge: 60_000, path: '/b', sameSite: 'strict' })
        .clearCookie('d')
        .send('x')
    })
    const [a, b, d] = headers.getSetCookie()
    expect(a).toBe('a=x%20y; Path=/; SameSite=Lax')
    expect(b).toMatch(
      /^b=j%3A%7B%22c%22%3A1%7D; Max-Age=60; Path=\/b; Expires=.* GMT; HttpOnly; SameSite=Strict$/,
    )
    expect(d).toMatch(/^d=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT/)
  })

  it('redirects, with status before or after the address', async () => {
    for (const [handler, status] of [
      [(response: WebResponse) => response.redirect('/to'), 302],
      [(response: WebResponse) => response.redirect(301, '/to'), 301],
      [(response: WebResponse) => response.redirect('/to', 308), 308],
    ] as const) {
      const answer = await answering(handler)
      expect([answer.status, answer.headers.get('location')]).toEqual([status, '/to'])
    }
    const odd = await answering((response) => response.redirect('/a b/é?q=%20'))
    expect(odd.headers.get('location')).toBe('/a%20b/%C3%A9?q=%20')
  })

  it('writes in parts', async () => {
    const answer = await answering((response) => {
      response.writeHead(206, { 'content-type': 'text/plain' })
      response.write('one ')
      expect(response.headersSent).toBe(true)
      response.write(Buffer.from('two '))
      response.end('three')
      expect(response.writableEnded).toBe(true)
      response.end('ignored')
    })
    expect([answer.status, await answer.text()]).toEqual([206, 'one two three'])
  })

  it('is answered with 500 if the handler throws before it answers', async () => {
    expect(
      (
        await answering(() => {
          throw new Error('x')
        })
      ).status,
    ).toBe(500)
  })

  it('tells when it is done', async () => {
    const events: string[] = []
    const answer = await answering((response) => {
      response.on('finish', () => events.push('finish')).once('close', () => events.push('close'))
      response.send('x')
    })
    await answer.text()
    await eventually(() => expect(events).toEqual(['finish', 'close']))
  })
})

overProtocols('@Res({ passthrough: true })', () => {
  it('sends the result with the status, headers and cookies set by hand', async () => {
    const answer = await answering((response) => {
      response.status(202).header('x-own', '1').cookie('a', '1')
      return { result: true }
    }, true)
    expect([answer.status, answer.headers.get('x-own'), await answer.json()]).toEqual([
      202,
      '1',
      { result: true },
    ])
    expect(answer.headers.getSetCookie()).toHaveLength(1)
  })

  it('does not answer twice if the handler has answered', async () => {
    const answer = await answering((response) => {
      response.send('by hand')
      return 'ignored'
    }, true)
    expect(await answer.text()).toBe('by hand')
  })
})

overProtocols('sendFile', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'corbel-'))
    await writeFile(join(folder, 'page.html'), '<p>page</p>')
    await writeFile(join(folder, 'data.bin'), Buffer.alloc(200_000, 7))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('sends a file with its type, length and time', async () => {
    const answer = await answering((response) => response.status(200).sendFile(join(folder, 'page.html')))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('content-length')).toBe('11')
    expect(answer.headers.get('last-modified')).toMatch(/GMT$/)
    expect(await answer.text()).toBe('<p>page</p>')
  })

  it('sends large files whole', async () => {
    const answer = await answering((response) => response.sendFile('data.bin', { root: folder }))
    expect((await answer.arrayBuffer()).byteLength).toBe(200_000)
  })

  it('answers 404 for what is not there, 403 for what is outside of its root', async () => {
    const status = async (path: string) =>
      (await answering((response) => response.sendFile(path, { root: folder }))).status
    expect(await status('nothing.txt')).toBe(404)
    expect(await status('.')).toBe(404)
    expect(await status('../../etc/passwd')).toBe(403)
    expect(await status('/../../etc/passwd')).toBe(403)
    expect(await status('a\0b')).toBe(403)
  })

  it('tells a callback instead, if there is one', async () => {
    const answer = await answering((response) =>
      response.sendFile('nothing.txt', { root: folder }, (error) => {
        response.status(410).send(String(error))
      }),
    )
    expect(answer.status).toBe(410)
  })
})
