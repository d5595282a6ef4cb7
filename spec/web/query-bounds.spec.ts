import { Body, Controller, Get, Module, Post, Query, Returns } from 'corbel'
import { IsString } from 'class-validator'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

class Answer {
  @IsString() text: string
}

@Controller()
class Root {
  @Get() read(@Query() query: object) {
    return query
  }
  @Get('unread') unread() {
    return 'unread'
  }
  @Post() form(@Body() body: object) {
    return body
  }
  @Post('returns') @Returns(Answer) returns() {
    return { text: 'nothing was read' }
  }
}
@Module({ controllers: [Root] })
class App {}

const HOSTILE: readonly (readonly [string, string])[] = [
  ['CORBEL_QUERY_TOO_DEEP', `a${'[b]'.repeat(40)}=1`],
  ['CORBEL_QUERY_TOO_LARGE', 'a=1&'.repeat(1001)],
  ['CORBEL_QUERY_NAME', 'a[__proto__][admin]=1'],
  ['CORBEL_QUERY_MALFORMED', 'a=%zz'],
  ['CORBEL_QUERY_MALFORMED', 'a=%ff'],
]

overProtocols('hostile queries and forms', () => {
  it.each(HOSTILE)('are refused with 400: %s', async (code, text) => {
    const { fetch } = await serve(App, {}, (app) => app.set('query parser', 'extended'))
    const query = await fetch(`/?${text}`)
    expect([query.status, await query.json()]).toEqual([400, expect.objectContaining({ code })])
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const form = await fetch('/', { method: 'POST', headers, body: text })
    const detail: unknown = expect.stringMatching(/^The form has /)
    expect([form.status, await form.json()]).toEqual([400, expect.objectContaining({ code, detail })])
  })

  it.each(HOSTILE)('harm nobody who does not read them: %s', async (_code, text) => {
    const { fetch } = await serve(App, {}, (app) => app.set('query parser', 'extended'))
    expect((await fetch(`/unread?${text}`)).status).toBe(200)
  })
})

overProtocols('a body that nobody asks for', () => {
  it('is not read for @Returns', async () => {
    const { fetch } = await serve(App)
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch('/returns', { method: 'POST', headers, body: '{broken' })
    expect([answer.status, await answer.json()]).toEqual([201, { text: 'nothing was read' }])
  })
})
