import { once } from 'node:events'
import { createReadStream, type ReadStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  Body,
  Catch,
  Controller,
  Get,
  HandlerTimeout,
  Module,
  Post,
  Req,
  Res,
  Signal,
  Sse,
  StreamableFile,
  Timeout,
  UseFilters,
  UseGuards,
  type CorbelError,
  type ExceptionFilter,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import { of } from 'rxjs'
import { overProtocols } from '../support/protocols.js'
import { serve } from '../web/serve.js'

const never = (): Promise<never> => new Promise(() => undefined)
const aborted = (signal: AbortSignal): Promise<Error> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(signal.reason as Error)))

let seen: Promise<Error> | undefined
let entered: () => void = () => undefined
let finish: (value: unknown) => void = () => undefined
let fail: (error: Error) => void = () => undefined
let response: WebResponse | undefined

class SlowGuard {
  canActivate() {
    return never()
  }
}

@Catch(HandlerTimeout)
class Patient implements ExceptionFilter<CorbelError> {
  catch(error: CorbelError) {
    return { patient: error.details['time'] }
  }
}

@Controller()
@Timeout('30ms')
class Slow {
  @Get('never') never(@Signal() signal: AbortSignal) {
    seen = aborted(signal)
    return never()
  }
  @Get('request') request(@Req() request: HttpRequest) {
    seen = aborted(request.signal)
    return never()
  }
  @Get('gateway') @Timeout(20, { status: 504 }) gateway() {
    return never()
  }
  @Get('quick') async quick() {
    await Promise.resolve()
    return 'quick'
  }
  @Get('sync') sync() {
    return 'sync'
  }
  @Get('observable') observable() {
    return of('last')
  }
  @Get('guarded') @UseGuards(SlowGuard) guarded() {}
  @Get('filtered') @UseFilters(Patient) filtered() {
    return never()
  }
  @Get('late') late() {
    return new Promise((resolve, reject) => {
      finish = resolve
      fail = reject
    })
  }
  @Get('obeys') obeys(@Signal() signal: AbortSignal) {
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    )
  }
  @Get('by-hand') byHand(@Res() answer: WebResponse) {
    response = answer
  }
  @Get('by-hand-later') async byHandLater(@Res() answer: WebResponse) {
    response = answer
    await Promise.resolve()
  }
  @Get('begun') async begun(@Res() answer: WebResponse, @Signal() signal: AbortSignal) {
    answer.write('begun ')
    entered()
    await new Promise<void>((resolve) => (finish = () => resolve()))
    answer.end(String(signal.aborted))
  }
  @Sse('events') async *events() {
    yield { data: 'one' }
    await new Promise<void>((resolve) => (finish = () => resolve()))
    yield { data: 'two' }
  }
  @Post('ignored') ignored() {
    return 'ignored'
  }
  @Get('open') @Timeout(false) async open(@Signal() signal: AbortSignal) {
    seen = aborted(signal)
    entered()
    await new Promise((resolve) => (finish = resolve))
    return 'open'
  }
}

@Controller('plain')
class Plain {
  @Get() wait() {
    return never()
  }
  @Post() ignored() {
    return 'ignored'
  }
  @Post('body') body(@Body() body: unknown) {
    return { body }
  }
  @Get('lifted') @Timeout(false) lifted() {
    return 'lifted'
  }
}

@Module({ controllers: [Slow, Plain] })
class App {}

async function get(path: string, options = {}) {
  const { fetch } = await serve(App, options)
  const answer = await fetch(path)
  return { status: answer.status, body: (await answer.json()) as any }
}

