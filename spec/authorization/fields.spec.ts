import { Expose, Type } from 'class-transformer'
import { Allow, IsEmail, IsString } from 'class-validator'
import {
  APP_INTERCEPTOR,
  ClassSerializerInterceptor,
  Controller,
  Get,
  Returns,
  Sse,
  type ModuleMetadata,
} from 'corbel'
import { Authenticated, type Principal } from 'corbel/auth'
import { AuthorizationModule, VisibleTo } from 'corbel/authorization'
import { of } from 'rxjs'
import { serve, type Served } from '../auth/served.js'
import { as, callers } from './caller.js'

class Account {
  id: string
  @VisibleTo({
    roles: ['admin'],
    when: (caller: Principal | undefined, owner: Account) => caller?.id === owner.id,
  })
  email: string
  @VisibleTo({ permissions: ['accounts:audit'] }) lastAddress: string
  @Type(() => Account) friend?: Account

  constructor(id: string) {
    this.id = id
    this.email = `${id}@example.org`
    this.lastAddress = '192.0.2.1'
  }

  @VisibleTo({ roles: ['admin'] }) @Expose() get rating(): number {
    return 5
  }
}

class Premium extends Account {
  plan = 'gold'
}

class Card {
  title: string
  @Allow() owner: Account
  @Type(() => Account) members: Account[]
  @Type(() => Account) byName: Map<string, Account>
}

@Authenticated({ optional: true })
@Controller('accounts')
class AccountsController {
  static readonly shared = new Account('ada')

  @Get('one') one() {
    return AccountsController.shared
  }
  @Get('list') async list() {
    await Promise.resolve()
    return { items: [new Account('ada'), new Premium('ben')], total: 2 }
  }
  @Get('map') map() {
    return { of: [...new Map([['x', new Account('ada')]]).values()], when: new Date(0), bytes: 'text' }
  }
  @Get('circle') circle() {
    const one = new Account('ada')
    one.friend = new Account('ben')
    return { one, again: one }
  }
  @Returns(Account) @Get('plain') plain() {
    return { id: 'ada', email: 'ada@example.org', lastAddress: '192.0.2.1' }
  }
  @Returns([Card]) @Get('cards') cards(): object[] {
    const ada = { id: 'ada', email: 'ada@example.org', lastAddress: '192.0.2.1' }
    return [
      { title: 'one', owner: ada, members: [ada], note: { id: 'x' } },
      { title: 'two', owner: null },
      { note: ada, owner: ada },
    ]
  }
  @Returns(Card, { status: 200 }) @Get('card-circle') circleOfCards(): object {
    const ada: Record<string, unknown> = { id: 'ada', email: 'ada@example.org' }
    ada['friend'] = { id: 'ben', email: 'ben@example.org', friend: { id: 'cleo', email: 'cleo@example.org' } }
    return { owner: ada, byName: new Map([['ada', ada]]) }
  }
  @Get('stream') async *stream() {
    await Promise.resolve()
    yield new Account('ada')
  }
  @Sse('events') events() {
    return of({ data: new Account('ada') })
  }
  @Get('nothing') nothing() {
    return null
  }
}

class Contact {
  @IsString() name: string
  @VisibleTo({ roles: ['admin'] }) @IsEmail() email: string
}

@Authenticated({ optional: true })
@Controller('contacts')
class ContactsController {
  @Returns(Contact) @Get() get() {
    return Object.assign(new Contact(), { name: 'Ada', email: 'ada@example.org' })
  }
  @Returns(Contact) @Get('wrong') wrong() {
    return Object.assign(new Contact(), { name: 'Ada', email: 'ada' })
  }
}

let served: Served
afterEach(() => served.close())
const start = async (more: ModuleMetadata = {}) => {
  served = await serve({
    imports: [AuthorizationModule.forRoot({ roles: { admin: {} } }), callers()],
    controllers: [AccountsController],
    ...more,
  })
  return served.send
}

