import { Length } from 'class-validator'
import {
  Body,
  Controller,
  createApp,
  FileFieldsInterceptor,
  FileInterceptor,
  FileTypeValidator,
  MaxFileSizeValidator,
  Module,
  ParseFilePipe,
  Post,
  Req,
  streamParts,
  UploadedFile,
  UploadedFiles,
  UploadsModule,
  UseInterceptors,
  type FileStorage,
  type HttpRequest,
  type MultipartFile,
} from 'corbel'
import { form, type SentPart } from '../uploads/multipart.js'

// #region files
class Caption {
  @Length(2, 80) title: string
}

@Controller('pictures')
class PicturesController {
  @Post()
  @UseInterceptors(FileInterceptor('picture'))
  add(
    @UploadedFile(
      new ParseFilePipe({
        validators: [
          new MaxFileSizeValidator({ maxSize: 2_000_000 }),
          new FileTypeValidator({ fileType: /^image\/(png|jpeg)$/ }), // by the bytes, not by what the client says
        ],
      }),
    )
    picture: MultipartFile,
    @Body() caption: Caption, // the text fields, validated
  ): object {
    return { title: caption.title, bytes: picture.size }
  }

  @Post('album')
  @UseInterceptors(FileFieldsInterceptor([{ name: 'cover', maxCount: 1 }, { name: 'pages' }]))
  album(@UploadedFiles() files: { cover?: MultipartFile[]; pages?: MultipartFile[] }): object {
    return { pages: files.pages?.length ?? 0 }
  }
}
// #endregion

// #region parts
@Controller('archive')
class ArchiveController {
  @Post()
  async add(@Req() request: HttpRequest): Promise<object> {
    const sizes: Record<string, number> = {}
    for await (const part of streamParts(request, { limits: { fileSize: 5_000_000_000 } })) {
      if (part.kind === 'text') continue
      for await (const chunk of part.stream)
        sizes[part.fieldname] = (sizes[part.fieldname] ?? 0) + (chunk as Uint8Array).length
    }
    return sizes
  }
}
// #endregion

describe('docs/uploads.md', () => {
  it('receives files and text', async () => {
    // #region module
    @Module({
      imports: [UploadsModule.register({ limits: { fileSize: 2_000_000, files: 10 } })],
      controllers: [PicturesController],
    })
    class PicturesModule {}
    // #endregion
    const app = await createApp(PicturesModule, { logger: false, shutdownSignals: false })
    await app.listen(0, '127.0.0.1')
    const send = async (path: string, ...parts: readonly SentPart[]) =>
      (await fetch((await app.getUrl()) + path, form(...parts))).json()
    const png = Buffer.from('89504e470d0a1a0a', 'hex')
    const picture = { name: 'picture', filename: 'a.png', value: png }
    const title = { name: 'title', value: 'Ada' }
    expect(await send('/pictures', title, picture)).toEqual({ title: 'Ada', bytes: 8 })
    expect(await send('/pictures', title, { ...picture, value: '<?php' })).toMatchObject({ status: 400 })
    expect(await send('/pictures', picture)).toMatchObject({ status: 400 })
    expect(await send('/pictures/album', { ...picture, name: 'pages' })).toEqual({ pages: 1 })
    await app.close()
  })

  it('has storages of one kind', async () => {
    const sizes: number[] = []
    // #region storage
    const counting: FileStorage = {
      async store({ stream }) {
        let size = 0
        for await (const chunk of stream) size += (chunk as Uint8Array).length
        return { size, counted: true } // becomes part of the file
      },
      async remove() {}, // called for files of an upload that fails later
    }
    // #endregion
    @Controller()
    class Counting {
      @Post() @UseInterceptors(FileInterceptor('file', { storage: counting })) count(
        @UploadedFile() file: MultipartFile,
      ) {
        sizes.push(file.size)
      }
    }
    @Module({ controllers: [Counting] })
    class App {}
    const app = await createApp(App, { logger: false, shutdownSignals: false })
    await app.listen(0, '127.0.0.1')
    await fetch(await app.getUrl(), form({ name: 'file', filename: 'a', value: '12345' }))
    expect(sizes).toEqual([5])
    await app.close()
  })

  it('gives parts as they arrive', async () => {
    @Module({ controllers: [ArchiveController] })
    class App {}
    const app = await createApp(App, { logger: false, shutdownSignals: false })
    await app.listen(0, '127.0.0.1')
    const sent = form(
      { name: 'a', filename: 'a.bin', value: 'x'.repeat(70_000) },
      { name: 't', value: 'text' },
    )
    expect(await (await fetch(`${await app.getUrl()}/archive`, sent)).json()).toEqual({ a: 70_000 })
    await app.close()
  })
})
