import {
  BadRequestException,
  Body,
  ClassSerializerInterceptor,
  Controller,
  Get,
  HttpCode,
  Injectable,
  Post,
  Put,
  Returns,
  Scope,
  Sse,
  UseInterceptors,
  Version,
  VERSION_NEUTRAL,
  VersionConverter,
  VersioningType,
  VersionShape,
  VersionTransformer,
  type Class,
  type Conversion,
  type HttpContext,
  type VersionTransform,
} from 'corbel'
import { Exclude } from 'class-transformer'
import { IsInt, IsString } from 'class-validator'
import { read, start } from './start.js'

// version 1: name; version 2: first and last; version 3: first, last and year instead of age
class User {
  @IsString() first: string
  @IsString() last: string
  @IsInt() year: number
}
class CreateUser {
  @IsString() first: string
  @IsString() last: string
  @IsInt() year: number
}
@Injectable()
class Clock {
  readonly year = 2026
}
@VersionTransformer({ from: '3', to: '2', type: [User, CreateUser] })
class AgeInsteadOfYear implements VersionTransform {
  constructor(private readonly clock: Clock) {}
  response({ year, ...rest }: User): object {
    return { ...rest, age: this.clock.year - year }
  }
  async request({ age, ...rest }: { age: number }): Promise<object> {
    return { ...rest, year: this.clock.year - age }
  }
}
@VersionTransformer({ from: '2', to: '1', type: [User, CreateUser] })
class OneName implements VersionTransform {
  response({ first, last, ...rest }: User): object {
    return { name: `${first} ${last}`, ...rest }
  }
  request({ name, ...rest }: { name: string }): object {
    if (name === '') throw new BadRequestException('no name')
    const [first, last] = name.split(' ')
    return { first, last, ...rest }
  }
}
const TRANSFORMERS: Class[] = [OneName, AgeInsteadOfYear, Clock]

const ada = (): User => Object.assign(new User(), { first: 'Ada', last: 'Lovelace', year: 1815 })

@Controller({ path: 'users', version: ['1', '2', '3', VERSION_NEUTRAL] })
class Users {
  @Get() @Returns([User]) list(): User[] {
    return [ada()]
  }
  @Get('one') one(): User {
    return ada()
  }
  @Get('later') @Returns(User) async later(): Promise<User | null> {
    return ada()
  }
  @Get('none') @Returns(User, { nullable: true }) async none(): Promise<User | null> {
    return null
  }
  @Get('stream') @Returns(User) async *stream(): AsyncIterable<User> {
    yield ada()
    yield ada()
  }
  @Get('bytes') @Returns(User) bytes(): Uint8Array {
    return Buffer.from('bytes')
  }
  @Sse('events') @Returns(User) async *events(): AsyncIterable<object> {
    yield { data: ada() }
  }
  @Post() @Returns(User) create(@Body() user: CreateUser): User {
    expect(user).toBeInstanceOf(CreateUser)
    return Object.assign(new User(), user)
  }
  @Put('echo') @HttpCode(200) echo(@Body() body: CreateUser): string[] {
    return Object.keys(body)
  }
  @Get('other') other(): object {
    return { first: 'Ada', last: 'Lovelace' }
  }
}

const AT: [string, object, string][] = [
  ['/v1/users', { name: 'Ada Lovelace', age: 211 }, '1'],
  ['/v2/users', { first: 'Ada', last: 'Lovelace', age: 211 }, '2'],
  ['/v3/users', { first: 'Ada', last: 'Lovelace', year: 1815 }, '3'],
  ['/users', { first: 'Ada', last: 'Lovelace', year: 1815 }, ''],
]

