import {
  ApplicationState,
  Controller,
  createApp,
  Get,
  Inject,
  Module,
  Sse,
  type LoggerService,
  type ShutdownOptions,
} from 'corbel'
import { interval } from 'rxjs'
import { vi } from 'vitest'
import { eventually } from '../support/eventually.js'
import { RawClient } from '../support/raw-http.js'
import { serve } from './serve.js'

/** A time that is over when the spec says so: nothing has to happen before. */
const held = vi.hoisted(() => ({ time: 54_321, runOut: undefined as (() => void) | undefined }))

vi.mock('node:timers', async (original) => {
  const timers = await original<typeof import('node:timers')>()
  const setTimeout = (run: () => void, time?: number): unknown =>
    time === held.time ? (held.runOut = run) : timers.setTimeout(run, time)
  return { ...timers, setTimeout }
})

/** Waits until the held time has begun; the answer ends it. */
const heldTime = () => eventually(() => held.runOut ?? expect.unreachable())

const head = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

async function start(shutdown: ShutdownOptions = {}, logger: LoggerService | false = false) {
  let proceed!: () => void
  const gate = new Promise<void>((resolve) => (proceed = resolve))
  let arrived!: () => void
  const waiting = new Promise<void>((resolve) => (arrived = resolve))
  const closed: string[] = []

  @Controller()
  class AppController {
    constructor(@Inject(ApplicationState) private readonly state: ApplicationState) {}
    @Get('ready') ready() {
      return { ready: this.state.isReady }
    }
    @Get('slow') async slow() {
      arrived()
      await gate
      return 'done'
    }
    @Sse('ticks') ticks() {
      return interval(60_000)
    }
    @Sse('generated') async *generated() {
      try {
        yield 'first'
        await gate
        yield 'second'
      } finally {
        closed.push('generated')
      }
    }
  }
  @Module({ controllers: [AppController] })
  class AppModule {}
  const { app } = await serve(AppModule, { shutdown, logger })
  const { port } = app.getHttpServer().address() as { port: number }
  const open = () => RawClient.open(port)
  return { app, open, proceed, waiting, closed }
}

describe('stopping', () => {
  beforeEach(() => (held.runOut = undefined))

  it('by a signal serves on for `shutdown.delay` while it says that it is not ready', async () => {
    const { app, open } = await start({ delay: held.time })
    const client = await open()
    const closing = app.close('SIGTERM')
    const runOut = await heldTime()
    const { body, headers } = await client.send(head('/ready')).response()
    expect(body).toBe('{"ready":false}')
    expect(headers['connection']).toBe(undefined)
    const newcomer = await open()
    expect((await newcomer.send(head('/ready')).response()).status).toBe(200)
    runOut()
    await closing
    await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('without a signal does not wait', async () => {
    const { app, open } = await start({ delay: 60_000, idle: 0 })
    const client = await open()
    await client.send(head('/ready')).response()
    await app.close()
    await client.gone()
  })

  it('keeps idle connections for one more request', async () => {
    const { app, open } = await start({ idle: 600_000, deadline: 600_000 })
    const client = await open()
    await client.send(head('/ready')).response()
    const closing = app.close()
    await expect.poll(() => app.getHttpServer().listening).toBe(false)
    expect(await client.send(head('/ready')).allResponses()).toMatchObject([
      { status: 200, headers: { connection: 'close' } },
    ])
    client.end()
    await closing
  })

  it('waits for requests in flight', async () => {
    const { app, open, proceed, waiting } = await start({ deadline: 600_000 })
    const client = (await open()).send(head('/slow'))
    await waiting
    const closing = app.close('SIGTERM')
    await expect.poll(() => app.getHttpServer().listening).toBe(false)
    proceed()
    expect(await client.allResponses()).toMatchObject([{ body: 'done', headers: { connection: 'close' } }])
    client.end()
    await closing
  })

  it('cuts off what takes longer than `shutdown.deadline`, and logs how much that was', async () => {
    const warnings: unknown[] = []
    const log = { log() {}, error() {}, warn: (message: unknown) => warnings.push(message) }
    const { app, open, waiting } = await start({ deadline: 20 }, log)
    const client = (await open()).send(head('/slow'))
    await waiting
    await app.close()
    expect(warnings).toEqual(['Cut off after 20 ms: 1 requests in flight'])
    await client.gone()
    expect(client.received).toBe('')
  })

  it('ends streams of events in order, which have no end of their own', async () => {
    const { app, open, proceed, closed } = await start({ deadline: 600_000 })
    const ticks = (await open()).send(head('/ticks'))
    const generated = (await open()).send(head('/generated'))
    await ticks.until(({ received }) => received.includes(':\n\n'))
    await generated.until(({ received }) => received.includes('data: first'))
    const closing = app.close()
    for (const client of [ticks, generated]) {
      const { status } = await client.response()
      expect(status).toBe(200)
      client.end()
    }
    await closing
    expect(generated.received).not.toContain('second')
    proceed()
    await expect.poll(() => closed).toEqual(['generated'])
  })

  it('ends a stream of events at once that begins when it is stopping', async () => {
    const { app, open } = await start({ delay: held.time })
    const client = await open()
    const closing = app.close('SIGTERM')
    const runOut = await heldTime()
    const { status, body } = await client.send(head('/ticks')).response()
    expect([status, body]).toEqual([200, ''])
    runOut()
    await closing
  })

  it.each([{ delay: -1 }, { deadline: Number.NaN }, { idle: Infinity }, { idle: '1s' as unknown as number }])(
    'refuses %o',
    async (shutdown) => {
      @Module({})
      class AppModule {}
      await expect(createApp(AppModule, { shutdown, logger: false })).rejects.toMatchObject({
        code: 'CORBEL_SHUTDOWN_OPTION',
      })
    },
  )
})
