import {
  ApiOkResponse,
  Body,
  Controller,
  createApp,
  createOpenApiDocument,
  Get,
  HttpCode,
  Module,
  OpenApiModule,
  Post,
  Put,
  Returns,
  VersioningType,
  VersionTransformer,
  type Application,
  type OpenApiDocument,
  type OperationObject,
  type VersioningOptions,
  type VersionTransform,
} from 'corbel'
import { IsInt, IsString } from 'class-validator'
import { complaints } from './validators.js'

// version 1: name; version 2: first and last; version 3: an id, too
class User {
  @IsInt() id: number
  @IsString() first: string
  @IsString() last: string
}
class UserV1 {
  @IsString() name: string
}
class Note {
  @IsString() text: string
}

@VersionTransformer({ from: '3', to: '2', type: User })
class WithoutId implements VersionTransform {
  response({ id: _, ...rest }: User): object {
    return rest
  }
}
@VersionTransformer({ from: '2', to: '1', type: [User, Note], shape: [UserV1, Note] })
class OneName implements VersionTransform {
  response({ first, last }: User): object {
    return { name: `${first} ${last}` }
  }
  request({ name }: { name: string }): object {
    const [first, last] = name.split(' ')
    return { first, last, id: 0 }
  }
}

@Controller({ path: 'users', version: ['1', '2', '3'] })
class UsersController {
  @Get() @Returns([User]) list(): User[] {
    return [{ id: 1, first: 'Ada', last: 'Lovelace' }]
  }
  @Post() @HttpCode(200) add(@Body() user: User): User {
    return user
  }
  @Put() @Returns(User) @ApiOkResponse({ type: [User], description: 'All' }) replace(): unknown {
    return []
  }
}

const imports = [OpenApiModule.forRoot({ contract: 'enforce' })]
@Module({ imports, controllers: [UsersController], providers: [WithoutId, OneName] })
class AppModule {}

const user = { $ref: '#/components/schemas/User' }
const older = { $ref: '#/components/schemas/UserV1' }
const open = { type: 'object' }
const listOf = (items: object): object => ({ type: 'array', items })

function schemasOf(operation: OperationObject | undefined): Record<string, unknown> {
  const content = (holder: any): unknown => holder?.content['application/json'].schema
  return { body: content(operation!.requestBody), result: content(operation!.responses!['200']) }
}

describe('what transformers make of older versions', () => {
  let app: Application
  let document: OpenApiDocument

  async function start(options: VersioningOptions): Promise<void> {
    app = await createApp(AppModule, { logger: false })
    app.enableVersioning(options)
    document = createOpenApiDocument(app)
  }

  afterEach(() => app.close())

  it('is in documents by the shape that they name, and left open where they name none', async () => {
    await start({ type: VersioningType.URI })
    const { paths } = document
    const of = (path: string, method: 'get' | 'post' | 'put'): object => schemasOf(paths[path]![method])
    expect(of('/v1/users', 'get')).toEqual({ result: listOf(older) })
    expect(of('/v2/users', 'get')).toEqual({ result: listOf(open) })
    expect(of('/v3/users', 'get')).toEqual({ result: listOf(user) })
    // WithoutId reads no bodies: those of version 2 are those of version 3
    expect(of('/v1/users', 'post')).toEqual({ body: older, result: older })
    expect(of('/v2/users', 'post')).toEqual({ body: user, result: open })
    expect(of('/v3/users', 'post')).toEqual({ body: user, result: user })
    expect(of('/v1/users', 'put')).toEqual({ result: listOf(older) })
    expect(Object.keys(paths['/v1/users']!.post!.responses!)).toEqual(['200', '400'])
    expect(await complaints(document)).toEqual([])
  })

  it('is one of several where one operation describes all versions', async () => {
    await start({ type: VersioningType.HEADER })
    expect(schemasOf(document.paths['/users']!.post)).toEqual({
      body: { anyOf: [older, user] },
      result: { anyOf: [older, open, user] },
    })
    expect(schemasOf(createOpenApiDocument(app, { apiVersion: '1' }).paths['/users']!.post)).toEqual({
      body: older,
      result: older,
    })
  })

  it('is what is really sent: a contract holds', async () => {
    await start({ type: VersioningType.URI })
    await app.listen(0, '127.0.0.1')
    const url = await app.getUrl()
    const listed = async (version: string): Promise<unknown> =>
      (await fetch(`${url}/v${version}/users`)).json()
    expect(await listed('1')).toEqual([{ name: 'Ada Lovelace' }])
    expect(await listed('2')).toEqual([{ first: 'Ada', last: 'Lovelace' }])
    expect(await listed('3')).toEqual([{ id: 1, first: 'Ada', last: 'Lovelace' }])
  })

  it.each([
    ['is no class', 'UserV1' as never],
    ['has another number of shapes', [UserV1, Note, User]],
  ])('is refused where a shape: %s', async (reason, shape) => {
    await start({ type: VersioningType.URI })
    @VersionTransformer({ from: '2', to: '1', type: [User, Note], shape })
    class Wrong extends OneName {}
    @Module({ providers: [Wrong] })
    class WrongModule {}
    await expect(createApp(WrongModule, { logger: false })).rejects.toThrow(reason)
  })
})
