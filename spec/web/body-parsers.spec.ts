import {
  BadRequestException,
  Body,
  BODY_FORMATS,
  Controller,
  explainMissingPackage,
  Module,
  Post,
  type Application,
  type BodyFormat,
  type HttpRequest,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Controller()
class Echo {
  @Post() echo(@Body() body: unknown) {
    return { body }
  }
}
@Module({ controllers: [Echo] })
class App {}

async function send(type: string, body: string, configure: (app: Application) => unknown) {
  const { fetch } = await serve(App, {}, configure)
  const answer = await fetch('/', { method: 'POST', body, headers: { 'content-type': type } })
  return { status: answer.status, headers: answer.headers, json: (await answer.json()) as any }
}

const csv = (bytes: Buffer) =>
  bytes
    .toString()
    .split('\n')
    .map((line) => line.split(','))

overProtocols('parsers of the application', () => {
  it('read their media types', async () => {
    const { json } = await send('text/csv; header=absent', 'a,b\nc,d', (app) =>
      app.useBodyParser('text/csv', {}, csv),
    )
    expect(json).toEqual({
      body: [
        ['a', 'b'],
        ['c', 'd'],
      ],
    })
  })

  it('may take several types, suffixes and whole families', async () => {
    const configure = (app: Application) =>
      app.useBodyParser(
        ['+yaml', 'image/*'],
        {},
        (bytes, request) => `${bytes.length} of ${request.get('content-type')}`,
      )
    expect((await send('application/x+yaml', 'abc', configure)).json).toEqual({
      body: '3 of application/x+yaml',
    })
    expect((await send('image/png', 'abcd', configure)).json).toEqual({ body: '4 of image/png' })
    expect((await send('video/png', 'abcd', configure)).status).toBe(415)
  })

  it('come before those that are known', async () => {
    const configure = (app: Application) => app.useBodyParser('application/json', {}, () => 'mine')
    expect((await send('application/json', '{broken', configure)).json).toEqual({ body: 'mine' })
    expect((await send('application/vnd.api+json', '[1]', configure)).json).toEqual({ body: [1] })
  })

  it('may be asynchronous, and refuse', async () => {
    const configure = (app: Application) =>
      app.useBodyParser('text/csv', {}, async (bytes, request: HttpRequest) => {
        await Promise.resolve()
        if (bytes.length < 3) throw new BadRequestException(`too short for ${request.method}`)
        return csv(bytes)
      })
    expect((await send('text/csv', 'a,b', configure)).json).toEqual({ body: [['a', 'b']] })
    const refused = await send('text/csv', 'a', configure)
    expect([refused.status, refused.json.detail]).toEqual([400, 'too short for POST'])
  })

  it('have limits of their own', async () => {
    const configure = (app: Application) => app.useBodyParser('text/csv', { limit: 4 }, csv)
    expect((await send('text/csv', 'a,b,c', configure)).status).toBe(413)
  })

  it('are listed where a type is refused', async () => {
    const { status, headers, json } = await send('video/mp4', 'x', (app) =>
      app.useBodyParser('text/csv', {}, csv),
    )
    expect([status, json.code]).toEqual([415, 'CORBEL_BODY_TYPE_UNSUPPORTED'])
    expect(headers.get('accept')).toContain('text/csv, application/json')
  })

  it('may be a format, with charsets', async () => {
    const configure = (app: Application) =>
      app.useBodyParser({
        name: 'shout',
        types: ['text/shout'],
        acceptsCharset: (charset) => charset === 'utf-8',
        parse: (bytes) => Buffer.from(bytes).toString().toUpperCase(),
      })
    expect((await send('text/shout', 'hey', configure)).json).toEqual({ body: 'HEY' })
    expect((await send('text/shout; charset=utf-16', 'hey', configure)).status).toBe(415)
  })
})

overProtocols('kinds that are turned off', () => {
  it('are refused with 415', async () => {
    const { fetch } = await serve(App, { body: { kinds: { urlencoded: false } } })
    const form = { method: 'POST', body: new URLSearchParams({ a: '1' }) }
    expect((await fetch('/', form)).status).toBe(415)
  })
})

overProtocols('formats whose package is not installed', () => {
  const missing: BodyFormat = {
    name: 'tar',
    types: ['application/x-tar'],
    load() {
      const error = Object.assign(new Error("Cannot find module 'tar-reader'"), { code: 'MODULE_NOT_FOUND' })
      throw explainMissingPackage(error, 'tar-reader', 'Reading tar')
    },
    parse: () => 'never',
  }
  @Module({ controllers: [Echo], providers: [{ provide: BODY_FORMATS, useValue: [missing] }] })
  class WithTar {}

  it('are refused with 415; the log says once what to install', async () => {
    const logged: string[] = []
    const note = (message: unknown) => void logged.push(String(message))
    const logger = { log() {}, warn: note, error: note }
    const { fetch } = await serve(WithTar, { logger })
    const send = () =>
      fetch('/', { method: 'POST', body: 'x', headers: { 'content-type': 'application/x-tar' } })
    expect([(await send()).status, (await send()).status]).toEqual([415, 415])
    expect(logged).toHaveLength(1)
    expect(logged[0]).toContain('Run: npm install tar-reader')
    expect((await send()).headers.get('accept')).not.toContain('tar')
  })

  it('end the boot of an application that names them', async () => {
    const boot = serve(WithTar, {}, (app) => app.useBodyParser('tar' as 'xml', { limit: '1mb' }))
    await expect(boot).rejects.toThrow('Run: npm install tar-reader')
  })
})
