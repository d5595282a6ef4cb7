import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  AnyFilesInterceptor,
  BadRequestException,
  Catch,
  Controller,
  createApp,
  diskStorage,
  FileInterceptor,
  Module,
  PayloadTooLargeException,
  Post,
  UploadedFiles,
  UseFilters,
  UseInterceptors,
  type ExceptionFilter,
  type FileStorage,
  type MultipartFile,
  type UploadOptions,
} from 'corbel'
import { readPartHead } from '../../lib/uploads/part-head.js'
import { overProtocols } from '../support/protocols.js'
import { RawClient } from '../support/raw-http.js'
import { isDoneWithin } from '../support/within.js'
import { serve } from '../web/serve.js'
import { BOUNDARY, form, multipart, piecemeal, sending, type SentPart } from './multipart.js'

const folders: string[] = []
const temporary = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'corbel-uploads-'))
  folders.push(folder)
  return folder
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const application = (options: UploadOptions = {}) => {
  @Controller()
  class Uploads {
    @Post() @UseInterceptors(AnyFilesInterceptor(options)) take(
      @UploadedFiles() files: MultipartFile[] = [],
    ) {
      return files.map(({ size }) => size)
    }
  }
  @Module({ controllers: [Uploads] })
  class App {}
  return App
}

const file = (name: string, size: number, filename = 'a.bin') => ({
  name,
  filename,
  value: Buffer.alloc(size, 97),
})
const text = (name: string, value: string) => ({ name, value })

const head = (length: number | string) =>
  `POST / HTTP/1.1\r\nhost: a\r\ncontent-type: multipart/form-data; boundary=${BOUNDARY}\r\ncontent-length: ${length}\r\n\r\n`

overProtocols('limits of an upload', () => {
  it.each([
    [413, 'File too large', { fileSize: 10 }, [file('a', 11)]],
    [413, 'Request body too large', { total: 100 }, [file('a', 100)]],
    [400, 'Too many files', { files: 1 }, [file('a', 1), file('b', 1)]],
    [400, 'Too many fields', { fields: 1 }, [text('a', '1'), text('b', '1')]],
    [400, 'Too many parts', { parts: 1 }, [text('a', '1'), file('b', 1)]],
    [400, 'Field value too long - a', { fieldSize: 3 }, [text('a', '1234')]],
    [400, 'Fields too large - b', { textSize: 8 }, [text('a', '1234'), text('b', '1234')]],
    [400, 'Field name too long', { fieldNameSize: 3 }, [text('abcd', '1')]],
    [400, 'Field name too long', { fieldNameSize: 3 }, [file('abcd', 1)]],
    [400, 'File name too long - a', { fileNameSize: 5 }, [file('a', 1, 'abcdef')]],
  ])('answers %i %s', async (status, message, limits, parts) => {
    const { fetch } = await serve(application({ limits }))
    const answer = await fetch('/', form(...parts))
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject({ message })
  })

  it('are reached, not passed, by what is just right', async () => {
    const limits = {
      fileSize: 10,
      files: 2,
      fields: 1,
      parts: 3,
      fieldSize: 2,
      textSize: 3,
      fieldNameSize: 1,
    }
    const { json } = await serve(application({ limits }))
    expect(await json('/', form(file('a', 10), text('t', '12'), file('b', 10)))).toEqual([10, 10])
  })

  it('have safe defaults', async () => {
    const { fetch } = await serve(application())
    const statusOf = async (...parts: readonly SentPart[]) => (await fetch('/', form(...parts))).status
    expect(await statusOf(file('a', 10 * 1024 * 1024 + 1))).toBe(413)
    expect(await statusOf(...Array.from({ length: 21 }, () => file('a', 1)))).toBe(400)
    expect(await statusOf(...Array.from({ length: 1001 }, () => text('a', '')))).toBe(400)
    expect(await statusOf(text('a', 'x'.repeat(1024 * 1024)))).toBe(400)
  })

  it('keep the header of a part short', async () => {
    const { fetch } = await serve(application({ limits: { headerSize: 200 } }))
    const long = `--${BOUNDARY}\r\nX-Filler: ${'x'.repeat(300)}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--${BOUNDARY}--`
    expect((await fetch('/', sending(long))).status).toBe(400)
  })

  it.each([
    ['CORBEL_UPLOAD_FILE_TOO_LARGE', form(file('a', 6))],
    ['CORBEL_UPLOAD_TOO_LARGE', form(text('a', 'x'.repeat(3000)))],
    ['CORBEL_UPLOAD_UNEXPECTED_FILE', form(file('b', 1))],
    ['CORBEL_UPLOAD_LIMIT', form(text('a', ''), text('b', ''))],
    ['CORBEL_UPLOAD_MALFORMED', sending('nothing')],
  ])('are errors that filters know, with the cause %s', async (code, sent) => {
    @Catch(PayloadTooLargeException, BadRequestException)
    class Causes implements ExceptionFilter<Error> {
      catch(error: Error) {
        return { code: (error.cause as { code: string }).code }
      }
    }
    const limits = { fileSize: 5, fields: 1, total: 2000 }
    @Controller()
    class Uploads {
      @Post() @UseFilters(Causes) @UseInterceptors(FileInterceptor('a', { limits })) take() {}
    }
    @Module({ controllers: [Uploads] })
    class App {}
    const { json } = await serve(App)
    expect(await json('/', sent)).toEqual({ code })
  })

  it('that cannot be meant are an error at boot', async () => {
    const boot = async (limits: object) => {
      const app = await createApp(application({ limits }), { logger: false })
      await app.init()
    }
    await expect(boot({ fileSize: -1 })).rejects.toThrow('limits.fileSize is -1')
    await expect(boot({ files: '3' })).rejects.toMatchObject({ code: 'CORBEL_UPLOAD_OPTIONS_INVALID' })
  })

  it('stop the client early, and the connection can be used again', async () => {
    const { app } = await serve(application({ limits: { fileSize: 1000 } }))
    const client = await RawClient.open(Number(new URL(await app.getUrl()).port))
    const body = multipart([file('a', 100_000)])
    client.send(head(body.length)).send(body.subarray(0, 5000))
    expect((await client.response()).status).toBe(413)
    client.send(body.subarray(5000)).send(head(0))
    expect((await client.response()).status).toBe(400)
    client.destroy()
  })
})

