import { createApp, Controller, createContext, Get, Module, Post, Sse, type Class } from 'corbel'
import { Invalidates, Live, LiveModule, LiveQueries, type LiveModuleOptions } from 'corbel/live'
import { OpenApiModule } from 'corbel/openapi'
import { NEVER } from 'rxjs'
import { LiveHub } from '../../lib/live/live-hub.js'
import type { LiveSubscriber } from '../../lib/live/live-query.js'
import { serve } from '../web/serve.js'
import { EventReader } from './event-reader.js'

const start = (controllers: Class[], imports: any[] = [LiveModule.forRoot()]) => {
  @Module({ imports, controllers })
  class AppModule {}
  return createApp(AppModule, { logger: false, shutdownSignals: false })
}

describe('@Live()', () => {
  it.each([
    ['answers POST', Post()],
    ['answers with events of its own', Sse()],
    ['no @Get()', undefined],
  ])('is refused where its method %s', async (reason, route) => {
    @Controller('wrong')
    class Wrong {
      @Live() list() {
        return NEVER
      }
    }
    route?.(Wrong.prototype, 'list', Object.getOwnPropertyDescriptor(Wrong.prototype, 'list')!)
    const failure: unknown = await start([Wrong]).then(
      () => undefined,
      (error: unknown) => error,
    )
    expect(String(failure)).toContain('CORBEL_LIVE_ROUTE')
    expect(String(failure)).toContain(`Wrong.list has @Live(), but ${reason}`)
  })

  it('is refused without LiveModule, as @Invalidates() is', async () => {
    @Controller('lonely')
    class Lonely {
      @Get() @Live() list() {
        return []
      }
      @Post() @Invalidates('lonely') add() {}
    }
    const failure: unknown = await start([Lonely], []).catch((error: unknown) => error)
    expect(String(failure)).toContain('CORBEL_LIVE_MODULE')
    expect(String(failure)).toContain('Lonely.list has @Live()')
    expect(String(failure)).toContain('Lonely.add has @Invalidates()')
  })

  it('is told of in the description of the application, and in its document', async () => {
    class Note {
      text: string
    }
    @Controller('notes')
    class Notes {
      @Get() @Live({ keys: 'notes', entities: ['Note'] }) list(): Note {
        return { text: 'a' }
      }
    }
    const { app, json } = await served([Notes], [LiveModule.forRoot(), OpenApiModule.forRoot()])
    expect(app.describe().endpoints.find(({ handler }) => handler === 'Notes.list')).toMatchObject({
      live: ['notes', 'entity:Note'],
    })
    const document = await json('/openapi.json')
    expect(Object.keys(document.paths['/notes'].get.responses['200'].content)).toEqual([
      'application/json',
      'text/event-stream',
    ])
  })

  it('works below a prefix, in versions, and in forms that the client may choose', async () => {
    @Controller({ path: 'notes', version: '2' })
    class Versioned {
      @Get() @Live({ keys: 'notes' }) list() {
        return ['two']
      }
    }
    const { fetch } = await served([Versioned], [LiveModule.forRoot()], (app) =>
      app.setGlobalPrefix('api').enableVersioning({ type: 1, header: 'x-version' } as never),
    )
    const stream = new EventReader(
      await fetch('/api/notes', { headers: { accept: 'text/event-stream', 'x-version': '2' } }),
    )
    expect(await stream.next()).toMatchObject({ data: ['two'] })
    await stream.cancel()
  })
})

describe('LiveModule', () => {
  it.each<[string, LiveModuleOptions]>([
    ['maxRuns', { maxRuns: 0 }],
    ['maxPerAddress', { maxPerAddress: 1.5 }],
    ['interval', { interval: 'soon' }],
    ['runTimeout', { runTimeout: 0 }],
    ['refresh', { refresh: -1 }],
  ])('refuses a wrong %s', async (option, options) => {
    const app = await start([], [LiveModule.forRoot(options)])
    await expect(app.init()).rejects.toMatchObject({
      code: 'CORBEL_LIVE_OPTION',
      details: expect.objectContaining({ option }),
    })
    await app.close()
  })

  it('is imported once', async () => {
    const failure: unknown = await start(
      [],
      [LiveModule.forRoot(), LiveModule.forRoot({ path: '/other' })],
    ).catch((error: unknown) => error)
    expect(String(failure)).toContain('CORBEL_LIVE_DUPLICATE')
  })

  it('takes options that are made when the application starts', async () => {
    const module = LiveModule.forRootAsync({ useFactory: () => Promise.resolve({ maxRuns: 0 }) })
    const app = await start([], [module])
    await expect(app.init()).rejects.toMatchObject({ code: 'CORBEL_LIVE_OPTION' })
    await app.close()
  })

  it('tells of changes also where there is no HTTP', async () => {
    @Module({ imports: [LiveModule.forRoot({ path: false })] })
    class Worker {}
    const app = await createContext(Worker, { logger: false })
    await app.init()
    await app.get(LiveQueries).invalidate('notes')
    expect(app.get(LiveQueries).statistics).toEqual({ subscriptions: 0, queries: 0, runs: 0 })
    await app.close()
  })
})

async function served(controllers: Class[], imports: any[], configure?: (app: any) => unknown) {
  @Module({ imports, controllers })
  class AppModule {}
  return serve(AppModule, {}, configure)
}

describe('errors of live queries', () => {
  it('that are the server’s are logged, and not told', async () => {
    const logged: unknown[] = []
    const error = (message: unknown, ...rest: unknown[]) => void logged.push(message, ...rest)
    const nothing = () => undefined
    const logger = { log: nothing, warn: nothing, error }
    @Controller('bytes')
    class Bytes {
      @Get() @Live() bytes() {
        return Buffer.from('abc')
      }
    }
    @Module({ imports: [LiveModule.forRoot()], controllers: [Bytes] })
    class AppModule {}
    const { fetch } = await serve(AppModule, { logger })
    const response = await fetch('/bytes', { headers: { accept: 'text/event-stream' } })
    expect(response.status).toBe(500)
    expect(await response.text()).not.toContain('octet-stream')
    expect(logged).toContainEqual(
      expect.objectContaining({
        code: 'CORBEL_LIVE_RESULT',
        message: expect.stringContaining('octet-stream'),
      }),
    )
  })

  it('are 503 once the application stops', async () => {
    @Controller('notes')
    class Notes {
      @Get() @Live() list() {
        return []
      }
    }
    const { app } = await served([Notes], [LiveModule.forRoot()])
    const hub = app.get(LiveHub)
    await app.close()
    const origin = { headers: [], address: '', identity: '' } as unknown as LiveSubscriber['origin']
    const subscriber = { origin } as LiveSubscriber
    expect(() =>
      hub.subscribe('/notes', subscriber, { number: 0, keys: [], share: undefined, patch: true }),
    ).toThrow(expect.objectContaining({ code: 'CORBEL_LIVE_STOPPING', status: 503 }))
  })
})
