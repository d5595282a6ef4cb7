import {
  ApiAcceptedResponse,
  ApiBadGatewayResponse,
  ApiBadRequestResponse,
  ApiBasicAuth,
  ApiBearerAuth,
  ApiBody,
  ApiCallbacks,
  ApiConflictResponse,
  ApiConsumes,
  ApiCookie,
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiDefaultGetter,
  ApiDefaultResponse,
  ApiExcludeController,
  ApiExcludeEndpoint,
  ApiExtension,
  ApiExtraModels,
  ApiForbiddenResponse,
  ApiFoundResponse,
  ApiGatewayTimeoutResponse,
  ApiGoneResponse,
  ApiHeader,
  ApiHeaders,
  ApiHideProperty,
  ApiImATeapotResponse,
  ApiLink,
  ApiInternalServerErrorResponse,
  ApiMethodNotAllowedResponse,
  ApiMovedPermanentlyResponse,
  ApiNoContentResponse,
  ApiNotAcceptableResponse,
  ApiNotFoundResponse,
  ApiNotImplementedResponse,
  ApiNotModifiedResponse,
  ApiOAuth2,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiPayloadTooLargeResponse,
  ApiPaymentRequiredResponse,
  ApiPreconditionFailedResponse,
  ApiProduces,
  ApiProperty,
  ApiPropertyOptional,
  ApiQuery,
  ApiRequestTimeoutResponse,
  ApiResponse,
  ApiResponseProperty,
  ApiSchema,
  ApiSecurity,
  ApiServer,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnprocessableEntityResponse,
  ApiUnsupportedMediaTypeResponse,
  ApiWebhook,
  All,
  Body,
  ClassSerializerInterceptor,
  Consumes,
  Controller,
  Cookies,
  DefaultValuePipe,
  Delete,
  Describes,
  FileFieldsInterceptor,
  FileInterceptor,
  FilesInterceptor,
  Get,
  getSchemaPath,
  Header,
  Headers,
  HostParam,
  HttpCode,
  IntersectionType,
  Module,
  OmitType,
  Param,
  ParseArrayPipe,
  ParseBoolPipe,
  ParseDatePipe,
  ParseEnumPipe,
  ParseFilePipe,
  ParseFloatPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  PartialType,
  Patch,
  PickType,
  Post,
  Produces,
  Put,
  Query,
  RawBody,
  Redirect,
  refs,
  Render,
  Returns,
  Search,
  SerializeOptions,
  Sse,
  StreamableFile,
  StreamAs,
  UploadedFile,
  UploadedFiles,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
  Version,
  type CanActivate,
  type ExceptionFilter,
  type MultipartFile,
  type PipeTransform,
} from 'corbel'
import { Exclude, Expose, Type } from 'class-transformer'
import * as v from 'class-validator'
import { z } from 'zod'

export enum Role {
  Reader = 'reader',
  Writer = 'writer',
}

export enum Level {
  Low,
  High,
}

/** Every kind of rule. */
export class EveryRule {
  @v.IsString() @v.Length(2, 40) @v.Matches(/^\w+$/) text: string
  @v.IsEmail() email: string
  @v.IsUUID() uuid: string
  @v.IsUrl() url: string
  @v.IsInt() @v.Min(1) @v.Max(10) integer: number
  @v.IsNumber() @v.IsPositive() @v.IsDivisibleBy(2) number: number
  @v.IsBoolean() flag: boolean
  @v.IsDate() @Type(() => Date) date: Date
  @v.IsDateString() dateText: string
  @v.IsEnum(Role) role: Role
  @v.IsEnum(Level) level: Level
  @v.IsIn(['a', 'b']) choice: string
  @v.IsOptional() @v.IsString() optional?: string | null
  @v.ValidateIf((_, value) => value !== undefined) @v.IsString() omitted?: string
  @v.IsArray() @v.ArrayMinSize(1) @v.ArrayMaxSize(5) @v.ArrayUnique() @v.IsInt({ each: true }) list: number[]
  @v.IsString({ each: true }) @v.MaxLength(5, { each: true }) words: string[]
  @v.IsIP('4') address: string
  @v.IsHexColor() colour: string
  @v.Contains('a.b') containing: string
  @v.IsNotEmpty() @v.IsString() filled: string
  @v.Equals('fixed') fixed: string
  @v.IsString({ groups: ['admin'] }) secret: string
  @v.IsInt() size: number = 20
}

export class Point {
  @v.IsNumber() x: number
  @v.IsNumber() y: number
}

export class Circle {
  @v.IsNumber() radius: number
}

