import { randomUUID } from 'node:crypto'
import {
  Controller,
  Get,
  Module,
  NotFoundException,
  Redirect,
  Session,
  type HttpRequest,
  type HttpResponse,
  type NextFunction,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

interface Visit {
  count?: number
  regenerate(done: () => void): void
  destroy(done: () => void): void
}

/** What session packages do: a cookie that is set when the head goes out, and an end that waits for the store. */
function sessions(): (request: HttpRequest, response: HttpResponse, next: NextFunction) => void {
  const store = new Map<string, string>()
  return (request, response, next) => {
    let id = request.cookies['sid'] ?? randomUUID()
    const create = (content: object): void => {
      request['session'] = Object.assign(
        Object.create({
          regenerate(done: () => void) {
            store.delete(id)
            id = randomUUID()
            create({})
            done()
          },
          destroy(done: () => void) {
            store.delete(id)
            request['session'] = undefined
            done()
          },
        }) as object,
        content,
      )
    }
    create(JSON.parse(store.get(id) ?? '{}') as object)
    const { writeHead, end } = response
    response.writeHead = function (...args: Parameters<typeof writeHead>) {
      if (request['session'] !== undefined) response.cookie('sid', id)
      return writeHead.apply(response, args)
    }
    response.end = function (...args: Parameters<typeof end>) {
      if (request['session'] !== undefined) store.set(id, JSON.stringify(request['session']))
      setImmediate(() => end.apply(response, args))
      return response
    }
    next()
  }
}

@Controller()
class Visits {
  @Get('count') count(@Session() session: Visit) {
    session.count = (session.count ?? 0) + 1
    return { count: session.count }
  }
  @Get('read') read(@Session('count') count?: number) {
    return { count }
  }
  @Get('login') login(@Session() session: Visit) {
    return new Promise((resolve) => session.regenerate(() => resolve({ fresh: true })))
  }
  @Get('logout') logout(@Session() session: Visit) {
    return new Promise((resolve) => session.destroy(() => resolve({ gone: true })))
  }
  @Get('redirect') @Redirect('/read') redirect(@Session() session: Visit) {
    session.count = 41
  }
  @Get('missing') missing(@Session() session: Visit) {
    session.count = 7
    throw new NotFoundException()
  }
}

@Module({ controllers: [Visits] })
class App {}

const visitor = async () => {
  const { fetch } = await serve(App, {}, (app) => app.use(sessions()))
  let cookie = ''
  return {
    get: async (path: string) => {
      const answer = await fetch(path, { headers: { cookie } })
      cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? cookie
      return { status: answer.status, body: await answer.text() }
    },
    cookie: () => cookie,
  }
}

overProtocols('@Session with a session middleware', () => {
  it('keeps what handlers write, for this visitor', async () => {
    const [ada, bob] = [await visitor(), await visitor()]
    expect((await ada.get('/count')).body).toBe('{"count":1}')
    expect((await ada.get('/count')).body).toBe('{"count":2}')
    expect((await ada.get('/read')).body).toBe('{"count":2}')
    expect((await bob.get('/read')).body).toBe('{}')
  })

  it('is saved with redirects and errors, too', async () => {
    const { get } = await visitor()
    expect((await get('/redirect')).status).toBe(302)
    expect((await get('/read')).body).toBe('{"count":41}')
    expect((await get('/missing')).status).toBe(404)
    expect((await get('/read')).body).toBe('{"count":7}')
  })

  it('may be made anew, and ended', async () => {
    const { get, cookie } = await visitor()
    await get('/count')
    const before = cookie()
    expect((await get('/login')).body).toBe('{"fresh":true}')
    expect(cookie()).not.toBe(before)
    expect((await get('/count')).body).toBe('{"count":1}')
    expect((await get('/logout')).body).toBe('{"gone":true}')
    expect((await get('/read')).body).toBe('{}')
  })
})
