import { gzipSync } from 'node:zlib'
import {
  Body,
  BodyLimit,
  Consumes,
  Controller,
  createApp,
  Module,
  Param,
  Patch,
  Post,
  Put,
  RawBody,
} from 'corbel'
import { xmlBody } from 'corbel/bodies'
import { IsInt, IsString } from 'class-validator'

class Stone {
  @IsString() name: string
  @IsInt() weight: number
}

// #region routes
@Controller('stones')
@BodyLimit('100kb')
class StonesController {
  @Post()
  create(@Body() stone: Stone): object {
    return stone // JSON, a form, or what else the application reads
  }

  @Post('import')
  @BodyLimit('10mb')
  import(@Body() rows: string[][]): number {
    return rows.length
  }

  @Post('hook')
  hook(@RawBody() bytes: Buffer): number {
    return bytes.length // for signatures: as sent, but for a content coding
  }
}
// #endregion

// #region consumes
@Controller('pictures')
@Consumes('json')
class PicturesController {
  @Put(':name')
  @Consumes('image/*')
  store(@Param('name') name: string, @RawBody() bytes: Buffer): object {
    return { name, size: bytes.length }
  }

  @Patch(':name')
  @Consumes('application/merge-patch+json')
  change(@Param('name') name: string, @Body() patch: object): object {
    return { name, ...patch }
  }
}
// #endregion

@Module({ controllers: [StonesController, PicturesController] })
class AppModule {}

describe('docs/bodies.md', () => {
  it('reads bodies', async () => {
    // #region parsers
    const app = await createApp(AppModule, {
      logger: false,
      body: {
        limit: '1mb', // of routes without @BodyLimit
        depth: 50,
        inflate: { ratio: 20 },
        kinds: { urlencoded: false, text: { type: 'text/markdown' } },
      },
    })
    app.useBodyParser('text/csv', { limit: '10mb' }, (bytes) =>
      bytes
        .toString()
        .split('\n')
        .map((line) => line.split(',')),
    )
    app.useBodyParser(xmlBody({ lists: ['line'] }))
    // #endregion
    const post = (url: string, body: string | Uint8Array, headers: Record<string, string>) =>
      app.inject({ method: 'POST', url, body, headers })
    const gzip = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const stone = gzipSync(JSON.stringify({ name: 'corbel', weight: 7 }))
    expect((await post('/stones', stone, gzip)).json()).toEqual({ name: 'corbel', weight: 7 })
    expect((await post('/stones/import', 'a,b\nc,d', { 'content-type': 'text/csv' })).body).toBe('2')
    expect(
      (await post('/stones', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' })).status,
    ).toBe(415)
    expect((await post('/stones/hook', 'abc', { 'content-type': 'any/thing' })).body).toBe('3')
    const picture = (method: 'PUT' | 'PATCH', type: string, body: string) =>
      app.inject({ method, url: '/pictures/arch', headers: { 'content-type': type }, body })
    expect((await picture('PUT', 'image/png', 'PNG')).json()).toEqual({ name: 'arch', size: 3 })
    expect((await picture('PATCH', 'application/merge-patch+json', '{"a":1}')).json()).toEqual({
      name: 'arch',
      a: 1,
    })
    const refused = await picture('PUT', 'text/plain', 'x')
    expect([refused.status, refused.headers['accept']]).toEqual([415, 'image/*'])
    await app.close()
  })
})
