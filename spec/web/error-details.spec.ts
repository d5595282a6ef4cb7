import {
  Controller,
  defineError,
  Get,
  HttpException,
  IntrinsicException,
  Module,
  NotFoundException,
  Param,
  ServiceUnavailableException,
  type ApplicationOptions,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

const ShopClosed = defineError<{ until: string }>('SHOP_CLOSED', 'secret: closed until {until}', {
  status: 503,
})

/** The errors of the package `http-errors`, which most middleware from npm throws. */
const httpError = (status: number, message: string) =>
  Object.assign(new Error(message), { status, statusCode: status, expose: status < 500 })

const deep = () =>
  new Error('outer secret', { cause: new Error('inner secret', { cause: 'no error: left out' }) })

const thrown: Record<string, () => unknown> = {
  forbidden: () => httpError(403, 'no entry'),
  unavailable: () => httpError(503, 'secret pool is empty'),
  exposed: () => Object.assign(httpError(503, 'back at nine'), { expose: true }),
  retry: () => Object.assign(httpError(429, 'slow down'), { headers: { 'Retry-After': '3' } }),
  framing: () =>
    Object.assign(httpError(400, 'x'), {
      headers: {
        'content-length': '1',
        'transfer-encoding': 'chunked',
        'x-bad': 'a\r\nb',
        'x-list': ['a'],
        'x-ok': 'y',
      },
    }),
  upstream: () => Object.assign(new Error('secret'), { headers: { 'x-secret': 'upstream' } }),
  shaped: () => ({ statusCode: 502, message: 'secret gateway' }),
  shaped4: () => ({ statusCode: 409, message: 'taken' }),
  strange: () => ({ statusCode: 200, message: 'secret' }),
  quiet: () => new IntrinsicException('secret'),
  declared: () => new ShopClosed({ until: 'nine' }),
  impossible: () => new HttpException('secret', 42),
  nan: () => new HttpException('secret', undefined as never),
  own: () => new HttpException('odd', 599),
  code: () => new NotFoundException('No cat', { errorCode: 'CAT_MISSING' }),
  codeText: () => new HttpException('No cat', 404, { errorCode: 'CAT_MISSING' }),
  codeObject: () => new HttpException({ own: true }, 404, { errorCode: 'CAT_MISSING' }),
  cause: () => new ServiceUnavailableException('later', { cause: new Error('secret') }),
  deep,
}

@Controller()
class Failing {
  @Get(':name') fail(@Param('name') name: string) {
    throw thrown[name]!()
  }
}
@Module({ controllers: [Failing] })
class AppModule {}

async function answerOf(name: string, options: ApplicationOptions = {}, init?: RequestInit) {
  const error = jest.fn()
  const { fetch } = await serve(AppModule, { logger: { log() {}, warn() {}, error }, ...options })
  const answer = await fetch(`/${name}`, init)
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json') === true
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: (isJson ? JSON.parse(text) : undefined) as any,
    logged: error.mock.calls,
  }
}

overProtocols('errors in the style of http-errors', () => {
  it('below 500 keep status and message, and are the client’s business alone', async () => {
    const answer = await answerOf('forbidden', { errors: 'plain' })
    expect([answer.status, answer.body]).toEqual([403, { statusCode: 403, message: 'no entry' }])
    expect(answer.logged).toEqual([])
    expect((await answerOf('forbidden')).body).toMatchObject({ title: 'Forbidden', detail: 'no entry' })
  })

  it('from 500 on keep the status, hide the message and are logged', async () => {
    const answer = await answerOf('unavailable', { errors: 'plain' })
    expect([answer.status, answer.body]).toEqual([503, { statusCode: 503, message: 'Service Unavailable' }])
    expect(answer.logged).toHaveLength(1)
    expect((answer.logged[0]![0] as Error).message).toBe('secret pool is empty')
  })

  it('show their message if they say so', async () => {
    const answer = await answerOf('exposed', { errors: 'plain' })
    expect([answer.status, answer.body]).toEqual([503, { statusCode: 503, message: 'back at nine' }])
  })

  it('may be no errors at all, but values of that shape', async () => {
    const gateway = await answerOf('shaped')
    expect([gateway.status, gateway.logged.length]).toEqual([502, 1])
    expect(gateway.text).not.toContain('secret')
    expect(await answerOf('shaped4')).toMatchObject({ status: 409, body: { message: 'taken' } })
    const strange = await answerOf('strange')
    expect([strange.status, strange.text.includes('secret')]).toEqual([500, false])
  })

  it('bring headers, but none that would break the answer', async () => {
    expect((await answerOf('retry')).headers.get('retry-after')).toBe('3')
    const answer = await answerOf('framing')
    expect([answer.status, answer.headers.get('x-ok'), answer.headers.get('x-bad')]).toEqual([400, 'y', null])
    expect(answer.headers.get('content-length')).toBe(String(answer.text.length))
    // of an error about which nothing is known, its headers may be those of another server
    expect((await answerOf('upstream')).headers.get('x-secret')).toBe(null)
  })
})

