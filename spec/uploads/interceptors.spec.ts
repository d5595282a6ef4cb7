import { IsInt, Length } from 'class-validator'
import { Type } from 'class-transformer'
import {
  AnyFilesInterceptor,
  Body,
  Controller,
  FileFieldsInterceptor,
  FileInterceptor,
  FilesInterceptor,
  Module,
  NoFilesInterceptor,
  Post,
  RawBody,
  UploadedFile,
  UploadedFiles,
  UseInterceptors,
  type MultipartFile,
} from 'corbel'
import request from 'supertest'
import { overProtocols } from '../support/protocols.js'
import { serve } from '../web/serve.js'
import { BOUNDARY, form, multipart, sending } from './multipart.js'

class Caption {
  @Length(2, 20) title: string
  @Type(() => Number) @IsInt() page: number
}

const shown = (file: MultipartFile | undefined) =>
  file === undefined ? 'none' : { ...file, buffer: file.buffer?.toString() }

@Controller()
class Uploads {
  @Post('one') @UseInterceptors(FileInterceptor('avatar')) one(
    @UploadedFile() file: MultipartFile,
    @Body() body: object,
  ) {
    return { file: shown(file), body }
  }
  @Post('list') @UseInterceptors(FilesInterceptor('photos', 2)) list(
    @UploadedFiles() files: MultipartFile[],
  ) {
    return files.map((file) => file.originalname)
  }
  @Post('map') @UseInterceptors(FileFieldsInterceptor([{ name: 'a', maxCount: 1 }, { name: 'b' }])) map(
    @UploadedFiles() files: Record<string, MultipartFile[]>,
    @UploadedFile('a') first: MultipartFile,
    @UploadedFiles('b') second: MultipartFile[],
  ) {
    return { fields: Object.keys(files), first: first?.originalname, second: second.map((one) => one.size) }
  }
  @Post('any') @UseInterceptors(AnyFilesInterceptor()) any(
    @UploadedFiles() files: MultipartFile[],
    @UploadedFile('x') x: MultipartFile,
  ) {
    return { fields: files.map((file) => file.fieldname), x: x?.size }
  }
  @Post('none') @UseInterceptors(NoFilesInterceptor()) none(@Body() body: object) {
    return body
  }
  @Post('valid') @UseInterceptors(FileInterceptor('file')) valid(@Body() caption: Caption) {
    return { title: caption.title, keys: Object.keys(caption), isInstance: caption instanceof Caption }
  }
  @Post('raw') @UseInterceptors(FileInterceptor('file')) raw(
    @RawBody() raw: Uint8Array,
    @UploadedFile() file: MultipartFile,
  ) {
    return { raw: raw.length, file: file.size }
  }
}

@Module({ controllers: [Uploads] })
class App {}

const text = (name: string, value: string) => ({ name, value })
const file = (name: string, filename: string, value: string | Uint8Array = 'bytes', type = 'image/png') => ({
  name,
  filename,
  value,
  type,
})