describe('results', () => {
  it.each(AT)('%s has the shape of its version', async (path, shape) => {
    const app = await start({ controllers: [Users], providers: TRANSFORMERS })
    expect(await read(app, path)).toEqual([shape])
    expect(await read(app, `${path}/one`)).toEqual(shape)
    expect(await read(app, `${path}/later`)).toEqual(shape)
    expect(await read(app, `${path}/none`)).toBe('')
    expect(await read(app, `${path}/bytes`)).toBe('bytes')
    expect(await read(app, `${path}/other`)).toEqual({ first: 'Ada', last: 'Lovelace' })
    const lines = (await app.inject(`${path}/stream`)).body.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([shape, shape])
    expect((await app.inject(`${path}/events`)).body).toContain('"year":1815')
  })

  it('with the version in a header', async () => {
    const app = await start(
      { controllers: [Users], providers: TRANSFORMERS },
      { type: VersioningType.HEADER },
    )
    for (const [, shape, version] of AT) {
      const headers = version === '' ? undefined : { 'x-api-version': version }
      expect(await read(app, { url: '/users/one', ...(headers && { headers }) })).toEqual(shape)
    }
  })

  it('are converted at boot into a step of older versions only', async () => {
    const app = await start({ controllers: [Users], providers: TRANSFORMERS })
    const plans = app.describe().endpoints.filter(({ handler }) => handler === 'Users.list')
    const steps = plans.map(({ plan }) => plan.filter((step) => step.startsWith('shape')))
    expect(steps).toEqual([
      ['shape of version 1 by AgeInsteadOfYear, OneName'],
      ['shape of version 2 by AgeInsteadOfYear'],
      [],
    ])
    const other = app.describe().endpoints.filter(({ handler }) => handler === 'Users.other')
    expect(other.map(({ versions }) => versions)).toEqual([['1', '2', '3', 'neutral']])
  })

  it('come after serializers: what they leave out does not come back', async () => {
    class Account {
      name = 'ada'
      @Exclude() password = 'secret'
    }
    @VersionTransformer({ from: '2', to: '1', type: Account })
    class Renamed implements VersionTransform {
      response({ name, ...rest }: Account): object {
        return { login: name, ...rest }
      }
    }
    @Controller({ path: 'accounts', version: ['1', '2'] })
    @UseInterceptors(ClassSerializerInterceptor)
    class Accounts {
      @Get() get(): Account {
        return new Account()
      }
    }
    const app = await start({ controllers: [Accounts], providers: [Renamed] })
    expect(await read(app, '/v1/accounts')).toEqual({ login: 'ada' })
  })

  it('that a transformer cannot convert are a failure of the server', async () => {
    @VersionTransformer({ from: '2', to: '1', type: User })
    class Broken implements VersionTransform {
      response(): object {
        throw new Error('secret detail')
      }
    }
    @Controller({ path: 'users', version: ['1', '2'] })
    class Some {
      @Get() get(): User {
        return ada()
      }
    }
    const app = await start({ controllers: [Some], providers: [Broken] })
    const answer = await app.inject('/v1/users')
    expect([answer.status, answer.body.includes('secret')]).toEqual([500, false])
    expect(await read(app, '/v2/users')).toMatchObject({ first: 'Ada' })
  })
})

describe('bodies', () => {
  const post = (version: string, payload: unknown, type = 'application/json') => ({
    method: 'POST',
    url: `/v${version}/users`,
    headers: { 'content-type': type },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  })

  it('are converted to the newest shape before they are validated, and back', async () => {
    const app = await start({ controllers: [Users], providers: TRANSFORMERS })
    for (const [, shape, version] of AT.slice(0, 3)) {
      const answer = await app.inject(post(version, shape))
      expect([answer.status, answer.json()]).toEqual([201, shape])
    }
  })

  it('that do not fit are the fault of the client', async () => {
    const app = await start({ controllers: [Users], providers: TRANSFORMERS })
    const refusal = async (version: string, payload: unknown): Promise<unknown> => {
      const answer = await app.inject(post(version, payload))
      return [answer.status, answer.json<{ code?: string }>().code]
    }
    expect(await refusal('1', { age: 20 })).toEqual([400, 'CORBEL_VERSION_BODY'])
    expect(await refusal('1', { name: 7, age: 20 })).toEqual([400, 'CORBEL_VERSION_BODY'])
    expect(await refusal('1', { name: '', age: 20 })).toEqual([400, undefined])
    expect(await refusal('1', { name: 'Ada Lovelace', age: 'x' })).toEqual([400, undefined])
    expect(await refusal('2', { first: 'Ada' })).toEqual([400, undefined])
    for (const odd of ['null', '7', '"x"', '[]', '[null]', '[1]', '{}', '']) {
      expect(await refusal('2', odd), odd).toEqual([400, undefined])
    }
    expect((await app.inject(post('1', '{broken'))).status).toBe(400)
    expect((await app.inject(post('1', '<a/>', 'text/xml'))).status).toBe(415)
  })

  it('give handlers the newest shape, also where nothing is said of results', async () => {
    const app = await start({ controllers: [Users], providers: TRANSFORMERS })
    const request = { ...post('1', { name: 'Ada Lovelace', age: 7 }), method: 'PUT', url: '/v1/users/echo' }
    expect(((await read(app, request)) as string[]).sort()).toEqual(['first', 'last', 'year'])
  })
})