overProtocols('the log', () => {
  it('leaves IntrinsicExceptions out, which answer 500 without details', async () => {
    const { status, text, logged } = await answerOf('quiet')
    expect([status, text.includes('secret'), logged]).toEqual([500, false, []])
    expect(new NotFoundException()).toBeInstanceOf(IntrinsicException)
  })

  it('gets declared errors from 500 on, of which clients learn the code alone', async () => {
    const { status, body, text, logged } = await answerOf('declared')
    expect([status, body.code, text.includes('secret'), logged.length]).toEqual([
      503,
      'SHOP_CLOSED',
      false,
      1,
    ])
  })

  it('gets an unknown error once, with its trace and causes', async () => {
    const { logged } = await answerOf('deep')
    expect(logged).toHaveLength(1)
    const error = logged[0]![0] as Error
    expect(error.stack).toContain('error-details.spec.ts')
    expect((error.cause as Error).message).toBe('inner secret')
  })

  it.each(['impossible', 'nan'])(
    'gets an exception with the status %s, which cannot be sent',
    async (name) => {
      const { status, text, logged } = await answerOf(name)
      expect([status, text.includes('secret'), logged.length]).toEqual([500, false, 1])
      expect((await answerOf('own')).status).toBe(599)
    },
  )
})

overProtocols('errorCode', () => {
  it.each<[string, object]>([
    ['code', { statusCode: 404, message: 'No cat', error: 'Not Found', errorCode: 'CAT_MISSING' }],
    ['codeText', { statusCode: 404, message: 'No cat', errorCode: 'CAT_MISSING' }],
    ['codeObject', { own: true }],
  ])('%s', async (name, body) => {
    expect((await answerOf(name, { errors: 'plain' })).body).toEqual(body)
    const { body: problem } = await answerOf(name)
    expect(problem.errorCode).toBe((body as { errorCode?: string }).errorCode)
  })
})

overProtocols('in development', () => {
  const development = { development: true }

  it('the JSON shows message, trace, source lines and causes', async () => {
    const { body } = await answerOf('deep', development)
    expect(body).toMatchObject({ status: 500, detail: 'outer secret', message: 'outer secret' })
    expect(body.stack[0]).toBe('Error: outer secret')
    expect(body.source.file).toMatch(/error-details\.spec\.ts$/)
    expect(body.source.code.find((line: string) => line.startsWith('>'))).toMatch(/new Error\('outer secret'/)
    expect(body.causes).toHaveLength(1)
    expect(body.causes[0][0]).toBe('Error: inner secret')
  })

  it('a browser gets a page in which nothing can run', async () => {
    const error = () => new Error('<script>alert(1)</script>')
    thrown['page'] = error
    const { headers, text, status } = await answerOf('page', development, {
      headers: { accept: 'text/html,*/*;q=0.8' },
    })
    expect([status, headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8'])
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(text).not.toContain('<script>')
    expect(text).toContain('&#60;script&#62;alert(1)&#60;/script&#62;')
    expect(text).toContain('error-details.spec.ts')
  })

  it('what clients may know anyway stays as it is', async () => {
    const { body } = await answerOf('cause', { ...development, errors: 'plain' })
    expect(body).toEqual({ statusCode: 503, message: 'later', error: 'Service Unavailable' })
  })

  it('is over in production: neither form tells anything', async () => {
    for (const accept of ['text/html', 'application/json']) {
      const answer = await answerOf('deep', { development: false }, { headers: { accept } })
      expect(answer.text).not.toMatch(/secret|spec|stack|source/)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
    }
  })
})