overProtocols('@Timeout', () => {
  it('answers 503 with a coded problem, and aborts the signal', async () => {
    const { status, body } = await get('/never')
    expect([status, body]).toEqual([
      503,
      expect.objectContaining({
        title: 'Service Unavailable',
        code: 'CORBEL_HANDLER_TIMEOUT',
        instance: '/never',
      }),
    ])
    expect(JSON.stringify(body)).not.toContain('Slow.never')
    expect(await seen).toMatchObject({
      code: 'CORBEL_HANDLER_TIMEOUT',
      details: { handler: 'Slow.never', time: 30 },
    })
  })

  it('aborts request.signal, too', async () => {
    expect((await get('/request')).status).toBe(503)
    expect(await seen).toMatchObject({ code: 'CORBEL_HANDLER_TIMEOUT' })
  })

  it('may answer 504', async () => {
    const { status, body } = await get('/gateway')
    expect([status, body.code]).toEqual([504, 'CORBEL_GATEWAY_TIMEOUT'])
  })

  it('lets through what is there in time', async () => {
    const { text } = await serve(App)
    expect(await Promise.all(['/quick', '/sync', '/observable'].map((path) => text(path)))).toEqual([
      'quick',
      'sync',
      'last',
    ])
  })

  it('bounds guards as well, and can be answered by a filter', async () => {
    expect((await get('/guarded')).status).toBe(503)
    expect((await get('/filtered')).body).toEqual({ patient: 30 })
  })

  it('sends nothing of what the handler returns later, and lets go of it', async () => {
    const { fetch } = await serve(App)
    expect((await fetch('/late')).status).toBe(503)
    const stream: ReadStream = createReadStream(fileURLToPath(import.meta.url))
    const closed = once(stream, 'close')
    finish(new StreamableFile(stream))
    await closed
    expect((await fetch('/quick')).status).toBe(200)
  })

  it('logs what the handler throws later, but not that it has obeyed', async () => {
    const logged: string[] = []
    let told: () => void = () => undefined
    const untilTold = new Promise<void>((resolve) => (told = resolve))
    const note = (...parts: unknown[]) => void logged.push(parts.map(String).join(' '))
    const warn = (...parts: unknown[]) => {
      note(...parts)
      told()
    }
    const { fetch } = await serve(App, { logger: { log() {}, warn, error: note } })
    expect((await fetch('/obeys')).status).toBe(503)
    expect((await fetch('/late')).status).toBe(503)
    fail(new Error('too late'))
    await untilTold
    expect(logged.filter((line) => line.includes('too late'))).toEqual([
      expect.stringContaining('Slow.late failed after its time was over'),
    ])
    expect(logged).toHaveLength(3)
  })

  it.each(['/by-hand', '/by-hand-later'])(
    'answers for a handler that has not answered by hand: %s',
    async (path) => {
      const { fetch } = await serve(App)
      expect((await fetch(path)).status).toBe(503)
      expect(() => response!.json({ late: true })).toThrow(
        expect.objectContaining({ code: 'CORBEL_RESPONSE_HEAD_SENT' }),
      )
    },
  )

  it('leaves answers alone that have begun', async () => {
    const { fetch, app } = await serve(App)
    const answer = await fetch('/begun')
    // another call whose time is over: so is that of the first
    expect((await app.inject('/never')).status).toBe(503)
    finish(undefined)
    expect(await answer.text()).toBe('begun false')
  })

  it('does not bound streams of events', async () => {
    const { fetch, app } = await serve(App)
    const answer = await fetch('/events')
    expect((await app.inject('/never')).status).toBe(503)
    finish(undefined)
    expect(await answer.text()).toContain('data: two')
  })

  it('reads no body that nobody asks for', async () => {
    const { fetch } = await serve(App, { timeout: '1s' })
    for (const path of ['/ignored', '/plain']) {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(path, { method: 'POST', body: '{broken', headers })
      expect([answer.status, await answer.text()]).toEqual([201, 'ignored'])
    }
    expect(
      (await fetch('/plain/body', { method: 'POST', body: 'x', headers: { 'content-type': 'a/b' } })).status,
    ).toBe(415)
  })

  it.each(['soon', 0, -1, '30d', Number.NaN])('refuses %j at boot', async (time) => {
    class Wrong {
      @Get() @Timeout(time) wrong() {}
    }
    Controller()(Wrong)
    @Module({ controllers: [Wrong] })
    class Root {}
    await expect(serve(Root)).rejects.toThrow(/@Timeout on Wrong\.wrong/)
    await expect(serve(App, { timeout: time })).rejects.toMatchObject({ code: 'CORBEL_TIMEOUT_INVALID' })
  })
})

overProtocols('the time of an application', () => {
  it('bounds every handler without a time of its own', async () => {
    const { fetch, app } = await serve(App, { timeout: 20 })
    expect((await fetch('/plain')).status).toBe(503)
    expect(await (await fetch('/plain/lifted')).text()).toBe('lifted')
    const times = Object.fromEntries(
      app.describe().endpoints.map(({ handler, timeout }) => [handler, timeout]),
    )
    expect(times).toMatchObject({ 'Slow.never': 30, 'Slow.gateway': 20, 'Plain.wait': 20 })
    expect(times['Plain.lifted']).toBeUndefined()
  })
})

overProtocols('a client that goes away', () => {
  it('aborts the signal, and nothing is logged', async () => {
    const logged: unknown[] = []
    const note = (message: unknown) => void logged.push(message)
    const { fetch } = await serve(App, { logger: { log() {}, warn: note, error: note } })
    const isEntered = new Promise<void>((resolve) => (entered = resolve))
    const client = new AbortController()
    const answer = fetch('/open', { signal: client.signal })
    await isEntered
    client.abort()
    await expect(answer).rejects.toThrow()
    expect(await seen).toMatchObject({ code: 'CORBEL_CLIENT_GONE' })
    finish('nobody reads this')
    expect(logged).toEqual([])
  })
})
