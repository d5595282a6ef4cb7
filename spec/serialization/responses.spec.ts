import { Exclude, Expose, Type } from 'class-transformer'
import {
  IsEmail,
  IsInt,
  Min,
  registerDecorator,
  Validate,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator'
import {
  ClassSerializerInterceptor,
  Controller,
  type CreateAppOptions,
  Get,
  Header,
  Injectable,
  type LoggerService,
  Module,
  Param,
  Post,
  Res,
  Returns,
  StreamableFile,
  UseInterceptors,
  type WebResponse,
} from 'corbel'
import { of } from 'rxjs'
import { overProtocols } from '../support/protocols.js'
import { serve } from '../web/serve.js'

const isKnown = (): PropertyDecorator => (target, name) =>
  registerDecorator({
    name: 'isKnown',
    target: target.constructor,
    propertyName: name as string,
    async: true,
    validator: {
      validate: async (value) => Promise.resolve(value !== 'stranger'),
      defaultMessage: () => 'is a stranger',
    },
  })

class Line {
  @IsInt() @Min(0) price: number
}

class User {
  @IsInt() id: number
  @IsEmail() email: string
  @ValidateNested({ each: true }) @Type(() => Line) lines?: Line[]
  @isKnown() nick?: string
  @Exclude() password?: string
}

/** What rules may need. */
@Injectable()
class Accounts {
  async has(name: unknown): Promise<boolean> {
    return Promise.resolve(name === 'ada')
  }
}

@Injectable()
@ValidatorConstraint({ name: 'hasAccount', async: true })
class HasAccount implements ValidatorConstraintInterface {
  constructor(private readonly accounts: Accounts) {}
  validate(value: unknown): Promise<boolean> {
    return this.accounts.has(value)
  }
  defaultMessage(): string {
    return '$value has no account'
  }
}

class Owner {
  @Validate(HasAccount) name: string
}

class Tree {
  @ValidateNested() @Type(() => Tree) child?: Tree
}

class Problem {
  @IsInt() code: number
}

/** A Standard Schema, written by hand. */
const idOnly = {
  '~standard': {
    version: 1,
    vendor: 'spec',
    validate: (value: unknown) =>
      typeof (value as { id?: unknown }).id === 'number'
        ? { value: { id: (value as { id: number }).id } }
        : { issues: [{ message: 'no id', path: ['id'] }] },
  },
}

const right = (): object => ({ id: 1, email: 'ada@example.com', lines: [{ price: 0 }] })

const results: Record<string, () => unknown> = {
  right,
  instance: () => Object.assign(new User(), right(), { password: 'x' }),
  wrong: () => ({ ...right(), email: 'nobody' }),
  deep: () => ({ ...right(), lines: [{ price: 1 }, { price: -1 }] }),
  late: () => Promise.resolve({ ...right(), nick: 'stranger' }),
  extra: () => ({ ...right(), extra: 1, lines: [{ price: 1, more: 2 }] }),
  nothing: () => null,
  list: () => [right()],
  text: () => 'text',
  stream: () => of({ wrong: true }),
  file: () => new StreamableFile(Buffer.from('bytes')),
}

@Controller()
class Users {
  @Get('one/:kind') @Returns(User) one(@Param('kind') kind: string): unknown {
    return results[kind]!()
  }
  @Get('list/:kind') @Returns([User]) list(@Param('kind') kind: string): unknown {
    return kind === 'plain' ? right() : [right(), results[kind]!()]
  }
  @Get('nullable') @Returns(User, { nullable: true }) nullable(): null {
    return null
  }
  @Post('status/:status')
  @Returns(User)
  @Returns(Problem, { status: 409 })
  status(@Param('status') status: string, @Res({ passthrough: true }) response: WebResponse): object {
    response.status(Number(status))
    return { code: 7 }
  }
  @Get('schema/:kind') @Returns(idOnly) schema(@Param('kind') kind: string): unknown {
    return kind === 'wrong' ? { name: 'no id' } : { id: 3, name: 'more' }
  }
  @Get('owner/:name') @Returns(Owner) owner(@Param('name') name: string): object {
    return { name }
  }
  @Get('tree') @Returns(Tree) tree(): Tree {
    const tree = new Tree()
    tree.child = tree
    return tree
  }
  @Get('by-hand-later') @Returns(User) later(@Res() response: WebResponse): void {
    setImmediate(() => response.json({ anything: true }))
  }
  @Get('by-hand') @Returns(User) byHand(@Res() response: WebResponse): void {
    response.json({ anything: true })
  }
}

@Module({ controllers: [Users], providers: [Accounts, HasAccount] })
class UsersModule {}

function recorder(): { logger: LoggerService; lines: string[] } {
  const lines: string[] = []
  const note = (level: string) => (message: unknown) => void lines.push(`${level} ${String(message)}`)
  return { lines, logger: { log: () => undefined, error: note('error'), warn: note('warn') } }
}

describe('@Returns', () => {
  it('lets through what keeps the rules, as it was returned', async () => {
    const { json, text } = await serve(UsersModule)
    expect(await json('/one/right')).toEqual(right())
    expect(await json('/one/extra')).toEqual({ ...right(), extra: 1, lines: [{ price: 1, more: 2 }] })
    expect(await json('/one/instance')).toEqual({ ...right(), password: 'x' })
    expect(await json('/list/right')).toEqual([right(), right()])
    expect(await text('/nullable')).toBe('')
    expect(await text('/one/file')).toBe('bytes')
    expect(await json('/one/stream')).toEqual({ wrong: true })
    expect(await json('/by-hand')).toEqual({ anything: true })
    expect(await json('/by-hand-later')).toEqual({ anything: true })
    expect(await json('/owner/ada')).toEqual({ name: 'ada' })
    expect(await json('/schema/right')).toEqual({ id: 3, name: 'more' })
  })

  it('answers 500 to what breaks them, and logs route, path and rule', async () => {
    const { logger, lines } = recorder()
    const { fetch } = await serve(UsersModule, { logger })
    const failing: Record<string, string> = {
      '/one/wrong':
        'Users.one (GET /one/:kind) returned what its @Returns does not allow: /email (isEmail): email must be an email',
      '/one/deep': '/lines/1/price (min): price must not be less than 0',
      '/one/late': '/nick (isKnown): is a stranger',
      '/one/nothing': 'it is null',
      '/one/list': 'it is a list',
      '/one/text': 'it is a string',
      '/list/wrong': '/1/email (isEmail): email must be an email',
      '/list/plain': 'it is no list',
      '/owner/nobody': '/name (hasAccount): nobody has no account',
      '/tree': 'it is nested more than 200 levels deep, or refers to itself',
      '/schema/wrong': '/id (schema): no id',
    }
    for (const [path, detail] of Object.entries(failing)) {
      lines.length = 0
      const answer = await fetch(path)
      expect(answer.status, path).toBe(500)
      const body = await answer.text()
      expect(body).toContain('CORBEL_RESPONSE_INVALID')
      // what is wrong is nothing that clients should learn
      expect(body).not.toContain('@Returns')
      expect(lines).toEqual([expect.stringContaining(detail)])
    }
  })

  it('shows the detail in development', async () => {
    const { json } = await serve(UsersModule, { development: true })
    expect(await json('/one/wrong')).toMatchObject({
      code: 'CORBEL_RESPONSE_INVALID',
      message: expect.stringContaining('/email (isEmail)') as string,
    })
  })

  it('goes by the status of the answer where several are declared', async () => {
    const { post } = await serve(UsersModule)
    expect((await post('/status/409', {})).status).toBe(409)
    expect((await post('/status/200', {})).status).toBe(500)
  })

  it('only logs with validate: "warn", and for a sample', async () => {
    for (const validate of ['warn', { sample: 1 }] as const) {
      const { logger, lines } = recorder()
      const { json } = await serve(UsersModule, { logger, responses: { validate } })
      expect(await json('/one/wrong')).toMatchObject({ email: 'nobody' })
      expect(lines).toEqual([expect.stringMatching(/^warn .*\/email \(isEmail\)/)])
    }
  })

  it('is not looked at with validate: "off", nor in production, nor outside the sample', async () => {
    const environment = process.env
    const before = environment['NODE_ENV']
    const plans: unknown[] = []
    const ask = async (options: object): Promise<void> => {
      const { logger, lines } = recorder()
      const { app, json } = await serve(UsersModule, { logger, ...options })
      expect(await json('/one/wrong')).toMatchObject({ email: 'nobody' })
      expect(lines).toEqual([])
      plans.push(app.describe().endpoints[0]!.plan)
    }
    await ask({ responses: { validate: 'off' } })
    await ask({ responses: { validate: { sample: 0 } } })
    try {
      environment['NODE_ENV'] = 'production'
      await ask({})
    } finally {
      environment['NODE_ENV'] = before
    }
    for (const plan of plans) expect(plan).not.toContain('check the result')
  })

  it('strips what the class does not declare, if asked to', async () => {
    const { json } = await serve(UsersModule, { responses: { strip: true } })
    expect(await json('/one/extra')).toEqual({ ...right(), lines: [{ price: 1 }] })
    expect(await json('/list/extra')).toEqual([right(), { ...right(), lines: [{ price: 1 }] }])
    expect(await json('/schema/right')).toEqual({ id: 3 })
    const { json: unchecked } = await serve(UsersModule, { responses: { strip: true, validate: 'off' } })
    expect(await unchecked('/one/extra')).toEqual({ ...right(), lines: [{ price: 1 }] })
  })

  it('is a boot error where a rule needs what nothing provides', async () => {
    @Controller()
    class Owners {
      @Get() @Returns(Owner) owner(): object {
        return {}
      }
    }
    @Module({ controllers: [Owners] })
    class Lonely {}
    await expect(serve(Lonely)).rejects.toThrow('The rule HasAccount of Owner.name has dependencies')
  })

  it('shows up in the description of the endpoint', async () => {
    const { app } = await serve(UsersModule)
    const { endpoints } = app.describe()
    const returns = Object.fromEntries(endpoints.map((one) => [one['path'], one['returns']]))
    expect(returns).toMatchObject({ '/one/:kind': 'User', '/list/:kind': 'User[]' })
    expect(returns['/schema/:kind']).toBeUndefined()
    expect(endpoints[0]!.plan).toContain('check the result')
  })
})

describe('results as JSON', () => {
  class Account {
    id: number
    static circular(): Account {
      const one = Object.assign(new Account(), { id: 1, owner: { accounts: [] as object[] } })
      one.owner.accounts.push({ account: one })
      return one
    }
  }

  @Controller()
  class AccountsController {
    @Get('typed') typed(): Account {
      return Object.assign(new Account(), { id: 10n })
    }
    @Get('open') open(): object {
      return { list: [{ id: 10n }] }
    }
    @Get('lines') async *lines(): AsyncGenerator {
      yield await Promise.resolve({ id: 1n })
    }
    @Get('circular-typed') circularTyped(): Account {
      return Account.circular()
    }
    @Get('circular') async circular() {
      return Promise.resolve({ account: Account.circular() })
    }
  }

  @Module({ controllers: [AccountsController] })
  class AccountsModule {}

  overProtocols('are the same bytes whatever their characters and whatever looks at them', () => {
    class Note {
      @Expose() text: string
      @Exclude() draft: string
    }
    const words = [
      'ascii',
      'déjà vu',
      'слово',
      '😀',
      'a long text, '.repeat(30_000),
      'длинный текст '.repeat(30_000),
    ]
    const notes = words.map((text) => Object.assign(new Note(), { text, draft: 'no' }))

    @Controller()
    class NotesController {
      @Get('typed/:id') typed(@Param('id') id: string): Note {
        return Object.assign(new Note(), { text: words[Number(id)] })
      }
      @Get('serialized/:id') @UseInterceptors(ClassSerializerInterceptor) serialized(
        @Param('id') id: string,
      ): unknown {
        return notes[Number(id)]
      }
      @Get('all') @UseInterceptors(ClassSerializerInterceptor) all(): unknown {
        return notes
      }
      @Get('raw')
      @UseInterceptors(ClassSerializerInterceptor)
      @Header('x-more', () => 'yes')
      more(): unknown {
        return notes[2]
      }
    }
    @Module({ controllers: [NotesController] })
    class NotesModule {}

    it.each<[string, CreateAppOptions]>([
      ['plain', {}],
      ['with tags', { etag: true }],
      ['compressed', { compression: true }],
      ['with both', { etag: 'strong', compression: true }],
    ])('%s', async (_name, options) => {
      const { fetch, text } = await serve(NotesModule, options)
      const check = async (path: string, expected: string): Promise<void> => {
        const answer = await fetch(path)
        expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8')
        const bytes = Buffer.from(await answer.arrayBuffer())
        if (answer.headers.get('content-encoding') === null)
          expect(Number(answer.headers.get('content-length') ?? bytes.length)).toBe(bytes.length)
        expect(bytes.toString() === expected).toBe(true)
        expect((await fetch(path, { method: 'HEAD' })).status).toBe(200)
      }
      for (const [id, one] of words.entries()) {
        await check(`/typed/${id}`, JSON.stringify({ text: one }))
        await check(`/serialized/${id}`, JSON.stringify({ text: one }))
      }
      await check('/all', JSON.stringify(words.map((one) => ({ text: one }))))
      expect(await text('/raw')).toBe('{"text":"слово"}')
    })
  })

  it('refuse a BigInt with its place', async () => {
    const { logger, lines } = recorder()
    const { fetch } = await serve(AccountsModule, { logger })
    expect((await fetch('/typed')).status).toBe(500)
    expect((await fetch('/open')).status).toBe(500)
    expect(lines[0]).toContain('there is a BigInt at id')
    expect(lines[1]).toContain('there is a BigInt at list[0].id')
  })

  it('have BigInts as text, if asked to', async () => {
    const { text } = await serve(AccountsModule, { responses: { bigint: 'string' } })
    expect(await text('/typed')).toBe('{"id":"10"}')
    expect(await text('/open')).toBe('{"list":[{"id":"10"}]}')
    expect(await text('/lines')).toBe('{"id":"1"}\n')
  })

  it('tell where they refer to themselves', async () => {
    const { logger, lines } = recorder()
    const { fetch } = await serve(AccountsModule, { logger })
    expect((await fetch('/circular-typed')).status).toBe(500)
    expect((await fetch('/circular')).status).toBe(500)
    expect(lines[0]).toMatch(/CORBEL_JSON_CIRCULAR.*the value itself at owner\.accounts\[0\]\.account/)
    expect(lines[1]).toMatch(/refers back to account at account\.owner\.accounts\[0\]\.account/)
  })
})
