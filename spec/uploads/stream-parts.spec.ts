import { existsSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import {
  Controller,
  diskStorage,
  FileInterceptor,
  Module,
  Post,
  Req,
  streamParts,
  UploadedFile,
  UseInterceptors,
  type FilePart,
  type FileStorage,
  type HttpRequest,
  type MultipartFile,
  type UploadLimits,
} from 'corbel'
import { text as collect } from 'node:stream/consumers'
import { overProtocols } from '../support/protocols.js'
import { serve } from '../web/serve.js'
import { form, multipart, piecemeal, sending } from './multipart.js'

let limits: UploadLimits = {}
let arrived: (name: string) => void = () => undefined
let ended: (error: unknown) => void = () => undefined

@Controller()
class Parts {
  @Post() async read(@Req() request: HttpRequest) {
    const seen: unknown[] = []
    for await (const part of streamParts(request, { limits })) {
      arrived(part.fieldname)
      if (part.kind === 'text') seen.push([part.fieldname, part.value])
      else seen.push([part.originalname, part.mimetype, await collect(part.stream)])
    }
    return seen
  }
  @Post('first') async first(@Req() request: HttpRequest) {
    for await (const part of streamParts(request)) if (part.kind === 'file') return part.fieldname
    return 'none'
  }
  @Post('skip') async skip(@Req() request: HttpRequest) {
    const names: string[] = []
    for await (const part of streamParts(request)) names.push(part.fieldname)
    return names
  }
  @Post('gone') async gone(@Req() request: HttpRequest) {
    try {
      for await (const part of streamParts(request)) {
        arrived(part.fieldname)
        await collect((part as FilePart).stream)
      }
    } catch (error) {
      ended(error)
      throw error
    }
  }
}

@Module({ controllers: [Parts] })
class App {}

beforeEach(() => (limits = {}))

overProtocols('streamParts', () => {
  it('gives fields and files in the order of the body', async () => {
    const { json } = await serve(App)
    const sent = form(
      { name: 'a', value: '1' },
      { name: 'f', filename: 'x.txt', type: 'text/x', value: 'content' },
      { name: 'empty', filename: '', value: '' },
      { name: 'b', value: '2' },
    )
    expect(await json('/', sent)).toEqual([
      ['a', '1'],
      ['x.txt', 'text/x', 'content'],
      ['b', '2'],
    ])
  })

  it('gives them as they arrive, before the body is complete', async () => {
    const { fetch } = await serve(App)
    const body = multipart([
      { name: 'a', value: '1' },
      { name: 'f', filename: 'x.txt', value: 'content' },
    ])
    const cut = body.lastIndexOf('ent')
    const seen: string[] = []
    const isThere = new Promise<void>((resolve) => {
      arrived = (name) => {
        seen.push(name)
        if (name === 'f') resolve()
      }
    })
    const request = piecemeal()
    const answer = fetch('/', request.init)
    request.send(body.subarray(0, cut))
    await isThere
    expect(seen).toEqual(['a', 'f'])
    request.send(body.subarray(cut))
    request.end()
    expect(await (await answer).text()).toContain('content')
  })

  it('skips what is not read, and may be left early', async () => {
    const { json, text } = await serve(App)
    const sent = () =>
      form(
        { name: 'f', filename: 'x', value: 'x'.repeat(300_000) },
        { name: 'g', filename: 'y', value: 'y'.repeat(300_000) },
      )
    expect(await json('/skip', sent())).toEqual(['f', 'g'])
    expect(await text('/first', sent())).toBe('f')
  })

  it.each<[string, UploadLimits, number]>([
    ['too large a file', { fileSize: 3 }, 413],
    ['too many files', { files: 0 }, 400],
    ['too long a text', { fieldSize: 0 }, 400],
    ['too long a name', { fieldNameSize: 0 }, 400],
  ])('refuses %s', async (_name, given, status) => {
    limits = given
    const { fetch } = await serve(App)
    const sent = form({ name: 'a', value: '1' }, { name: 'f', filename: 'x', value: 'content' })
    expect((await fetch('/', sent)).status).toBe(status)
  })

  it('refuses other types, and compressed bodies, with 415', async () => {
    const { fetch } = await serve(App)
    const other = await fetch('/', sending('x', 'text/csv'))
    expect([other.status, ((await other.json()) as { code: string }).code]).toEqual([
      415,
      'CORBEL_BODY_TYPE_UNSUPPORTED',
    ])
    expect((await fetch('/', { method: 'POST' })).status).toBe(415)
    const sent = sending(gzipSync(multipart([{ name: 'a', value: '1' }])))
    const headers = new Headers(sent.headers)
    headers.set('content-encoding', 'gzip')
    const compressed = await fetch('/', { ...sent, headers })
    expect([compressed.status, compressed.headers.get('accept-encoding')]).toEqual([415, 'identity'])
  })

  it('fails where the client goes away', async () => {
    const { fetch } = await serve(App)
    const isThere = new Promise<string>((resolve) => (arrived = resolve))
    const failure = new Promise((resolve) => (ended = resolve))
    const body = multipart([{ name: 'f', filename: 'x', value: 'content' }])
    const request = piecemeal()
    const answer = fetch('/gone', request.init)
    request.send(body.subarray(0, body.lastIndexOf('ent')))
    await isThere
    request.giveUp()
    await expect(answer).rejects.toThrow()
    expect(await failure).toMatchObject({ code: 'CORBEL_CLIENT_GONE' })
  })
})

overProtocols('temporary files', () => {
  it('are removed when the request has been answered', async () => {
    const disk = diskStorage({ temporary: true })
    let removed: (path: string) => void = () => undefined
    const untilRemoved = new Promise<string>((resolve) => (removed = resolve))
    const storage: FileStorage = {
      temporary: true,
      store: (file, request) => disk.store(file, request),
      async remove(file, request) {
        await disk.remove(file, request)
        removed(file.path!)
      },
    }
    @Controller()
    class Uploads {
      @Post() @UseInterceptors(FileInterceptor('f', { storage })) take(
        @UploadedFile() { path }: MultipartFile,
      ) {
        return { path, isThere: existsSync(path!) }
      }
    }
    @Module({ controllers: [Uploads] })
    class Root {}
    const { json } = await serve(Root)
    const { path, isThere } = await json('/', form({ name: 'f', filename: 'x', value: 'content' }))
    expect(isThere).toBe(true)
    expect(await untilRemoved).toBe(path)
    expect(existsSync(path)).toBe(false)
  })
})