overProtocols('a malformed upload', () => {
  const part = (disposition: string) => `--${BOUNDARY}\r\n${disposition}\r\n\r\nx\r\n--${BOUNDARY}--`

  it.each([
    ['no delimiter', 'nothing'],
    ['nothing at all', ''],
    ['no closing delimiter', multipart([text('a', '1')], false)],
    ['no closing delimiter in a file', multipart([file('a', 100)]).subarray(0, 150)],
    ['only an opening delimiter', `--${BOUNDARY}\r\n`],
    ['a part without a header', `--${BOUNDARY}\r\n\r\nx\r\n--${BOUNDARY}--`],
    ['a part that ends in its header', `--${BOUNDARY}\r\nContent-Disposition: form-data\r\n--${BOUNDARY}--`],
    ['another disposition', part('Content-Disposition: attachment; name="a"')],
    ['no name', part('Content-Disposition: form-data; filename="a"')],
    ['no disposition', part('Content-Type: text/plain')],
    ['a parameter that is not closed', part('Content-Disposition: form-data; name="a; filename="b')],
    ['rubbish between parameters', part('Content-Disposition: form-data; name="a" x; filename="b"')],
    ['a bare line feed in the header', part('Content-Disposition: form-data;\n name="a"')],
    [
      'text that is not UTF-8',
      Buffer.from(part('Content-Disposition: form-data; name="a"').replace('x', 'é'), 'latin1'),
    ],
    [
      'text of an unknown charset',
      part('Content-Disposition: form-data; name="a"\r\nContent-Type: text/plain; charset=x'),
    ],
  ])('is answered with 400: %s', async (_, body) => {
    const { app } = await serve(application())
    const bytes = Buffer.from(body as string)
    const client = await RawClient.open(Number(new URL(await app.getUrl()).port))
    const answer = await client.send(head(bytes.length)).send(bytes).response()
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('Multipart: ')])
    client.destroy()
  })

  it.each([
    '',
    '; boundary=',
    '; boundary=""',
    `; boundary=${'b'.repeat(71)}`,
    '; boundary="x',
    '; charset=x',
  ])('is answered with 400: multipart/form-data%s', async (rest) => {
    const { fetch } = await serve(application())
    const answer = await fetch('/', sending('x', `multipart/form-data${rest}`))
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ message: 'Multipart: Boundary not found' })
  })

  it('takes little time, however its header is made', async () => {
    const { fetch } = await serve(application({ limits: { headerSize: 1024 * 1024 } }))
    const hostile = [`form-data; name="a"${' '.repeat(500_000)}x`, `form-data${'; a="\\"'.repeat(60_000)}`]
    for (const one of hostile) {
      const read = () => expect(() => readPartHead({ 'content-disposition': [one] })).toThrow('Multipart')
      // minutes, were it read again from each of its places
      expect(isDoneWithin(20, read)).toBe(true)
      expect((await fetch('/', sending(part(`Content-Disposition: ${one}`)))).status).toBe(400)
    }
  })
})