describe('the shape of a handler', () => {
  it('may be that of a version which the route does not serve', async () => {
    @Controller('users')
    class Some {
      @Get() @Version(['1', '2']) @VersionShape('3') both(): User {
        return ada()
      }
      @Get('old') @Version('2') @VersionShape('3') old(): User {
        return ada()
      }
      @Get('two') @Version(['1', '2']) two(): User {
        return { first: 'A', last: 'B', age: 1 } as unknown as User
      }
    }
    const app = await start({ controllers: [Some], providers: TRANSFORMERS }, { versions: ['1', '2', '3'] })
    expect(await read(app, '/v1/users')).toEqual({ name: 'Ada Lovelace', age: 211 })
    expect(await read(app, '/v2/users/old')).toEqual({ first: 'Ada', last: 'Lovelace', age: 211 })
  })
})

describe('VersionConverter', () => {
  class Page {
    items: User[]
  }
  @VersionTransformer({ from: '3', to: '2', type: Page })
  class PageOfTwo implements VersionTransform {
    constructor(private readonly converter: VersionConverter) {}
    async response({ items }: Page, context?: HttpContext): Promise<object> {
      const conversion: Conversion = { from: '3', to: '2', context }
      return { items: await this.converter.down(User, items, conversion) }
    }
    async request({ items }: Page): Promise<object> {
      return { items: await this.converter.up(User, items, { from: '3', to: '2' }) }
    }
  }
  @Controller({ path: 'pages', version: ['2', '3'] })
  class Pages {
    @Get() get(): Page {
      return Object.assign(new Page(), { items: [ada()] })
    }
    @Post() post(@Body() page: Page): object {
      return { years: page.items.map(({ year }) => year) }
    }
  }

  it('converts parts by the transformers of their classes', async () => {
    const app = await start({ controllers: [Pages], providers: [...TRANSFORMERS, PageOfTwo] })
    expect(await read(app, '/v2/pages')).toEqual({ items: [{ first: 'Ada', last: 'Lovelace', age: 211 }] })
    const payload = { items: [{ first: 'Ada', last: 'Lovelace', age: 211 }] }
    expect(await read(app, { method: 'POST', url: '/v2/pages', payload })).toEqual({ years: [1815] })
    const converter = app.get(VersionConverter)
    const known = { from: '3', to: '2' }
    expect(converter.down(Clock, 1, known)).toBe(1)
    expect(converter.down(User, ada(), { from: '2', to: '2' })).toEqual(ada())
  })
})

describe('transformers that could not work are refused at boot:', () => {
  class Empty {}
  const transformer = (from: string, to: string, name: string): Class => {
    @VersionTransformer({ from, to, type: User })
    class Made implements VersionTransform {
      response(value: User): object {
        return value
      }
    }
    Object.defineProperty(Made, 'name', { value: name })
    return Made
  }
  const boot = (...providers: Class[]) => start({ controllers: [Users], providers })

  it('without a method', async () => {
    VersionTransformer({ from: '2', to: '1', type: User })(Empty)
    await expect(boot(Empty)).rejects.toThrow(
      /CORBEL_VERSION_TRANSFORMER.*neither response\(value\) nor request\(value\)/,
    )
  })

  it('two for one step', async () => {
    const two = [transformer('2', '1', 'First'), transformer('2', '1', 'Second')]
    await expect(boot(...two)).rejects.toThrow('First leads from 2 for User, too')
  })

  it('backwards', async () => {
    await expect(boot(transformer('1', '2', 'Back'))).rejects.toThrow('from (1) is older than to (2)')
  })

  it('past a version that is served', async () => {
    await expect(boot(transformer('3', '1', 'Far'))).rejects.toThrow('from 3 to 1, past 2, which is served')
  })

  it('between the same versions, or of no class', async () => {
    await expect(boot(transformer('2', '2', 'Same'))).rejects.toThrow('from which version to which other one')
    class NoType {
      response = (value: object): object => value
    }
    VersionTransformer({ from: '2', to: '1', type: undefined as unknown as Class })(NoType)
    await expect(boot(NoType)).rejects.toThrow('names no class as its type')
  })

  it('for each request anew', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Visit {}
    @VersionTransformer({ from: '2', to: '1', type: User })
    class Scoped implements VersionTransform {
      constructor(readonly visit: Visit) {}
      response(value: User): object {
        return value
      }
    }
    await expect(boot(Scoped, Visit)).rejects.toThrow('has to be a singleton')
  })

  it('with versions that have no order', async () => {
    const error = await boot(transformer('new', 'old', 'Words')).catch((one: Error) => one)
    expect((error as Error).message).toContain('[CORBEL_VERSION_ORDER]')
  })
})
