import 'reflect-metadata'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  Controller,
  createApp,
  diskStorage,
  FileInterceptor,
  Get,
  Module,
  Post,
  Req,
  streamParts,
  UploadedFile,
  UseInterceptors,
  type FileStorage,
  type HttpRequest,
  type MultipartFile,
} from '../../../lib/index.js'
import { collectGarbage } from '../../support/memory.js'

// A process of its own: its memory is that of a server and of nothing else
const folder = mkdtempSync(join(tmpdir(), 'corbel-through-'))
const limits = { fileSize: Infinity }
let most = 0
const sample = (): void => void (most = Math.max(most, process.memoryUsage.rss()))

const counting: FileStorage = {
  async store({ stream }) {
    let size = 0
    for await (const chunk of stream) size += (chunk as Uint8Array).length
    return { size }
  },
  remove: async () => undefined,
}

@Controller()
class Uploads {
  @Post('storage') @UseInterceptors(FileInterceptor('file', { limits, storage: counting })) storage(
    @UploadedFile() { size }: MultipartFile,
  ) {
    return { size }
  }
  @Post('disk')
  @UseInterceptors(
    FileInterceptor('file', { limits, storage: diskStorage({ destination: folder, temporary: true }) }),
  )
  disk(@UploadedFile() { size }: MultipartFile) {
    return { size }
  }
  @Post('parts') async parts(@Req() request: HttpRequest) {
    let size = 0
    for await (const part of streamParts(request, { limits }))
      if (part.kind === 'file') for await (const chunk of part.stream) size += (chunk as Uint8Array).length
    return { size }
  }
  @Get('memory') memory() {
    sample()
    const seen = most
    most = 0
    return { most: seen, now: process.memoryUsage.rss(), files: readdirSync(folder).length }
  }

  @Get('held') async held() {
    await collectGarbage()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
}

@Module({ controllers: [Uploads] })
class App {}

const app = await createApp(App, { logger: false, server: { maxBodySize: 0 } as object })
await app.listen(0, '127.0.0.1')
setInterval(sample, 5).unref()
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
process.stdout.write(`listening ${await app.getUrl()}\n`)
