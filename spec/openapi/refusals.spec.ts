import {
  ApiUnauthorizedResponse,
  Body,
  Consumes,
  Controller,
  createApp,
  createOpenApiDocument,
  Deprecated,
  Describes,
  Get,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Produces,
  RateLimit,
  RateLimitModule,
  Timeout,
  UseGuards,
  UsePipes,
  ValidationPipe,
  type CanActivate,
  type OpenApiDocument,
} from 'corbel'
import { IsInt } from 'class-validator'
import { AppModule as CatsModule } from '../../samples/cats/app.module.js'

class Point {
  @IsInt() x: number
}

class SilentGuard implements CanActivate {
  canActivate(): boolean {
    return true
  }
}

@Describes({ security: [{ name: 'key', scheme: { type: 'apiKey', in: 'header', name: 'X-Key' } }] })
class KeyGuard extends SilentGuard {}

@Describes({
  security: [{ name: 'key', scheme: { type: 'apiKey', in: 'header', name: 'X-Key' }, optional: true }],
  responses: { 418: 'Only tea.' },
})
class OptionalGuard extends SilentGuard {}

@Controller()
class RefusingController {
  @Get('number/:id') number(@Param('id', ParseIntPipe) id: number): number {
    return id
  }
  @Get('text/:id') text(@Param('id') id: string): string {
    return id
  }
  @Post('valid') @UsePipes(new ValidationPipe({ errorHttpStatusCode: 422 })) valid(
    @Body() point: Point,
  ): Point {
    return point
  }
  @Get('silent') @UseGuards(SilentGuard) silent(): void {}
  @Get('key') @UseGuards(KeyGuard) key(): void {}
  @Get('own') @UseGuards(KeyGuard) @ApiUnauthorizedResponse({ description: 'No key' }) own(): void {}
  @Get('optional') @UseGuards(OptionalGuard) optional(): void {}
  @Get('forms') @Produces('text/csv') forms(): object[] {
    return []
  }
  @Post('xml') @Consumes('application/xml') xml(@Body() body: unknown): void {
    void body
  }
  @Get('slow') @Timeout('1s', { status: 504 }) slow(): void {}
  @Get('often') @RateLimit({ limit: 1, window: '1s' }) often(): void {}
  @Get('gone') @Deprecated({ since: '2026-01-01', sunset: '2099-01-01', afterSunset: 'gone' }) gone(): void {}
  @Get('old') @Deprecated({ since: '2026-01-01', sunset: '2099-01-01' }) old(): void {}
}

const statuses = ({ paths }: OpenApiDocument, path: string, method: 'get' | 'post' = 'get'): string[] =>
  Object.keys(paths[path]![method]!.responses)

describe('refusals', () => {
  let document: OpenApiDocument

  beforeAll(async () => {
    @Module({ imports: [RateLimitModule.forRoot()], controllers: [RefusingController] })
    class AppModule {}
    const app = await createApp(AppModule, { logger: false })
    document = createOpenApiDocument(app)
    await app.close()
  })

  it.each<[what: string, path: string, expected: string[], method?: 'post']>([
    ['a pipe that parses', '/number/{id}', ['200', '400']],
    ['nothing that parses', '/text/{id}', ['200']],
    ['rules, with the status of the pipe', '/valid', ['201', '422'], 'post'],
    ['a guard that says nothing of itself', '/silent', ['200', '403']],
    ['a guard that asks for credentials', '/key', ['200', '401']],
    ['a guard that does not insist on them', '/optional', ['200', '418']],
    ['forms among which clients choose', '/forms', ['200', '406']],
    ['the media types of bodies', '/xml', ['201', '415'], 'post'],
    ['a time limit', '/slow', ['200', '504']],
    ['a rate limit', '/often', ['200', '429']],
    ['a sunset after which nothing answers', '/gone', ['200', '410']],
    ['a sunset that changes nothing', '/old', ['200']],
  ])('of %s are in the document', (_what, path, expected, method) => {
    expect(statuses(document, path, method)).toEqual(expected)
  })

  it('are refined by decorators', () => {
    expect(document.paths['/own']!.get!.responses['401']).toMatchObject({ description: 'No key' })
  })

  it('and results of samples/cats are there', async () => {
    const app = await createApp(CatsModule, { logger: false })
    const cats = createOpenApiDocument(app)
    await app.close()
    const cat = { $ref: '#/components/schemas/Cat' }
    const json = (schema: object): object => ({ content: { 'application/json': { schema } } })
    expect(cats.paths['/cats']!.get!.responses['200']).toMatchObject(json({ type: 'array', items: cat }))
    expect(cats.paths['/cats']!.post!.responses['201']).toMatchObject(json(cat))
    expect(statuses(cats, '/cats', 'post')).toEqual(['201', '400', '403'])
    expect(cats.paths['/cats/{id}']!.get!.responses).toMatchObject({
      '200': json(cat),
      '400': {},
      '404': json({ $ref: '#/components/schemas/CatMissingBody' }),
    })
    expect(cats.components!.schemas!['Cat']!.required!.sort()).toEqual(['age', 'breed', 'id', 'name'])
  })
})
