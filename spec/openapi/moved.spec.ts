import {
  ApiCookie,
  ApiDefaultResponse,
  ApiExtraModels,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiProperty,
  ApiQuery,
  Body,
  Controller,
  createApp,
  createOpenApiDocument,
  Get,
  getSchemaPath,
  Module,
  ParseEnumPipe,
  Post,
  Query,
  type OpenApiDocument,
  type OpenApiOptions,
} from 'corbel'
import { IsIn } from 'class-validator'
import { complaints } from './validators.js'

enum Colour {
  Red = 'red',
  Blue = 'blue',
}

class Flat {
  @ApiProperty() street: string
}

class House extends Flat {}

@ApiExtraModels(House)
class Owner {
  @ApiProperty({ allOf: [{ $ref: getSchemaPath(Flat) }], description: 'Where letters go' }) letters: Flat
  @ApiProperty({ oneOf: [{ $ref: getSchemaPath(Flat) }, { $ref: getSchemaPath(House) }], nullable: true })
  lives: Flat | null
  @ApiProperty({ type: () => Flat, nullable: true, deprecated: true, description: 'Not used' })
  old: Flat | null
  @IsIn([1, 'one', null]) odd: unknown
  @ApiProperty({ minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false }) age: number
  @ApiProperty({
    type: 'object',
    properties: { size: { type: 'number', maximum: 5, exclusiveMaximum: true, nullable: true } },
    additionalProperties: { type: 'string', nullable: true },
  })
  shoes: object
  @ApiProperty({ type: 'array', items: { oneOf: [{ type: 'string', nullable: true }, { type: 'number' }] } })
  list: unknown[]
}

@ApiHeader({ name: 'X-Tenant' })
@ApiHeader({ name: 'X-Trace', required: true })
@ApiCookie({ name: 'theme' })
@Controller('owners')
class OwnersController {
  @Get()
  @ApiQuery({ name: 'sort', enum: Colour, enumName: 'Colour', enumSchema: { description: 'As painted' } })
  list(@Query('colour', new ParseEnumPipe(Colour)) colour: Colour): string {
    return colour
  }
  @Get('one')
  @ApiOkResponse({ schema: { allOf: [{ $ref: getSchemaPath(Flat) }], nullable: true } })
  @ApiNotFoundResponse({ content: { 'application/json': { schema: { type: 'string', nullable: true } } } })
  @ApiDefaultResponse({ type: Flat })
  one(): void {}
  @Post() add(@Body() owner: Owner): void {
    void owner
  }
}

@Module({ controllers: [OwnersController] })
class AppModule {}

async function documentOf(options: OpenApiOptions = {}): Promise<OpenApiDocument> {
  const app = await createApp(AppModule, { logger: false })
  const document = createOpenApiDocument(app, options)
  await app.close()
  return document
}

describe('what moved applications write', () => {
  const flat = { $ref: '#/components/schemas/Flat' }
  const house = { $ref: '#/components/schemas/House' }

  it('composes schemas by hand, in the place of the declared type', async () => {
    const { letters, lives, old, odd } = (await documentOf()).components!.schemas!['Owner']!.properties!
    expect(letters).toEqual({ allOf: [flat], description: 'Where letters go' })
    expect(lives).toEqual({ anyOf: [{ oneOf: [flat, house] }, { type: 'null' }] })
    expect(old).toEqual({ anyOf: [flat, { type: 'null' }], deprecated: true, description: 'Not used' })
    expect(odd).toEqual({ type: ['integer', 'string', 'null'], enum: [1, 'one', null] })
  })

  it('takes null and bounds as 3.0 has them', async () => {
    const { components, paths } = await documentOf()
    const { age, shoes, list } = components!.schemas!['Owner']!.properties!
    expect(age).toEqual({ type: 'number', exclusiveMinimum: 0, maximum: 9 })
    expect(shoes).toEqual({
      type: 'object',
      properties: { size: { type: ['number', 'null'], exclusiveMaximum: 5 } },
      additionalProperties: { type: ['string', 'null'] },
    })
    expect(list!.items).toEqual({ oneOf: [{ type: ['string', 'null'] }, { type: 'number' }] })
    const { responses } = paths['/owners/one']!.get!
    const json = (schema: object): object => ({ content: { 'application/json': { schema } } })
    expect(responses!['200']).toMatchObject(json({ anyOf: [{ allOf: [flat] }, { type: 'null' }] }))
    expect(responses!['404']).toMatchObject(json({ type: ['string', 'null'] }))
    expect(responses!['default']).toMatchObject({ description: 'Any other result', ...json(flat) })
  })

  it('asks for headers and cookies only where it says so', async () => {
    const parameters = (await documentOf()).paths['/owners']!.get!.parameters!
    expect(parameters).toEqual(
      expect.arrayContaining([
        { name: 'X-Tenant', in: 'header', schema: { type: 'string' } },
        { name: 'X-Trace', in: 'header', required: true, schema: { type: 'string' } },
        { name: 'theme', in: 'cookie', schema: { type: 'string' } },
      ]),
    )
  })

  it('names enums: by a pipe with their type, by a decorator with what else it says', async () => {
    const { paths, components } = await documentOf()
    expect(paths['/owners']!.get!.parameters).toEqual(
      expect.arrayContaining([
        { name: 'colour', in: 'query', required: true, schema: { type: 'string', enum: ['red', 'blue'] } },
        { name: 'sort', in: 'query', required: true, schema: { $ref: '#/components/schemas/Colour' } },
      ]),
    )
    expect(components!.schemas!['Colour']).toEqual({
      type: 'string',
      enum: ['red', 'blue'],
      description: 'As painted',
    })
  })

  it.each(['3.1', '3.0'] as const)('is valid as %s', async (openapi) => {
    expect(await complaints(await documentOf({ openapi }))).toEqual([])
  })

  it('lets null pass in 3.0, where nullable counts only beside a type', async () => {
    const { components } = await documentOf({ openapi: '3.0' })
    const { lives, old, odd } = components!.schemas!['Owner']!.properties!
    const nothing = { type: 'string', nullable: true, enum: [null] }
    expect(lives).toEqual({ anyOf: [{ oneOf: [flat, house] }, nothing] })
    expect(old).toMatchObject({ allOf: [flat], type: 'object', nullable: true, deprecated: true })
    expect(odd).toEqual({ anyOf: [{ type: 'integer' }, { type: 'string' }, nothing], enum: [1, 'one', null] })
  })
})
