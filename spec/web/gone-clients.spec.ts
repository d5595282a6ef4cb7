import { createReadStream } from 'node:fs'
import { readdir, readlink, writeFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  Controller,
  Get,
  Module,
  Post,
  Req,
  Res,
  Sse,
  StreamableFile,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

let folder = ''
let streams: Readable[] = []
let sent = false
let begun = false
let ended = false

/** Resolves when the client has gone. */
const gone = (request: HttpRequest): Promise<void> => {
  begun = true
  return new Promise((resolve) => request.on('close', () => resolve()))
}

const late = (stream: Readable): Readable => {
  streams.push(stream)
  return stream
}

@Controller()
class Late {
  @Get('file') async file(@Req() request: HttpRequest, @Res() response: WebResponse) {
    await gone(request)
    response.sendFile('data.txt', { root: folder }, () => (sent = true))
  }
  @Get('streamable') async streamable(@Req() request: HttpRequest) {
    await gone(request)
    return new StreamableFile(late(createReadStream(join(folder, 'data.txt'))))
  }
  @Get('missing') async missing(@Req() request: HttpRequest) {
    await gone(request)
    return new StreamableFile(late(createReadStream(join(folder, 'nothing'))))
  }
  @Get('stream') async stream(@Req() request: HttpRequest) {
    await gone(request)
    return late(Readable.from(['a']))
  }
  @Get('stuck') stuck() {
    begun = true
    return late(new Readable({ read() {} }))
  }
  @Sse('events') async *events() {
    begun = true
    try {
      for (;;) yield await new Promise((resolve) => setImmediate(resolve, 'tick'))
    } finally {
      ended = true
    }
  }
  @Post('body') async body(@Req() request: HttpRequest) {
    begun = true
    try {
      for await (const chunk of request) void chunk
    } finally {
      ended = true
    }
  }
}

@Module({ controllers: [Late] })
class App {}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'corbel-'))
  await writeFile(join(folder, 'data.txt'), '0123456789')
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(() => {
  streams = []
  sent = begun = ended = false
})

/** Sends a request, and goes away once it is worked on. */
async function ask(path: string): Promise<void> {
  const { fetch } = await serve(App)
  const client = new AbortController()
  const answer = fetch(path, { signal: client.signal }).then((response) => response.text())
  await expect.poll(() => begun).toBe(true)
  client.abort()
  await answer.catch(() => undefined)
}

async function openFiles(): Promise<string[]> {
  const names = await readdir('/proc/self/fd')
  const paths = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
  return paths.filter((path) => path.startsWith(folder))
}

overProtocols('a client that has gone', () => {
  it.skipIf(process.platform !== 'linux')('leaves no file of sendFile open', async () => {
    await ask('/file')
    await expect.poll(() => sent).toBe(true)
    await expect.poll(openFiles).toEqual([])
  })

  it.each(['/streamable', '/missing', '/stream', '/stuck'])(
    'leaves no stream open that %s returns',
    async (path) => {
      await ask(path)
      await expect.poll(() => streams.map(({ closed }) => closed)).toEqual([true])
    },
  )

  it('ends the generator of its events', async () => {
    await ask('/events')
    await expect.poll(() => ended).toBe(true)
  })

  it('while its body is read is no error of the server', async () => {
    const errors: unknown[] = []
    const ignore = () => undefined
    const { app, fetch } = await serve(App, {
      logger: { log: ignore, warn: ignore, error: (error: unknown) => errors.push(error) },
    })
    const client = new AbortController()
    const body = new ReadableStream({
      start: (stream) => stream.enqueue(new TextEncoder().encode('half')),
    })
    const init = { method: 'POST', headers: { 'content-type': 'video/mp4' }, duplex: 'half' } as RequestInit
    const answer = fetch('/body', { ...init, body, signal: client.signal })
    await expect.poll(() => begun).toBe(true)
    client.abort()
    await expect(answer).rejects.toThrow()
    await expect.poll(() => ended).toBe(true)
    // nothing of the request is left then
    await app.close()
    expect(errors).toEqual([])
  })
})
