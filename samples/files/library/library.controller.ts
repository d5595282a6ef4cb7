import {
  Controller,
  Get,
  mediaTypeOf,
  Param,
  Post,
  Res,
  UploadedFile,
  UseInterceptors,
  type WebResponse,
} from 'corbel'
import { FileInterceptor, type MultipartFile } from 'corbel/uploads'
import { Library } from './library.service.js'
import type { StoredFile } from './stored-file.js'

/** Uploads, the list of them, and their content. */
@Controller('api/files')
export class LibraryController {
  constructor(private readonly library: Library) {}

  @Get()
  list(): readonly StoredFile[] {
    return this.library.list()
  }

  /** The file goes to disk while it arrives; its size is limited by the module. */
  @Post()
  @UseInterceptors(FileInterceptor('file'))
  add(@UploadedFile() file: MultipartFile): StoredFile {
    return this.library.add(file)
  }

  /** Players ask for parts of it. What the page cannot show is saved, so that no uploaded document runs as one of ours. */
  @Get(':id/content')
  content(@Param('id') id: string, @Res() response: WebResponse): void {
    const { name, kind, path } = this.library.find(id)
    if (kind === 'none') return response.download(path, name)
    const type = mediaTypeOf(name) ?? 'application/octet-stream'
    // it is written once, so its size and time tell of every byte
    response.sendFile(path, { etag: 'strong', maxAge: '1h', headers: { 'content-type': type } })
  }
}