export class Square {
  @v.IsNumber() side: number
}

@ApiSchema({ name: 'Drawing', description: 'What is drawn.' })
export class Nested {
  @v.ValidateNested() @Type(() => Point) centre: Point
  @v.ValidateNested({ each: true }) @Type(() => Point) points: Point[]
  @Type(() => Object, {
    discriminator: {
      property: 'kind',
      subTypes: [
        { name: 'circle', value: Circle },
        { name: 'square', value: Square },
      ],
    },
  })
  shape: Circle | Square
  @ApiProperty({ type: () => Nested, required: false, nullable: true }) parent?: Nested | null
}

export class Account {
  @Expose() id: number
  @Exclude({ toPlainOnly: true }) @v.IsString() password: string
  @Expose({ name: 'full_name' }) @v.IsString() fullName: string
  @ApiProperty({ enum: Role, enumName: 'Role', example: Role.Reader }) role: Role
  @ApiProperty({ enum: Role, enumName: 'Role', isArray: true }) roles: Role[]
  @ApiProperty({ type: [Point], description: 'Where it was' }) places: Point[]
  @ApiProperty({ type: 'array', items: { type: 'array', items: { type: 'integer' } } }) grid: number[][]
  @ApiPropertyOptional({ format: 'int64', type: 'integer', deprecated: true, default: 7 }) old?: number
  @ApiResponseProperty() createdAt: Date
  @ApiHideProperty() @v.IsString() internal: string
  @ApiProperty({ link: () => Page }) page: number
  @Expose({ groups: ['owner'], since: 2 }) @v.IsString() secret: string
  @ApiProperty({ enum: Level, enumName: 'Level', enumSchema: { description: 'How high', deprecated: true } })
  level: Level
  @ApiProperty({ oneOf: refs(Circle, Square) }) figure: unknown
  @ApiProperty({ additionalProperties: { type: 'string' }, type: 'object' }) labels: Record<string, string>
}

export class AccountPatch extends PartialType(OmitType(Account, ['id'])) {}
export class AccountName extends PickType(Account, ['fullName']) {}
export class Both extends IntersectionType(Point, Circle) {}

export class Page {
  @ApiProperty({ type: 'integer' }) total: number
}

export class Filter {
  @v.IsOptional() @v.IsInt() @Type(() => Number) @v.Min(0) skip?: number
  @v.IsString() @ApiProperty({ description: 'What to look for', example: 'cat' }) q: string
}

export const Song = z.object({
  title: z.string().min(1),
  seconds: z.number().int().positive(),
  tags: z.array(z.string()).optional(),
})

@Describes({
  security: [{ name: 'key', scheme: { type: 'apiKey', in: 'header', name: 'X-Key' } }],
  responses: { 401: 'No key', 403: 'The wrong key' },
})
class KeyGuard implements CanActivate {
  canActivate(): boolean {
    return true
  }
}

@Describes({ responses: { 409: 'Somebody was faster' } })
class ConflictFilter implements ExceptionFilter {
  catch(error: unknown): void {
    throw error
  }
}

@Describes({
  value: { schema: { type: 'string', pattern: '^[A-Z]{3}$' }, required: true },
  responses: { 400: 'No code' },
})
class CodePipe implements PipeTransform<string, string> {
  transform(value: string): string {
    return value
  }
}

@ApiTags('kitchen sink')
@ApiExtraModels(Page)
@ApiExtension('x-team', 'kitchen')
@ApiHeader({ name: 'X-Trace', required: false, description: 'For tracing' })
@ApiInternalServerErrorResponse({ description: 'Our fault' })
@Controller('things')
export class ThingsController {
  @Get()
  @ApiOperation({
    summary: 'All things',
    description: 'Page by page.',
    externalDocs: { url: 'https://example.com/things' },
  })
  @ApiQuery({ name: 'sort', enum: ['asc', 'desc'], required: false })
  @ApiOkResponse({
    description: 'A page',
    schema: {
      allOf: [
        { $ref: getSchemaPath(Page) },
        { type: 'object', properties: { items: { type: 'array', items: { $ref: getSchemaPath(Account) } } } },
      ],
    },
  })
  @ApiExtraModels(Account)
  list(
    @Query() filter: Filter,
    @Query('deep', new DefaultValuePipe(false), ParseBoolPipe) deep: boolean,
  ): unknown {
    return { filter, deep }
  }

