import { Body, Controller, Get, Module, Post, Req, type HttpRequest } from 'corbel'
import { RawClient } from '../support/raw-http.js'
import { serve } from './serve.js'

@Controller()
class Uploads {
  @Post('read') read(@Req() request: HttpRequest, @Body() body: unknown) {
    return { body, trailers: request.trailers, header: request.get('x-sum') ?? null }
  }
  @Post('streamed') async streamed(@Req() request: HttpRequest) {
    let size = 0
    for await (const part of request) size += part.length
    return { size, trailers: request.trailers }
  }
  @Get('none') none(@Req() request: HttpRequest) {
    return request.trailers
  }
}
@Module({ controllers: [Uploads] })
class AppModule {}

const ask = async (bytes: string) => {
  const { app } = await serve(AppModule)
  const client = await RawClient.open(Number(new URL(await app.getUrl()).port))
  const answer = await client.send(bytes).response()
  client.destroy()
  return answer
}

const upload = (path: string, trailers: string) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n` +
  `7\r\n{"a":1}\r\n0\r\n${trailers}\r\n`

describe('the trailers of a request', () => {
  it('are there once the body was read, and are no headers (RFC 9110 §6.5)', async () => {
    const answer = await ask(upload('/read', 'X-Sum: 5\r\nx-sum: 6\r\n'))
    expect(JSON.parse(answer.body)).toEqual({ body: { a: 1 }, trailers: { 'x-sum': '5, 6' }, header: null })
  })

  it('are there for handlers that read the body by themselves', async () => {
    const answer = await ask(upload('/streamed', 'X: 1\r\n').replace('application/json', 'x/y'))
    expect(JSON.parse(answer.body)).toMatchObject({ size: 7, trailers: { x: '1' } })
  })

  it('cannot pass a check that was made of the headers', async () => {
    const answer = await ask(
      upload('/read', 'Authorization: x\r\nCookie: a=b\r\nContent-Type: text/plain\r\n'),
    )
    expect(JSON.parse(answer.body)).toMatchObject({ trailers: {} })
  })

  it('are refused where they are malformed, about framing, or too many', async () => {
    expect((await ask(upload('/read', 'X : 1\r\n'))).status).toBe(400)
    expect((await ask(upload('/read', 'Content-Length: 1\r\n'))).status).toBe(400)
    expect((await ask(upload('/read', `X: ${'x'.repeat(9000)}\r\n`))).status).toBe(431)
  })

  it('are none where there is no body', async () => {
    expect((await ask('GET /none HTTP/1.1\r\nHost: a\r\n\r\n')).body).toBe('{}')
  })
})

describe('TRACE', () => {
  it('is not answered with what was sent (RFC 9110 §9.3.8)', async () => {
    const answer = await ask('TRACE /none HTTP/1.1\r\nHost: a\r\nX-Secret: 1\r\n\r\n')
    expect(answer.status).toBe(405)
    expect(answer.body).not.toContain('ecret')
  })
})
