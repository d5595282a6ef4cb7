import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  Headers,
  HttpCode,
  HttpException,
  Module,
  Param,
  Post,
  Put,
  Query,
  Redirect,
  Req,
  Res,
  Sse,
  StreamableFile,
  UploadedFile,
  UseInterceptors,
  type HttpRequest,
  type HttpResponse,
} from 'corbel'
import { IsEmail, IsInt, Length, Min } from 'class-validator'
import { FileInterceptor, type MultipartFile } from 'corbel/uploads'

class CreateUser {
  @IsEmail() email: string
  @Length(2, 40) name: string
  @IsInt() @Min(0) age: number
}

/** What a typical application does, once: it has to look the same over every protocol. */
@Controller()
class EverythingController {
  @Get('json') json(): object {
    return { hello: 'wörld', list: [1, 2, 3], nothing: null }
  }

  @Get('text') @Header('x-one', '1') text(): string {
    return 'plain – text'
  }

  @Get('users/:id') find(
    @Param('id') id: string,
    @Query('page') page: string,
    @Query('tag') tag: string[],
  ): object {
    return { id, page, tag }
  }

  @Post('users') create(@Body() user: CreateUser): object {
    return { email: user.email, name: user.name, age: user.age, created: true }
  }

  @Delete('users/:id') @HttpCode(204) remove(@Param('id') _id: string): void {}

  @Put('length') length(@Body() body: { text: string }): object {
    return { length: body.text.length, end: body.text.slice(-3) }
  }

  @Get('lines') async *lines(): AsyncGenerator<object> {
    for (const line of [1, 2, 3]) {
      await Promise.resolve()
      yield { line }
    }
  }

  @Get('file') file(): StreamableFile {
    return new StreamableFile(Buffer.alloc(300_000, 'corbel '), { type: 'text/plain' })
  }

  @Sse('ticks') async *ticks(): AsyncGenerator<object> {
    await Promise.resolve()
    yield { id: '1', type: 'tick', data: { at: 0 } }
    yield { id: '2', data: 'two\nlines' }
  }

  @Get('old') @Redirect('/text', 301) old(): void {}

  @Get('cookies') cookies(@Res({ passthrough: true }) response: HttpResponse): object {
    response.cookie('seen', 'yes', { httpOnly: true }).cookie('theme', 'dark').status(202)
    return { seen: true }
  }

  @Get('said') said(
    @Req() request: HttpRequest,
    @Headers('x-said') said: string,
    @Headers('cookie') cookie: string,
  ): object {
    return { said, cookie, method: request.method, url: request.url }
  }

  @Get('teapot') teapot(): never {
    throw new HttpException({ reason: 'short and stout' }, 418)
  }

  @Get('broken') broken(): never {
    throw new Error('secret')
  }

  @Get('direct') direct(@Res() response: HttpResponse): void {
    response.setHeader('x-direct', 'yes')
    response.write('part one, ')
    response.end('part two')
  }

  @Post('upload')
  @UseInterceptors(FileInterceptor('picture'))
  upload(@UploadedFile() file: MultipartFile, @Body() fields: Record<string, string>): object {
    return { name: file.originalname, bytes: file.size, title: fields['title'] }
  }
}

@Module({ controllers: [EverythingController] })
export class EverythingModule {}