  @Get(':id(\\d+)')
  @Returns(Account)
  @ApiNotFoundResponse({ description: 'No such thing' })
  @ApiParam({ name: 'id', description: 'Its number', example: 7 })
  find(
    @Param('id', ParseIntPipe) id: number,
    @Headers('x-lang') lang: string,
    @Cookies('theme') theme: string,
  ): unknown {
    return [id, lang, theme]
  }

  @Post()
  @ApiCreatedResponse({ type: Account, headers: { Location: { schema: { type: 'string' } } } })
  @ApiConflictResponse()
  @ApiBody({ type: EveryRule, description: 'Everything', examples: { small: { value: { text: 'ab' } } } })
  create(@Body() body: EveryRule): unknown {
    return body
  }

  @Put(':id')
  @UsePipes(new ValidationPipe({ groups: ['admin'], errorHttpStatusCode: 422 }))
  @ApiAcceptedResponse({ type: [Account] })
  replace(@Param('id', ParseUUIDPipe) id: string, @Body() body: EveryRule): unknown {
    return [id, body]
  }

  @Patch(':id') @Returns(Account) patch(
    @Param('id', ParseUUIDPipe) _id: string,
    @Body() body: AccountPatch,
  ): unknown {
    return body
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ operationId: 'dropThing', deprecated: true, tags: ['dangerous'] })
  remove(@Param('id', ParseUUIDPipe) _id: string): void {}

  @Post('drawings') @Returns([Nested]) draw(
    @Body('drawing') drawing: Nested,
    @Body('name', new DefaultValuePipe('none')) name: string,
  ): unknown {
    return [drawing, name]
  }

  @Post('songs') sing(@Body(Song) song: z.infer<typeof Song>): unknown {
    return song
  }

  @Post('names') names(@Body() body: AccountName, @Query() both: Both): unknown {
    return [body, both]
  }

  @Get('parsed/:date/:role/:code')
  parsed(
    @Param('date', ParseDatePipe) date: Date,
    @Param('role', new ParseEnumPipe(Role)) role: Role,
    @Param('code', CodePipe) code: string,
    @Query('ids', new ParseArrayPipe({ items: Number, optional: true })) ids: number[],
    @Query('price', ParseFloatPipe) price: number,
  ): unknown {
    return [date, role, code, ids, price]
  }

  @Get('old')
  @Redirect('/things', 301)
  @ApiMovedPermanentlyResponse({ description: 'They moved' })
  old(): void {}
  @Get('file') @Header('content-type', 'application/pdf') file(): StreamableFile {
    return new StreamableFile(Buffer.from(''))
  }
  @Get('text') text(): string {
    return 'text'
  }
  @Get('count') count(): number {
    return 1
  }
  @Sse('events') async *events(): AsyncGenerator<object> {
    yield { data: 'one' }
  }
  @Get('csv')
  @ApiProduces('text/csv', 'application/json')
  @ApiOkResponse({ schema: { type: 'string' } })
  csv(): unknown {
    return ''
  }
  @Get('any/*rest') rest(@Param('rest') rest: string): string {
    return rest
  }
  @Get('maybe{/:page}') maybe(@Param('page') page?: string): string {
    return page ?? ''
  }
  @All('all') all(): void {}
  @Search('search') search(): void {}
  @Post('raw') raw(@RawBody() body: Buffer): number {
    return body.length
  }
  @Post('form') @ApiConsumes('application/x-www-form-urlencoded', 'application/json') form(
    @Body() point: Point,
  ): Point {
    return point
  }
}

@Controller('files')
export class FilesController {
  @Post('one')
  @UseInterceptors(FileInterceptor('picture'))
  one(@UploadedFile(new ParseFilePipe()) file: MultipartFile, @Body() point: Point): unknown {
    return [file, point]
  }
  @Post('many') @UseInterceptors(FilesInterceptor('pictures', 3)) many(
    @UploadedFiles() files: MultipartFile[],
  ): unknown {
    return files
  }
  @Post('fields')
  @UseInterceptors(FileFieldsInterceptor([{ name: 'cover', maxCount: 1 }, { name: 'pages' }]))
  fields(@UploadedFiles() files: object): unknown {
    return files
  }
  @Post('elsewhere') elsewhere(@UploadedFile('document') file: unknown): unknown {
    return file
  }
}

@UseGuards(KeyGuard)
@UseFilters(ConflictFilter)
@Controller({ path: 'secured', version: ['1', '2'] })
export class SecuredController {
  @Get() key(): void {}
  @Get('bearer') @ApiBearerAuth() bearer(): void {}
  @Get('basic') @ApiBasicAuth() basic(): void {}
  @Get('cookie') @ApiCookieAuth() cookie(): void {}
  @Get('oauth') @ApiOAuth2(['read']) oauth(): void {}
  @Get('either') @ApiSecurity('key') @ApiSecurity({ bearer: [], key: [] }) either(): void {}
  @Version('3') @Get('newest') newest(): void {}
}

