import { HeaderList, type ExchangeHandler } from '../../lib/http/index.js'

/** A request in terms that every protocol has. */
export interface ConformanceRequest {
  readonly method: string
  readonly target: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What came back: body as latin1. */
export interface ConformanceAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Starts an engine with a handler and gives a way to send it requests; each test closes what it has opened. */
export type ConformanceSubject = (handler: ExchangeHandler) => Promise<{
  send(request: ConformanceRequest): Promise<ConformanceAnswer>
  close(): Promise<void>
}>

const TEXT = HeaderList.from({ 'content-type': 'text/plain', 'x-one': ['1', '2'] }).freeze()
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** What every engine does the same: plain functions by the name of the behaviour; they throw where an engine differs. */
export const exchangeConformance: Readonly<Record<string, (subject: ConformanceSubject) => Promise<void>>> = {
  'gives method, target, authority and headers, and takes status, headers and text': (subject) =>
    conversation(
      subject,
      ({ method, target, authority, headers, sink }) => {
        const seen = JSON.stringify([method, target, authority, headers.get('x-a'), headers.has('x-b')])
        sink.head(201, TEXT, seen.length)
        sink.end(seen)
      },
      async (send) => {
        const answer = await send({ method: 'PUT', target: '/a?b=%20', headers: { host: 'h:1', 'X-A': 'v' } })
        expect(answer.status).toBe(201)
        expect(answer.headers).toMatchObject({ 'content-type': 'text/plain', 'x-one': '1, 2' })
        expect(JSON.parse(answer.body)).toEqual(['PUT', '/a?b=%20', 'h:1', 'v', false])
      },
    ),

  'gives the body once, as a whole': (subject) =>
    conversation(
      subject,
      async ({ body, sink }) => {
        const first = text(await body.bytes(100))
        const again = await Promise.resolve()
          .then(() => body.bytes(100))
          .catch((error: { code: string }) => error.code)
        sink.head(200, TEXT, 'stream')
        sink.end(`${first} ${String(again)} ${body.used}`)
      },
      async (send) => {
        const answer = await send({ method: 'POST', target: '/', body: 'content' })
        expect(answer.body).toBe('content CORBEL_BODY_ALREADY_READ true')
      },
    ),

  'gives the body in parts': (subject) =>
    conversation(
      subject,
      async ({ body, sink }) => {
        let whole = ''
        for await (const part of body) whole += text(part)
        sink.head(200, TEXT, whole.length)
        sink.end(whole)
      },
      async (send) => {
        const body = 'x'.repeat(200_000)
        expect((await send({ method: 'POST', target: '/', body })).body).toBe(body)
      },
    ),

  'refuses a body beyond the limit': (subject) =>
    conversation(
      subject,
      async ({ body }) => void (await body.bytes(3)),
      async (send) => expect((await send({ method: 'POST', target: '/', body: 'four' })).status).toBe(413),
    ),

  'takes an answer in parts': (subject) =>
    conversation(
      subject,
      async ({ sink }) => {
        sink.head(200, TEXT, 'stream')
        for (const part of ['a', 'b', 'c']) {
          if (!sink.write(Buffer.from(part))) await sink.drained()
        }
        sink.end('é')
      },
      async (send) => expect((await send({ method: 'GET', target: '/' })).body).toBe('abc\xc3\xa9'),
    ),

  'sends no body to HEAD, nor with 204 and 304': (subject) =>
    conversation(
      subject,
      ({ sink, target }) => {
        sink.head(Number(target.slice(1)), TEXT, 4)
        sink.end('body')
      },
      async (send) => {
        expect(await send({ method: 'HEAD', target: '/200' })).toMatchObject({ status: 200, body: '' })
        expect(await send({ method: 'GET', target: '/204' })).toMatchObject({ status: 204, body: '' })
        expect(await send({ method: 'GET', target: '/304' })).toMatchObject({ status: 304, body: '' })
      },
    ),

  'answers 500 without details for a handler that fails': (subject) =>
    conversation(
      subject,
      ({ target }) => {
        if (target === '/sync') throw new Error('secret')
        return Promise.reject(new Error('secret'))
      },
      async (send) => {
        for (const target of ['/sync', '/async']) {
          const answer = await send({ method: 'GET', target })
          expect(answer.status).toBe(500)
          expect(answer.body).not.toContain('secret')
        }
      },
    ),

  'tells of misuse of the sink, and of its end': (subject) => {
    const log: unknown[] = []
    const attempt = (action: () => void) => {
      try {
        action()
      } catch (error) {
        log.push(Reflect.get(Object(error), 'code'))
      }
    }
    return conversation(
      subject,
      ({ sink }) => {
        sink.onClose((state) => log.push(state))
        attempt(() => sink.end('early'))
        sink.head(200, TEXT, 2)
        attempt(() => sink.head(200, TEXT, 2))
        sink.end('ok')
        attempt(() => sink.end('late'))
      },
      async (send) => {
        expect((await send({ method: 'GET', target: '/' })).body).toBe('ok')
        expect(log).toHaveLength(4)
        expect(log).toEqual(
          expect.arrayContaining([
            'CORBEL_RESPONSE_HEAD_MISSING',
            'CORBEL_RESPONSE_HEAD_SENT',
            'CORBEL_RESPONSE_ENDED',
            'ended',
          ]),
        )
      },
    )
  },
}

async function conversation(
  subject: ConformanceSubject,
  handler: ExchangeHandler,
  talk: (send: (request: ConformanceRequest) => Promise<ConformanceAnswer>) => Promise<void>,
): Promise<void> {
  const { send, close } = await subject(handler)
  try {
    await talk(send)
  } finally {
    await close()
  }
}
