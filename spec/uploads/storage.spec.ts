import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { buffer as collect } from 'node:stream/consumers'
import {
  AnyFilesInterceptor,
  BadRequestException,
  Controller,
  diskStorage,
  FileInterceptor,
  Injectable,
  memoryStorage,
  Module,
  MulterModule,
  Post,
  UploadedFile,
  UploadedFiles,
  UploadsModule,
  UseInterceptors,
  type CallbackStorage,
  type DynamicModule,
  type MultipartFile,
  type UploadOptions,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { loadSplitter } from '../../lib/uploads/busboy.js'
import { serve } from '../web/serve.js'
import { form } from './multipart.js'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'corbel-storage-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const application = (options?: UploadOptions, ...imports: DynamicModule[]) => {
  @Controller()
  class Uploads {
    @Post() @UseInterceptors(AnyFilesInterceptor(options)) take(@UploadedFiles() files: MultipartFile[]) {
      return files
    }
    @Post('one') @UseInterceptors(FileInterceptor('a', options)) one(@UploadedFile() file?: MultipartFile) {
      return { size: file?.size }
    }
  }
  @Module({ controllers: [Uploads], imports })
  class App {}
  return App
}

const file = (name: string, value = 'bytes', filename = 'a.txt') => ({ name, filename, value })

overProtocols('diskStorage', () => {
  it('writes to a folder that it makes, under random names', async () => {
    const dest = join(folder, 'new', 'deep')
    const { json } = await serve(application({ dest }))
    const [stored] = (await json('/', form(file('a', 'content')))) as [MultipartFile]
    expect(stored).toMatchObject({ destination: dest, size: 7, originalname: 'a.txt' })
    expect(stored).not.toHaveProperty('buffer')
    expect(stored.filename).toMatch(/^[\da-f]{32}$/)
    expect(stored.path).toBe(join(dest, stored.filename!))
    expect(readFileSync(stored.path!, 'utf8')).toBe('content')
  })

  it('asks for folder and name, with the fields that came before', async () => {
    const storage = diskStorage({
      destination: (_request, _file, callback) => callback(null, folder),
      filename: async (request, { originalname }) =>
        `${(request.body as { user: string }).user}-${originalname}`,
    })
    const { json } = await serve(application({ storage }))
    const [stored] = (await json('/', form({ name: 'user', value: 'ada' }, file('a')))) as [MultipartFile]
    expect(basename(stored.path!)).toBe('ada-a.txt')
    expect(existsSync(stored.path!)).toBe(true)
  })

  it('does not let a name choose the folder', async () => {
    const inner = mkdtempSync(join(folder, 'inner-'))
    for (const name of ['../a', '/etc/a', '..', '', '.', 'a/../../b', 'a\0b']) {
      const storage = diskStorage({ destination: inner, filename: () => name })
      const errors: unknown[] = []
      const logger = { log() {}, warn() {}, error: (error: unknown) => errors.push(error) }
      const { fetch } = await serve(application({ storage }), { logger: logger as never })
      expect((await fetch('/', form(file('a')))).status).toBe(500)
      expect(errors[0]).toMatchObject({ code: 'CORBEL_UPLOAD_FILE_NAME' })
    }
    expect(readdirSync(inner)).toEqual([])
    expect(existsSync(join(folder, 'a'))).toBe(false)
  })

  it('hands on the errors of its callbacks', async () => {
    const storage = diskStorage({
      destination: folder,
      filename: (_request, _file, callback) => callback(new BadRequestException('no such album'), ''),
    })
    const { fetch } = await serve(application({ storage }))
    const answer = await fetch('/', form(file('a')))
    expect([answer.status, await answer.json()]).toMatchObject([400, { message: 'no such album' }])
  })
})