@Controller({ path: 'tenants', host: ':tenant.example.com' })
export class HostController {
  @Get() show(@HostParam('tenant') tenant: string): string {
    return tenant
  }
}

@ApiServer({ url: 'https://hooks.example.com', description: 'Elsewhere' })
@Controller('hooks')
export class HooksController {
  @Post()
  @ApiCallbacks({
    name: 'done',
    callbackUrl: '{$request.body#/url}',
    method: 'post',
    requestBody: { type: Account },
    expectedResponse: { status: 200 },
  })
  subscribe(@Body('url') url: string): void {
    void url
  }
  @Post('account') @ApiWebhook('accountChanged') @ApiBody({ type: Account }) changed(): void {}
}

@ApiHeaders([{ name: 'X-One' }, { name: 'X-Two', required: false }])
@ApiCookie({ name: 'choice', required: false })
@Controller('statuses')
export class StatusesController {
  @Get()
  @ApiOkResponse({ description: 'Fine', example: { a: 1 }, type: Object })
  @ApiNoContentResponse()
  @ApiFoundResponse()
  @ApiNotModifiedResponse()
  @ApiBadRequestResponse()
  @ApiUnauthorizedResponse()
  @ApiPaymentRequiredResponse()
  @ApiForbiddenResponse()
  @ApiMethodNotAllowedResponse()
  @ApiNotAcceptableResponse()
  @ApiRequestTimeoutResponse()
  @ApiGoneResponse()
  @ApiPreconditionFailedResponse()
  @ApiPayloadTooLargeResponse()
  @ApiUnsupportedMediaTypeResponse()
  @ApiImATeapotResponse()
  @ApiUnprocessableEntityResponse({ type: Page })
  @ApiTooManyRequestsResponse()
  @ApiNotImplementedResponse()
  @ApiBadGatewayResponse()
  @ApiServiceUnavailableResponse()
  @ApiGatewayTimeoutResponse()
  @ApiDefaultResponse({ description: 'Anything else' })
  @ApiResponse({ status: '2XX', description: 'Some success' })
  all(): void {}
}

/** What is sent in other forms than one JSON value, and what leads elsewhere. */
@UseInterceptors(ClassSerializerInterceptor)
@Controller('forms')
export class FormsController {
  @Get('chosen')
  @Produces('application/json', 'text/csv', 'application/xml', 'application/x-ndjson')
  @Returns([Point])
  chosen(): unknown {
    return []
  }
  @Get('list') @StreamAs('json') @Returns(Point) async *list(): AsyncGenerator<Point> {
    yield { x: 1, y: 2 }
  }
  @Get('lines') @StreamAs('ndjson') @Returns(Point) async *lines(): AsyncGenerator<Point> {
    yield { x: 1, y: 2 }
  }
  @Get('open') async *open(): AsyncGenerator {
    yield ''
  }
  @Sse('points') @Returns(Point) async *points(): AsyncGenerator<object> {
    yield { data: { x: 1, y: 2 } }
  }
  @Post('xml') @Consumes('application/xml') xml(@Body() point: Point): Point {
    return point
  }
  @Get('owner')
  @SerializeOptions({ groups: ['owner'], version: 2.5 })
  @Returns(Account)
  owner(): unknown {
    return {}
  }
  @Get('accounts/:id')
  @ApiLink({ from: Account, fromField: 'id', routeParam: 'id' })
  @Returns(Account)
  account(@Param('id', ParseIntPipe) id: number): unknown {
    return { id }
  }
  @Get('pages/:number') @ApiDefaultGetter(Page, 'number') @Returns(Page) page(
    @Param('number', ParseIntPipe) number: number,
  ): unknown {
    return { number }
  }
}

@ApiExcludeController()
@Controller('hidden')
export class HiddenController {
  @Get() hidden(): void {}
}

@Controller('partly')
export class PartlyController {
  @Get() @ApiExcludeEndpoint() hidden(): void {}
  @Get('page') @Render('page') page(): object {
    return {}
  }
}

@Module({
  controllers: [
    ThingsController,
    FilesController,
    SecuredController,
    HostController,
    HooksController,
    StatusesController,
    FormsController,
    HiddenController,
    PartlyController,
  ],
})
export class EveryDecoratorModule {}
