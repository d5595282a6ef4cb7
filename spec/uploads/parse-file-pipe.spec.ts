import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Controller,
  FileFieldsInterceptor,
  FileInterceptor,
  FilesInterceptor,
  FileTypeValidator,
  FileValidator,
  HttpStatus,
  ImATeapotException,
  MaxFileSizeValidator,
  Module,
  ParseFilePipe,
  ParseFilePipeBuilder,
  Post,
  UploadedFile,
  UploadedFiles,
  UseInterceptors,
  type MultipartFile,
  type ValidatedFile,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from '../web/serve.js'
import { form, type SentPart } from './multipart.js'

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

class Named extends FileValidator<{ prefix: string }, MultipartFile> {
  override async isValid(file?: MultipartFile): Promise<boolean> {
    return file?.originalname.startsWith(this.validationOptions.prefix) ?? false
  }
  override buildErrorMessage(file: MultipartFile): string {
    return `${file.originalname} has another name`
  }
}

const images = new ParseFilePipe({
  validators: [new MaxFileSizeValidator({ maxSize: 100 }), new FileTypeValidator({ fileType: /^image\// })],
})

@Controller()
class Uploads {
  @Post('required') @UseInterceptors(FileInterceptor('file')) required(
    @UploadedFile(ParseFilePipe) file: MultipartFile,
  ) {
    return file.size
  }
  @Post('optional') @UseInterceptors(FileInterceptor('file')) optional(
    @UploadedFile(
      new ParseFilePipe({ fileIsRequired: false, validators: [new MaxFileSizeValidator({ maxSize: 5 })] }),
    )
    file?: MultipartFile,
  ) {
    return file?.size ?? 'none'
  }
  @Post('image') @UseInterceptors(FileInterceptor('file')) image(@UploadedFile(images) file: MultipartFile) {
    return file.size
  }
  @Post('images') @UseInterceptors(FilesInterceptor('file')) images(
    @UploadedFiles(images) files: MultipartFile[],
  ) {
    return files.length
  }
  @Post('fields') @UseInterceptors(FileFieldsInterceptor([{ name: 'a' }, { name: 'b' }])) fields(
    @UploadedFiles(images) files: Record<string, MultipartFile[]>,
  ) {
    return Object.keys(files)
  }
  @Post('own') @UseInterceptors(FileInterceptor('file')) own(
    @UploadedFile(
      new ParseFilePipeBuilder()
        .addMaxSizeValidator({ maxSize: 10 })
        .addFileTypeValidator({ fileType: 'image/png', skipMagicNumbersValidation: true })
        .addValidator(new Named({ prefix: 'a' }))
        .build({ errorHttpStatusCode: HttpStatus.UNPROCESSABLE_ENTITY }),
    )
    file: MultipartFile,
  ) {
    return file.size
  }
  @Post('factory') @UseInterceptors(FileInterceptor('file')) factory(
    @UploadedFile(new ParseFilePipe({ exceptionFactory: (message) => new ImATeapotException(message) }))
    file: MultipartFile,
  ) {
    return file.size
  }
}

@Module({ controllers: [Uploads] })
class App {}

const file = (value: string | Uint8Array, name = 'file', filename = 'a.png', type = 'image/png') => ({
  name,
  filename,
  value,
  type,
})

const answerTo = async (path: string, ...parts: readonly SentPart[]) => {
  const { fetch } = await serve(App)
  const answer = await fetch(path, form(...parts))
  const body = (await answer.json()) as { message?: string }
  return [answer.status, body.message ?? body]
}

overProtocols('ParseFilePipe', () => {
  it('wants a file, unless it is told otherwise', async () => {
    const missing = [400, 'File is required']
    expect(await answerTo('/required')).toEqual(missing)
    expect(await answerTo('/images')).toEqual(missing)
    expect(await answerTo('/fields')).toEqual(missing)
    expect(await answerTo('/required', file(''))).toEqual([201, 0])
    expect(await answerTo('/factory')).toEqual([418, 'File is required'])
    const { text } = await serve(App)
    expect(await text('/optional', form())).toBe('none')
    expect(await answerTo('/optional', file('12345'))).toEqual([
      400,
      'Validation failed (current file size is 5, expected size is less than 5)',
    ])
  })

  it('asks validators in order, of every file', async () => {
    expect(await answerTo('/image', file(PNG))).toEqual([201, PNG.length])
    expect(await answerTo('/image', file(Buffer.alloc(100)))).toEqual([
      400,
      'Validation failed (current file size is 100, expected size is less than 100)',
    ])
    const wrongType = [
      400,
      'Validation failed (current file type is image/png, expected type is /^image\\//)',
    ]
    expect(await answerTo('/image', file('<?php'))).toEqual(wrongType)
    expect(await answerTo('/images', file(PNG), file('<?php'))).toEqual(wrongType)
    expect(await answerTo('/images', file(PNG), file(PNG))).toEqual([201, 2])
    expect(await answerTo('/fields', file(PNG, 'a'), file('<?php', 'b'))).toEqual(wrongType)
    expect(await answerTo('/fields', file(PNG, 'b'))).toEqual([201, ['b']])
  })

  it('is built step by step', async () => {
    expect(await answerTo('/own', file('x'))).toEqual([201, 1])
    expect(await answerTo('/own', file('x', 'file', 'b.png'))).toEqual([422, 'b.png has another name'])
    expect(await answerTo('/own', file('x', 'file', 'b.png', 'text/plain'))).toEqual([
      422,
      'Validation failed (current file type is text/plain, expected type is image/png)',
    ])
    expect(await answerTo('/own')).toEqual([422, 'File is required'])
  })
})

describe('MaxFileSizeValidator', () => {
  const big: ValidatedFile = { size: 9, mimetype: 'a/b' }

  it('says what it is told to say', () => {
    const message = (options: object) =>
      new MaxFileSizeValidator({ maxSize: 5, ...options }).buildErrorMessage(big)
    expect(message({ message: 'too big' })).toBe('too big')
    expect(message({ message: (max: number) => `at most ${max}` })).toBe('at most 5')
    expect(message({ errorMessage: 'no' })).toBe('no')
    const errorMessage = ({ file: { size }, config }: { file: ValidatedFile; config: { maxSize: number } }) =>
      `${size} > ${config.maxSize}`
    expect(message({ errorMessage })).toBe('9 > 5')
    expect(new MaxFileSizeValidator({ maxSize: 5 }).buildErrorMessage()).toBe(
      'Validation failed (expected size is less than 5)',
    )
  })
})

describe('FileTypeValidator', () => {
  const typed = (
    options: { fileType: string | RegExp; fallbackToMimetype?: boolean },
    hex: string,
    mimetype = 'x/y',
  ) => new FileTypeValidator(options).isValid({ size: 1, mimetype, buffer: Buffer.from(hex, 'hex') })

  it.each([
    ['image/png', '89504e470d0a1a0a'],
    ['image/jpeg', 'ffd8ffe0'],
    ['image/gif', '474946383961'],
    ['image/webp', '524946460000000057454250'],
    ['audio/wav', '524946460000000057415645'],
    ['image/avif', '000000206674797061766966'],
    ['video/mp4', '00000020667479706d703432'],
    ['video/webm', '1a45dfa39f4286810142f7810142f2810442f381084282847765626d'],
    ['video/x-matroska', '1a45dfa3934282886d6174726f736b61'],
    ['application/pdf', '255044462d312e37'],
    ['application/gzip', '1f8b0800'],
    ['application/x-tar', `${'00'.repeat(257)}7573746172`],
    ['application/zip', '504b030414000000'],
    [
      'application/epub+zip',
      `504b0304${'00'.repeat(26)}${Buffer.from('mimetypeapplication/epub+zipPK').toString('hex')}`,
    ],
    [
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      `504b0304${Buffer.from('[Content_Types].xml…PK…word/document.xml').toString('hex')}`,
    ],
  ])('knows %s by its bytes', async (type, hex) => {
    expect(await typed({ fileType: type }, hex)).toBe(true)
    expect(await typed({ fileType: 'text/plain', fallbackToMimetype: true }, hex, 'text/plain')).toBe(false)
  })

  it('takes parts of types and expressions, also those that keep a position', async () => {
    expect(await typed({ fileType: 'png' }, '89504e470d0a1a0a')).toBe(true)
    const fileType = /png|jpeg/g
    const validator = new FileTypeValidator({ fileType })
    const png = { size: 1, mimetype: 'x/y', buffer: PNG }
    expect([await validator.isValid(png), await validator.isValid(png)]).toEqual([true, true])
  })

  it('believes the declared type only where it is told to', async () => {
    const text = Buffer.from('plain').toString('hex')
    expect(await typed({ fileType: 'text/plain' }, text, 'text/plain')).toBe(false)
    expect(await typed({ fileType: 'text/plain', fallbackToMimetype: true }, text, 'text/plain')).toBe(true)
    expect(await new FileTypeValidator({ fileType: 'a' }).isValid()).toBe(false)
    expect(await new FileTypeValidator({ fileType: 'a' }).isValid({ size: 1, mimetype: 'a' })).toBe(false)
  })

  it('reads the beginning of files on disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'corbel-types-'))
    const path = join(folder, 'a')
    writeFileSync(path, PNG)
    const onDisk = { size: PNG.length, mimetype: 'text/plain', path }
    expect(await new FileTypeValidator({ fileType: 'image/png' }).isValid(onDisk)).toBe(true)
    expect(await new FileTypeValidator({ fileType: 'text/plain' }).isValid(onDisk)).toBe(false)
    rmSync(folder, { recursive: true })
  })

  it('says what it is told to say', () => {
    const message = (options: object, one?: ValidatedFile) =>
      new FileTypeValidator({ fileType: 'png', ...options }).buildErrorMessage(one)
    expect(message({})).toBe('Validation failed (expected type is png)')
    expect(message({ errorMessage: 'no' })).toBe('no')
    const errorMessage = ({ file: one }: { file?: ValidatedFile }) => `not ${one?.mimetype}`
    expect(message({ errorMessage }, { size: 1, mimetype: 'a/b' })).toBe('not a/b')
  })
})