overProtocols('a storage', () => {
  it('may call back, as those of Multer do', async () => {
    const removed: string[] = []
    const storage: CallbackStorage = {
      _handleFile: (_request, { stream, fieldname }, callback) => {
        if (fieldname === 'bad') callback(new BadRequestException('bad file'))
        else void collect(stream).then((bytes) => callback(null, { size: bytes.length, key: 'k' }))
      },
      _removeFile: (_request, { fieldname }, callback) => {
        removed.push(fieldname)
        callback(null)
      },
    }
    const { json, fetch } = await serve(application({ storage }))
    expect(await json('/', form(file('a')))).toMatchObject([{ size: 5, key: 'k' }])
    expect((await fetch('/', form(file('a'), file('bad')))).status).toBe(400)
    expect(removed).toEqual(['a'])
  })
})

overProtocols('fileFilter', () => {
  it('leaves files out, by calling back or by returning', async () => {
    const filters: UploadOptions['fileFilter'][] = [
      (_request, { originalname }, callback) => callback(null, originalname.endsWith('.txt')),
      (_request, { originalname }) => originalname.endsWith('.txt'),
      async (_request, { originalname }) => originalname.endsWith('.txt'),
    ]
    for (const fileFilter of filters) {
      const { json } = await serve(application({ fileFilter }))
      const files = (await json(
        '/',
        form(file('a', 'x'.repeat(200_000), 'a.exe'), file('b')),
      )) as MultipartFile[]
      expect(files.map(({ fieldname }) => fieldname)).toEqual(['b'])
    }
  })

  it('refuses the upload with its error', async () => {
    const fileFilter: UploadOptions['fileFilter'] = (_request, _file, callback) =>
      callback(new BadRequestException('only pictures'), false)
    const { json } = await serve(application({ fileFilter }))
    expect(await json('/', form(file('a')))).toMatchObject({ status: 400, message: 'only pictures' })
  })
})

overProtocols('UploadsModule', () => {
  const limits = { fileSize: 3 }

  @Injectable()
  class Options {
    createMulterOptions(): UploadOptions {
      return { limits }
    }
  }
  @Module({ providers: [Options], exports: [Options] })
  class OptionsModule {}

  it.each<[string, () => DynamicModule]>([
    ['register', () => UploadsModule.register({ limits })],
    [
      'registerAsync with a factory',
      () => UploadsModule.registerAsync({ useFactory: async () => ({ limits }) }),
    ],
    ['registerAsync with a class', () => MulterModule.registerAsync({ useClass: Options })],
    [
      'registerAsync with another module',
      () => UploadsModule.registerAsync({ imports: [OptionsModule], useExisting: Options }),
    ],
  ])('%s sets what interceptors start from', async (_, module) => {
    const { fetch } = await serve(application(undefined, module()))
    expect((await fetch('/one', form(file('a', '123')))).status).toBe(201)
    expect((await fetch('/one', form(file('a', '1234')))).status).toBe(413)
  })

  it('leaves the last word to the interceptor, limit by limit', async () => {
    const module = UploadsModule.register({ dest: join(folder, 'shared'), limits: { fileSize: 3, files: 1 } })
    const options = { storage: memoryStorage(), limits: { fileSize: 10 } }
    const { fetch, json } = await serve(application(options, module))
    expect(await json('/', form(file('a', '1234')))).toMatchObject([{ buffer: { type: 'Buffer' } }])
    expect((await fetch('/', form(file('a', '1'), file('b', '1')))).status).toBe(400)
  })

  it('says what is missing', () => {
    expect(() => UploadsModule.registerAsync({})).toThrow('no useFactory, useClass or useExisting')
    expect(() => FileInterceptor('')).toThrow('Give the name of a form field')
  })
})

describe('@fastify/busboy', () => {
  it('is explained where it is missing', () => {
    const missing = Object.assign(new Error("Cannot find module '@fastify/busboy'"), {
      code: 'MODULE_NOT_FOUND',
    })
    const load = () => {
      throw missing
    }
    expect(() => loadSplitter(load)).toThrow('Run: npm install @fastify/busboy')
  })
})
