/// <reference types="node" />
import { Controller, createApp, Get, Module, StreamableFile } from 'corbel'
// @ts-ignore it is not compiled, and lies elsewhere
const { download, DOWNLOAD, tls } = await import('../../../spec/bench/h2/parts.mjs')

@Controller()
class BenchController {
  @Get('json')
  async json() {
    return { hello: 'world' }
  }

  @Get('download')
  download() {
    return new StreamableFile(download(), { type: 'application/octet-stream', length: DOWNLOAD })
  }
}

@Module({ controllers: [BenchController] })
class AppModule {}

const app = await createApp(AppModule, { logger: false, ...(tls && { httpsOptions: tls }) })
await app.listen(0, '127.0.0.1')
console.log(new URL(await app.getUrl()).port)