overProtocols('FileInterceptor', () => {
  it('gives the file and the text fields', async () => {
    const { json } = await serve(App)
    const sent = form(text('title', 'Ada'), file('avatar', 'ada.png', 'pixels'), text('after', 'yes'))
    expect(await json('/one', sent)).toEqual({
      file: {
        fieldname: 'avatar',
        originalname: 'ada.png',
        encoding: '7bit',
        mimetype: 'image/png',
        size: 6,
        buffer: 'pixels',
      },
      body: { title: 'Ada', after: 'yes' },
    })
  })

  it('is used with the clients that people use', async () => {
    const { app, json } = await serve(App)
    await app.init()
    const answer = await request(app.getHttpServer())
      .post('/one')
      .field('title', 'x')
      .attach('avatar', Buffer.alloc(300_000, 97), 'a.txt')
    expect(answer.status).toBe(201)
    expect((answer.body as { file: object }).file).toMatchObject({ size: 300_000, mimetype: 'text/plain' })
    const data = new FormData()
    data.append('avatar', new Blob(['été'], { type: 'text/plain' }), 'été "1".txt')
    expect(await json('/one', { method: 'POST', body: data })).toMatchObject({
      file: { originalname: 'été "1".txt', size: 5, buffer: 'été' },
    })
  })

  it('keeps the bytes as they are, also those that look like delimiters', async () => {
    const bytes = Buffer.concat([
      Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
      Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}`),
    ])
    const { app } = await serve(App)
    await app.init()
    const response = await request(app.getHttpServer()).post('/raw').attach('file', bytes, 'b.bin')
    expect((response.body as { file: number }).file).toBe(bytes.length)
  })

  it('takes an empty file, and no file at all', async () => {
    const { json } = await serve(App)
    expect(await json('/one', form(file('avatar', 'empty.png', '')))).toMatchObject({ file: { size: 0 } })
    expect(await json('/one', form(file('avatar', '', '')))).toMatchObject({ file: 'none' })
    expect(await json('/one', form(text('title', 'x')))).toEqual({ file: 'none', body: { title: 'x' } })
    expect(await json('/one', form())).toEqual({ file: 'none', body: {} })
  })

  it('leaves other requests alone', async () => {
    const { post, fetch } = await serve(App)
    expect(await (await post('/one', { a: 1 })).json()).toEqual({ file: 'none', body: { a: 1 } })
    expect((await fetch('/one', { method: 'POST' })).status).toBe(201)
    expect((await fetch('/one', sending('a,b', 'text/csv'))).status).toBe(415)
  })

  it('refuses other fields and a second file', async () => {
    const { fetch } = await serve(App)
    for (const sent of [form(file('other', 'a.png')), form(file('avatar', 'a'), file('avatar', 'b'))]) {
      const answer = await fetch('/one', sent)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toMatchObject({
        message: expect.stringMatching(/^Unexpected field - (other|avatar)$/) as string,
        code: 'CORBEL_UPLOAD_UNEXPECTED_FILE',
      })
    }
  })

  it('takes folders off names, and characters that cannot be shown', async () => {
    const { json } = await serve(App)
    const nameOf = async (filename: string) =>
      ((await json('/one', form(file('avatar', filename)))) as { file: MultipartFile }).file.originalname
    expect(await nameOf('../../etc/passwd')).toBe('passwd')
    expect(await nameOf('C:\\\\Users\\\\ada\\\\a.png')).toBe('a.png')
    expect(await nameOf('a\u0000b\u007f.png')).toBe('ab.png')
    expect(await nameOf('..')).toBe('')
  })

  it('reads extended names and those in latin1', async () => {
    const { json } = await serve(App)
    const named = (parameter: string) =>
      sending(
        Buffer.from(
          `--${BOUNDARY}\r\nContent-Disposition: form-data; name=avatar; ${parameter}\r\n\r\nx\r\n--${BOUNDARY}--`,
          'latin1',
        ),
      )
    expect(await json('/one', named(`filename="x.txt"; filename*=UTF-8''na%C3%AFve.txt`))).toMatchObject({
      file: { originalname: 'naïve.txt', mimetype: 'text/plain' },
    })
    expect(await json('/one', named(`filename="caf\u00e9.txt"`))).toMatchObject({
      file: { originalname: 'café.txt' },
    })
    expect(await json('/one', named(`filename="x.txt"; filename*=UTF-8''%ff`))).toMatchObject({
      file: { originalname: 'x.txt' },
    })
  })

  it('works where @RawBody() has the bytes', async () => {
    const { json } = await serve(App)
    const body = multipart([file('file', 'a.txt', 'four')])
    expect(await json('/raw', sending(body))).toEqual({ raw: body.length, file: 4 })
  })

  it('has its text fields validated', async () => {
    const { json } = await serve(App)
    expect(await json('/valid', form(text('title', 'Ada'), text('page', '3'), text('extra', 'x')))).toEqual({
      title: 'Ada',
      keys: ['title', 'page'],
      isInstance: true,
    })
    expect(await json('/valid', form(text('title', 'A'), text('page', 'x')))).toMatchObject({ status: 400 })
  })
})

overProtocols('the other interceptors', () => {
  it('FilesInterceptor gives a list, up to its count', async () => {
    const { json, fetch } = await serve(App)
    expect(await json('/list', form(file('photos', 'a'), file('photos', 'b')))).toEqual(['a', 'b'])
    expect(await json('/list', form())).toEqual([])
    const answer = await fetch('/list', form(file('photos', 'a'), file('photos', 'b'), file('photos', 'c')))
    expect(answer.status).toBe(400)
  })

  it('FileFieldsInterceptor gives lists by field', async () => {
    const { json, fetch } = await serve(App)
    expect(await json('/map', form(file('b', '1'), file('a', '2'), file('b', '3')))).toEqual({
      fields: ['b', 'a'],
      first: '2',
      second: [5, 5],
    })
    expect((await fetch('/map', form(file('a', '1'), file('a', '2')))).status).toBe(400)
    expect((await fetch('/map', form(file('__proto__', '1')))).status).toBe(400)
  })

  it('AnyFilesInterceptor takes every field', async () => {
    const { json } = await serve(App)
    expect(await json('/any', form(file('x', '1'), file('__proto__', '2')))).toEqual({
      fields: ['x', '__proto__'],
      x: 5,
    })
  })

  it('NoFilesInterceptor takes text only', async () => {
    const { json, fetch } = await serve(App)
    expect(await json('/none', form(text('a', '1')))).toEqual({ a: '1' })
    expect((await fetch('/none', form(file('a', '1')))).status).toBe(400)
  })
})

overProtocols('text fields', () => {
  it('nest, and repeat', async () => {
    const { json } = await serve(App)
    const names = [
      'a[b]',
      'a[c][d]',
      'tags[]',
      'tags[]',
      'twice',
      'twice',
      'items[1][id]',
      'items[0][id]',
      'odd[',
      ']x[',
    ]
    expect(await json('/none', form(...names.map((name, i) => text(name, String(i)))))).toEqual({
      a: { b: '0', c: { d: '1' } },
      tags: ['2', '3'],
      twice: ['4', '5'],
      items: [{ id: '7' }, { id: '6' }],
      'odd[': '8',
      ']x[': '9',
    })
  })

  it.each([
    ['a prototype', ['__proto__']],
    ['a nested prototype', ['a[__proto__][b]']],
    ['a prototype by its constructor', ['constructor[prototype][x]']],
    ['a text that is an object too', ['a', 'a[b]']],
    ['an object that is a text too', ['a[b]', 'a']],
    ['a list with names', ['a[]', 'a[b]']],
    ['a huge index', ['a[1]', 'a[999999999]']],
    ['too many levels', [`a${'[b]'.repeat(20)}`]],
  ])('are refused with 400: %s', async (_, names) => {
    const { fetch } = await serve(App)
    expect((await fetch('/none', form(...names.map((name) => text(name, 'x'))))).status).toBe(400)
    expect(({} as { x?: unknown }).x).toBeUndefined()
  })
})