describe('@VisibleTo', () => {
  it('leaves a field out for everybody else', async () => {
    const send = await start()
    expect((await send('/accounts/one')).body).toEqual({ id: 'ada' })
    expect((await send('/accounts/one', as('ben'))).body).toEqual({ id: 'ada' })
    expect((await send('/accounts/one', as('ada'))).body).toEqual({ id: 'ada', email: 'ada@example.org' })
    expect((await send('/accounts/one', as('ben;permissions=accounts:*'))).body).toEqual({
      id: 'ada',
      lastAddress: '192.0.2.1',
    })
  })

  it('changes nothing but the answer: the next caller sees what is his', async () => {
    const send = await start()
    await send('/accounts/one')
    expect(AccountsController.shared.email).toBe('ada@example.org')
    expect((await send('/accounts/one', as('root;roles=admin'))).body).toMatchObject({
      email: 'ada@example.org',
    })
  })

  it('counts wherever the object is, and for derived classes', async () => {
    const send = await start()
    expect((await send('/accounts/list', as('ben'))).body).toEqual({
      items: [{ id: 'ada' }, { id: 'ben', email: 'ben@example.org', plan: 'gold' }],
      total: 2,
    })
    expect((await send('/accounts/map')).body).toEqual({
      of: [{ id: 'ada' }],
      when: '1970-01-01T00:00:00.000Z',
      bytes: 'text',
    })
    expect((await send('/accounts/circle')).body).toEqual({
      one: { id: 'ada', friend: { id: 'ben' } },
      again: { id: 'ada', friend: { id: 'ben' } },
    })
  })

  it('counts for plain objects in the place of a declared class', async () => {
    const send = await start()
    expect((await send('/accounts/plain')).body).toEqual({ id: 'ada' })
  })

  it('counts for plain objects below, where a property says of which class they are', async () => {
    const send = await start()
    const all = { id: 'ada', email: 'ada@example.org', lastAddress: '192.0.2.1' }
    expect((await send('/accounts/cards')).body).toEqual([
      { title: 'one', owner: { id: 'ada' }, members: [{ id: 'ada' }], note: { id: 'x' } },
      { title: 'two', owner: null },
      // what nobody has declared leaves as it is, and does not decide about the same object elsewhere
      { note: all, owner: { id: 'ada' } },
    ])
    expect((await send('/accounts/card-circle')).body).toMatchObject({
      owner: { id: 'ada', friend: { id: 'ben' } },
    })
    expect((await send('/accounts/card-circle')).text).not.toContain('ada@')
  })

  it('counts for streams and events', async () => {
    const send = await start()
    expect((await send('/accounts/stream')).text).not.toContain('example.org')
    const events = (await send('/accounts/events')).text
    expect(events).toContain('ada')
    expect(events).not.toContain('example.org')
  })

  it('leaves getters out of what the class serializer exposes', async () => {
    const send = await start({
      providers: [{ provide: APP_INTERCEPTOR, useClass: ClassSerializerInterceptor }],
    })
    expect((await send('/accounts/one')).body).toEqual({ id: 'ada' })
    expect((await send('/accounts/one', as('root;roles=admin'))).body).toEqual({
      id: 'ada',
      email: 'ada@example.org',
      rating: 5,
    })
  })

  it('has nothing to do with other results', async () => {
    const send = await start()
    expect((await send('/accounts/nothing')).text).toBe('')
  })

  it('leaves the rules of a declared result alone: what is left out was right before', async () => {
    const send = await start({ controllers: [ContactsController] })
    expect((await send('/contacts')).body).toEqual({ name: 'Ada' })
    expect((await send('/contacts', as('root;roles=admin'))).body).toEqual({
      name: 'Ada',
      email: 'ada@example.org',
    })
    expect((await send('/contacts/wrong')).status).toBe(500)
  })
})
