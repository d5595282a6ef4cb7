import {
  Controller,
  Get,
  MemorySessionStore,
  Session,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from 'corbel'
import { Live } from 'corbel/live'
import { HttpSession, SessionModule, Sessions } from 'corbel/sessions'
import { clock, type Clock } from '../ports/clock.js'
import { Notes, serveBoard } from './board.js'

const MINUTE = 60_000

@Injectable()
class LoggedIn implements CanActivate {
  constructor(private readonly sessions: Sessions) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const session = await this.sessions.of(context)
    if (session.subject === undefined) throw new UnauthorizedException()
    return true
  }
}

@Controller('desk')
class Desk {
  constructor(private readonly notes: Notes) {}

  @Get('login') login(@Session() session: HttpSession) {
    session.login('ada')
    return {}
  }

  @Get()
  @Live({ keys: 'notes' })
  @UseGuards(LoggedIn)
  async list(@Session() session: HttpSession) {
    const texts = await this.notes.read()
    return { subject: session.subject, texts }
  }

  @Get('counted')
  @Live({ keys: 'notes' })
  @UseGuards(LoggedIn)
  counted(@Session() session: HttpSession) {
    session['runs'] = ((session['runs'] as number | undefined) ?? 0) + 1
    return { runs: session['runs'] }
  }
}

async function board(time: Clock) {
  const sessions = SessionModule.forRoot({
    store: new MemorySessionStore({ now: time.now }),
    idleTimeout: 30 * MINUTE,
    now: time.now,
    cookie: { name: 'session', secure: false },
  })
  const served = await serveBoard({}, { imports: [sessions], controllers: [Desk], providers: [LoggedIn] })
  const answer = await served.fetch('/desk/login')
  const cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!
  const remaining = async () => {
    const [session] = await served.app.get(Sessions).list('ada')
    return session === undefined ? undefined : (session.expiresAt - time.now()) / MINUTE
  }
  return { ...served, cookie, remaining }
}

describe('sessions of those who have live queries', () => {
  it('are prolonged by who asks, and not by what is run again', async () => {
    const time = clock()
    const { events, notes, cookie, remaining } = await board(time)
    time.later(10 * MINUTE)
    const stream = await events('/desk', { cookie })
    expect(await stream.next()).toMatchObject({ data: { subject: 'ada' } })
    expect(await remaining()).toBe(30)
    time.later(20 * MINUTE)
    await notes.add('second')
    await stream.next()
    expect(await remaining()).toBe(10)
    time.later(11 * MINUTE)
    await notes.add('third')
    expect(await stream.next()).toMatchObject({ type: 'error', data: { statusCode: 401 } })
    expect(await remaining()).toBeUndefined()
  })

  it('are not prolonged either where a handler writes to them', async () => {
    const time = clock()
    const { events, notes, cookie, remaining } = await board(time)
    const stream = await events('/desk/counted', { cookie })
    expect(await stream.next()).toMatchObject({ data: { runs: 1 } })
    time.later(20 * MINUTE)
    await notes.add('second')
    expect(await stream.next()).toMatchObject({ data: { runs: 2 } })
    expect(await remaining()).toBe(10)
    await stream.cancel()
  })

  it('are the same for queries over a WebSocket', async () => {
    const time = clock()
    const { connect, notes, cookie, remaining, live } = await board(time)
    const client = await connect({ cookie })
    await client.emit('subscribe', { url: '/desk' }, 1).messages(1)
    time.later(20 * MINUTE)
    await notes.add('second')
    await client.messages(2)
    expect(await remaining()).toBe(10)
    time.later(11 * MINUTE)
    await notes.add('third')
    await client.messages(3)
    expect(client.received[2]).toMatchObject({ event: 'live', data: { id: 1, error: { statusCode: 401 } } })
    expect(live.statistics.subscriptions).toBe(0)
  })
})
