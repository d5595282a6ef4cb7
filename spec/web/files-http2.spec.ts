import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync, writeFileSync, type ReadStream } from 'node:fs'
import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Controller, Get, Module, Param, Res, StreamableFile, type HttpResponse } from 'corbel'
import { serve } from './serve.js'

const SIZE = 3_000_001
/** What may be read ahead of a client that has a window of 64 KiB: that, what the sink holds, and chunks on their way. */
const AHEAD = 512 * 1024

const folder = mkdtempSync(join(tmpdir(), 'corbel-files-'))
const path = join(folder, 'large.bin')
const content = randomBytes(SIZE)
const opened: ReadStream[] = []

function open(): ReadStream {
  const file = createReadStream(path)
  opened.push(file)
  return file
}

async function* parts(): AsyncGenerator<Uint8Array> {
  for await (const part of open()) yield part as Buffer
}

@Controller()
class Files {
  @Get('as/:kind')
  stream(@Param('kind') kind: string) {
    return new StreamableFile(kind === 'stream' ? open() : parts(), { length: SIZE })
  }
  @Get('sent')
  send(@Res() response: HttpResponse & { sendFile(path: string): void }) {
    response.sendFile(path)
  }
}

@Module({ controllers: [Files] })
class AppModule {}

beforeAll(() => writeFileSync(path, content))
afterAll(() => rmSync(folder, { recursive: true }))

describe('files over HTTP/2', () => {
  let session: ClientHttp2Session

  beforeEach(async () => {
    opened.length = 0
    session = connect((await serve(AppModule)).url)
  })
  afterEach(() => session.destroy())

  const ping = () => new Promise<void>((resolve) => void session.ping(() => resolve()))

  /** A download of which nothing is taken yet, and the server has had time to run ahead. */
  async function begun(target: string): Promise<ClientHttp2Stream> {
    const stream = session.request({ ':path': target })
    await once(stream, 'response')
    for (let i = 0; i < 20; i++) await ping()
    return stream
  }

  async function rest(stream: ClientHttp2Stream): Promise<string> {
    const hash = createHash('sha256')
    for await (const part of stream) hash.update(part as Buffer)
    return hash.digest('hex')
  }

  it.each(['/as/stream', '/as/iterable', '/sent'])(
    'arrive whole, split by window and frame size: %s',
    async (target) => {
      const stream = await begun(target)
      expect(await rest(stream)).toBe(createHash('sha256').update(content).digest('hex'))
    },
  )

  it.each(['/as/stream', '/as/iterable'])('are not read ahead of the client: %s', async (target) => {
    const stream = await begun(target)
    expect(opened[0]!.bytesRead).toBeGreaterThan(0)
    expect(opened[0]!.bytesRead).toBeLessThan(AHEAD)
    await rest(stream)
    expect(opened[0]!.bytesRead).toBe(SIZE)
  })

  it.each(['/as/stream', '/as/iterable'])('are closed when the client gives up: %s', async (target) => {
    const stream = await begun(target)
    const file = opened[0]!
    // a file that is given up tells of an error, too
    file.on('error', () => undefined)
    const isClosed = file.closed ? undefined : new Promise<void>((resolve) => file.once('close', resolve))
    stream.close(constants.NGHTTP2_CANCEL)
    await isClosed
    expect(file.bytesRead).toBeLessThan(AHEAD)
    // the connection goes on
    expect((await rest(await begun('/sent'))).length).toBe(64)
  })

  it('are sent side by side, so that one that waits holds up no other', async () => {
    const waiting = await begun('/as/stream')
    expect(await rest(await begun('/as/iterable'))).toHaveLength(64)
    expect(opened[0]!.bytesRead).toBeLessThan(AHEAD)
    await rest(waiting)
  })
})