overProtocols('an upload in pieces', () => {
  it('is the same, wherever it is cut', async () => {
    const body = multipart([text('t', 'x'), { ...file('a', 20), value: `--${BOUNDARY.slice(0, 9)}\r\n--` }])
    const { app } = await serve(application())
    const port = Number(new URL(await app.getUrl()).port)
    const client = await RawClient.open(port)
    for (let cut = 1; cut < body.length; cut++) {
      client.send(head(body.length)).send(body.subarray(0, cut))
      await new Promise((resolve) => setImmediate(resolve))
      const answer = await client.send(body.subarray(cut)).response()
      expect([cut, answer.body]).toEqual([cut, '[15]'])
    }
    client.destroy()
  })

  it('is larger than any buffer on its way', async () => {
    const { json } = await serve(application())
    expect(await json('/', form(file('a', 9_000_000), file('b', 9_000_000)))).toEqual([9_000_000, 9_000_000])
  })
})

overProtocols('files on disk', () => {
  it('are gone when the upload fails after them', async () => {
    const dest = temporary()
    const { fetch } = await serve(application({ dest, limits: { fileSize: 50_000 } }))
    expect((await fetch('/', form(file('a', 10), file('b', 50_001)))).status).toBe(413)
    expect((await fetch('/', sending(multipart([file('a', 10), file('b', 10)], false)))).status).toBe(400)
    expect(readdirSync(dest)).toEqual([])
    expect((await fetch('/', form(file('a', 10), file('b', 50_000)))).status).toBe(201)
    expect(readdirSync(dest)).toHaveLength(2)
  })

  it('are gone when the client is', async () => {
    const dest = temporary()
    let removed: () => void
    const done = new Promise<void>((resolve) => (removed = resolve))
    let begun: () => void
    const second = new Promise<void>((resolve) => (begun = resolve))
    const disk = diskStorage({ destination: dest })
    async function* watched(stream: AsyncIterable<Uint8Array>) {
      for await (const chunk of stream) {
        yield chunk
        begun() // asked for more: the first chunk is in the file
      }
    }
    const storage: FileStorage = {
      store: (incoming, request) => {
        if (incoming.fieldname !== 'b') return disk.store(incoming, request)
        return disk.store({ ...incoming, stream: Readable.from(watched(incoming.stream)) }, request)
      },
      remove: async (stored, request) => {
        await disk.remove(stored, request)
        removed()
      },
    }
    const { fetch } = await serve(application({ storage }))
    const body = multipart([file('a', 10), file('b', 100_000)])
    const request = piecemeal()
    const answer = fetch('/', request.init)
    request.send(body.subarray(0, 60_000))
    await second
    expect(readdirSync(dest)).toHaveLength(2)
    request.giveUp()
    await expect(answer).rejects.toThrow()
    await done
    expect(readdirSync(dest)).toEqual([])
  })
})

overProtocols('a storage of the application', () => {
  it('may leave bytes unread, and does not have the last word about a file that is too large', async () => {
    const storage: FileStorage = {
      store: async ({ stream }) => {
        if (stream.readable) stream.read(1)
        return { size: 1 }
      },
      remove: async () => undefined,
    }
    const { json } = await serve(application({ storage }))
    expect(await json('/', form(file('a', 300_000), file('b', 300_000)))).toEqual([1, 1])

    const greedy: FileStorage = {
      store: async ({ stream }) => {
        stream.resume()
        await once(stream, 'close')
        return { size: 1 }
      },
      remove: async () => undefined,
    }
    const strict = await serve(application({ storage: greedy, limits: { fileSize: 10 } }))
    expect((await strict.fetch('/', form(file('a', 11)))).status).toBe(413)
  })

  it('that fails is an error of the server, whose other files are removed', async () => {
    const removed: string[] = []
    const storage: FileStorage = {
      store: async ({ fieldname }) => {
        if (fieldname === 'b') throw new Error('the disk is full')
        return { size: 0 }
      },
      remove: async ({ fieldname }) => {
        removed.push(fieldname)
        throw new Error('cannot be removed either')
      },
    }
    const { fetch } = await serve(application({ storage }))
    expect((await fetch('/', form(file('a', 1), file('b', 100_000), file('c', 1)))).status).toBe(500)
    expect(removed).toEqual(['a'])
  })
})
