import { Controller, Get, Module, type ApplicationOptions, type CorsOptions } from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

@Controller('cats')
class Cats {
  @Get() list() {
    return 'list'
  }
}
@Module({ controllers: [Cats] })
class AppModule {}

const ORIGIN = 'https://a.example'
async function asked(cors: ApplicationOptions['cors'], preflight = false, origin = ORIGIN) {
  const { fetch } = await serve(AppModule, { ...(cors !== undefined && { cors }) })
  const answer = await fetch('/cats', {
    method: preflight ? 'OPTIONS' : 'GET',
    headers: {
      origin,
      ...(preflight && {
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'x-a,x-b',
      }),
    },
  })
  const get = (name: string) => answer.headers.get(`access-control-${name}`)
  return {
    status: answer.status,
    origin: get('allow-origin'),
    methods: get('allow-methods'),
    headers: get('allow-headers'),
    exposed: get('expose-headers'),
    credentials: get('allow-credentials'),
    maxAge: get('max-age'),
    vary: answer.headers.get('vary'),
    text: await answer.text(),
  }
}

overProtocols('cors', () => {
  it('is off by default', async () => {
    expect(await asked(undefined)).toMatchObject({ status: 200, origin: null })
    expect(await asked(false, true)).toMatchObject({ status: 204, origin: null, methods: null })
  })

  it('allows all origins with true', async () => {
    expect(await asked(true)).toMatchObject({ status: 200, origin: '*', text: 'list', vary: null })
  })

  it('answers preflights', async () => {
    expect(await asked(true, true)).toMatchObject({
      status: 204,
      origin: '*',
      methods: 'GET,HEAD,PUT,PATCH,POST,DELETE',
      headers: 'x-a,x-b',
      text: '',
    })
  })

  it.each<[string, CorsOptions['origin'], string | null]>([
    ['true reflects', true, ORIGIN],
    ['false refuses', false, null],
    ['a string that equals', ORIGIN, ORIGIN],
    ['another string, which browsers compare', 'https://b.example', 'https://b.example'],
    ['a pattern', /\.example$/, ORIGIN],
    ['a pattern with the flag g', /\.example$/g, ORIGIN],
    ['a list', ['https://b.example', /^https:\/\/a\.example$/], ORIGIN],
    ['a function that says true', (_origin, done) => done(null, true), ORIGIN],
    ['a function that says false', (_origin, done) => done(null, false), null],
    ['a function that gives a rule', (_origin, done) => done(null, [/a\.example/]), ORIGIN],
  ])('origin: %s', async (_name, origin, expected) => {
    const answer = await asked({ origin: origin! })
    expect(answer).toMatchObject({ status: 200, origin: expected, vary: 'Origin' })
    const preflight = await asked({ origin: origin! }, true)
    expect([preflight.origin, preflight.methods === null]).toEqual([expected, expected === null])
  })

  it('names the one origin also where the request has none', async () => {
    const { fetch } = await serve(AppModule, { cors: { origin: ORIGIN, credentials: true } })
    const { headers } = await fetch('/cats')
    expect(headers.get('access-control-allow-origin')).toBe(ORIGIN)
    expect(headers.get('access-control-allow-credentials')).toBe('true')
  })

  it('sends what the options name', async () => {
    const options: CorsOptions = {
      origin: ORIGIN,
      methods: ['GET', 'PUT'],
      allowedHeaders: ['x-a'],
      exposedHeaders: 'x-c',
      credentials: true,
      maxAge: 60,
      optionsSuccessStatus: 200,
    }
    expect(await asked(options, true)).toMatchObject({
      status: 200,
      methods: 'GET,PUT',
      headers: 'x-a',
      credentials: 'true',
      maxAge: '60',
    })
    expect(await asked(options)).toMatchObject({ exposed: 'x-c', credentials: 'true' })
  })

  it('may be chosen for each request', async () => {
    const cors: ApplicationOptions['cors'] = (request, done) =>
      done(null, { origin: request.headers['origin'] === ORIGIN })
    expect((await asked(cors)).origin).toBe(ORIGIN)
    expect((await asked(cors, false, 'https://b.example')).origin).toBe(null)
  })

  it('marks errors and 404s, too, so that pages can read them', async () => {
    const { fetch } = await serve(AppModule, {}, (app) => app.enableCors())
    const answer = await fetch('/nowhere', { headers: { origin: ORIGIN } })
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([404, '*'])
  })

  it('may leave preflights to the routes', async () => {
    const answer = await asked({ preflightContinue: true }, true)
    expect(answer).toMatchObject({ status: 204, origin: '*', methods: null })
  })
})
