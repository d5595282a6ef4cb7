import {
  Body,
  Controller,
  Cookies,
  EncryptedCookie,
  Get,
  Module,
  ParseIntPipe,
  Post,
  Req,
  Res,
  SignedCookies,
  type CookieSettings,
  type HttpRequest,
  type WebCookieOptions,
  type WebResponse,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { serve } from './serve.js'

interface Wanted {
  readonly name: string
  readonly value: string
  readonly options?: WebCookieOptions
}

@Controller()
class Jar {
  @Get() read(@Cookies() all: object, @SignedCookies() signed: object, @EncryptedCookie('box') box: unknown) {
    return { all, signed, box: box ?? null }
  }
  @Get('one') one(
    @SignedCookies('a') a: unknown,
    @SignedCookies('constructor') inherited: unknown,
    @EncryptedCookie('n', ParseIntPipe) n: number,
  ) {
    return { a: a ?? null, inherited: inherited ?? null, n }
  }
  @Get('request') request(@Req() request: HttpRequest) {
    return request.signedCookies
  }
  @Post() set(@Body() { name, value, options }: Wanted, @Res({ passthrough: true }) response: WebResponse) {
    response.cookie(name, value, options)
  }
  @Post('clear') clear(@Body() { name, options }: Wanted, @Res({ passthrough: true }) response: WebResponse) {
    response.clearCookie(name, options)
  }
}
@Module({ controllers: [Jar] })
class App {}

const SECRET = 'a secret of more than 32 characters'
const OTHER = 'another one, that is newer and long enough'

const served = (cookies: CookieSettings = { secrets: SECRET }) =>
  serve(App, { cookies, trustProxy: true, errors: 'plain' })

async function set(wanted: Wanted, cookies?: CookieSettings, headers: Record<string, string> = {}) {
  const { fetch } = await served(cookies)
  const answer = await fetch('/', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(wanted),
  })
  return { status: answer.status, cookie: answer.headers.getSetCookie()[0] ?? '' }
}

async function read(cookie: string, cookies?: CookieSettings, path = '/') {
  const { json } = await served(cookies)
  return json(path, { headers: { cookie } })
}

const pair = (header: string) => header.split(';', 1)[0]!

overProtocols('cookies', () => {
  it('have Path and SameSite unless told otherwise, and the attributes of the application', async () => {
    expect((await set({ name: 'a', value: 'b c' })).cookie).toBe('a=b%20c; Path=/; SameSite=Lax')
    const defaults = { sameSite: 'strict', httpOnly: true } as const
    const given = await set({ name: 'a', value: '1', options: { httpOnly: false } }, { defaults })
    expect(given.cookie).toBe('a=1; Path=/; SameSite=Strict')
    expect((await set({ name: 'a', value: '1' }, { defaults })).cookie).toContain('HttpOnly')
  })

  it.each<[string, WebCookieOptions, string]>([
    ['__Host-a', {}, '__Host-a=1; Path=/; Secure; SameSite=Lax'],
    [
      '__Secure-a',
      { path: '/x', domain: 'example.com' },
      '__Secure-a=1; Domain=example.com; Path=/x; Secure; SameSite=Lax',
    ],
    ['a', { sameSite: 'none' }, 'a=1; Path=/; Secure; SameSite=None'],
    ['a', { partitioned: true }, 'a=1; Path=/; Secure; Partitioned; SameSite=Lax'],
  ])('%s with %j get what browsers ask for', async (name, options, expected) => {
    expect((await set({ name, value: '1', options })).cookie).toBe(expected)
  })

  it.each<[string, WebCookieOptions]>([
    ['__Host-a', { secure: false }],
    ['__Host-a', { domain: 'example.com' }],
    ['__host-a', { path: '/x' }],
    ['__Secure-a', { secure: false }],
    ['a', { sameSite: 'none', secure: false }],
    ['a', { partitioned: true, secure: false }],
    ['a b', {}],
    ['a', { path: '/;x' }],
    ['a', { domain: 'x'.repeat(1025) }],
  ])('%s with %j are refused, as browsers would without a word', async (name, options) => {
    const { json } = await serve(App, { development: true })
    const body = await json('/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name, value: '1', options }),
    })
    expect(JSON.stringify(body)).toContain('CORBEL_COOKIE_INVALID')
  })

  it('that are too large are refused', async () => {
    expect((await set({ name: 'a', value: 'x'.repeat(4095) })).status).toBe(201)
    expect((await set({ name: 'a', value: 'x'.repeat(4096) })).status).toBe(500)
  })

  it('with a prefix are cleared with what it asks for', async () => {
    const { post } = await served()
    const [cookie] = (await post('/clear', { name: '__Host-a' })).headers.getSetCookie()
    expect(cookie).toBe('__Host-a=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Secure; SameSite=Lax')
  })

  it('that are malformed or reach for a prototype harm nobody', async () => {
    const { all, signed } = await read('__proto__=1; a=%zz; b; =c; d="q"; d=2; constructor=x')
    expect(Object.keys(all).sort()).toEqual(['', '__proto__', 'a', 'constructor', 'd'])
    expect(all).toMatchObject({ a: '%zz', d: '"q"' })
    expect(signed).toEqual({})
  })
})

overProtocols('signed cookies', () => {
  const signed = (value: string, name = 'a') => set({ name, value, options: { signed: true } })

  it('come back', async () => {
    const { cookie } = await signed('x.y=z é')
    expect(cookie).toMatch(/^a=s%3Ax\.y%3Dz%20%C3%A9\.[\w-]{43}; Path=\/; SameSite=Lax$/)
    expect((await read(pair(cookie))).signed).toEqual({ a: 'x.y=z é' })
    expect(await read(pair(cookie), undefined, '/request')).toEqual({ a: 'x.y=z é' })
  })

  it('are nothing where value, name or signature was changed', async () => {
    const cookie = pair((await signed('user-7')).cookie)
    for (const changed of [
      cookie.replace('user-7', 'user-8'),
      cookie.replace('a=', 'b='),
      cookie.slice(0, -1),
      'a=s%3Auser-7',
      'a=s%3Auser-7.',
      'a=user-7',
    ]) {
      expect((await read(changed)).signed).toEqual({})
    }
    expect(await read(`${cookie.slice(0, -3)}xyz`, undefined, '/request')).toEqual({ a: false })
    expect(await read('x=1; n=2', undefined, '/one')).toMatchObject({ statusCode: 400 })
  })

  it('are secure where the request is', async () => {
    const wanted = { name: 'a', value: '1', options: { signed: true } }
    const { cookie } = await set(wanted, undefined, { 'x-forwarded-proto': 'https' })
    expect(cookie).toContain('; Secure')
  })

  it('are read with an older secret, and written with the first', async () => {
    const cookie = pair((await signed('1')).cookie)
    expect((await read(cookie, { secrets: [OTHER, SECRET] })).signed).toEqual({ a: '1' })
    expect((await read(cookie, { secrets: OTHER })).signed).toEqual({})
    const newer = pair(
      (await set({ name: 'a', value: '1', options: { signed: true } }, { secrets: [OTHER, SECRET] })).cookie,
    )
    expect((await read(newer, { secrets: OTHER })).signed).toEqual({ a: '1' })
  })

  it('need a secret, and one that cannot be guessed', async () => {
    expect((await set({ name: 'a', value: '1', options: { signed: true } }, {})).status).toBe(500)
    expect((await read('a=s%3A1.x', {})).signed).toEqual({})
    await expect(served({ secrets: ['short'] })).rejects.toMatchObject({ code: 'CORBEL_COOKIE_SECRET_WEAK' })
  })
})

overProtocols('encrypted cookies', () => {
  const sealed = (value: unknown, options: WebCookieOptions = {}, name = 'box') =>
    set({ name, value: value as string, options: { encrypted: true, ...options } })

  it.each<[unknown]>([['text'], [{ user: 7, roles: ['admin'] }], [7], [null], [[1, 2]], ['']])(
    'come back: %j',
    async (value) => {
      const { cookie } = await sealed(value)
      expect(cookie).toMatch(/^box=e%3A[\w-]+; Path=\/; HttpOnly; SameSite=Lax$/)
      expect(cookie).not.toContain('admin')
      expect((await read(pair(cookie))).box).toEqual(value)
    },
  )

  it('are never the same twice', async () => {
    expect((await sealed('x')).cookie).not.toBe((await sealed('x')).cookie)
  })

  it('go through pipes', async () => {
    const cookie = pair((await sealed('42', {}, 'n')).cookie)
    expect(await read(cookie, undefined, '/one')).toEqual({ a: null, inherited: null, n: 42 })
  })

  it('are nothing under another name, changed, cut off, or made up', async () => {
    const cookie = pair((await sealed('x', {}, 'other')).cookie)
    expect((await read(cookie.replace('other=', 'box='))).box).toBe(null)
    const own = pair((await sealed('x')).cookie)
    const flipped = own.endsWith('A') ? `${own.slice(0, -1)}Q` : `${own.slice(0, -1)}A`
    for (const changed of [
      flipped,
      own.slice(0, -8),
      own.slice(0, 20),
      'box=e%3A',
      'box=x',
      `box=${'e'.repeat(300)}`,
    ])
      expect((await read(changed)).box).toBe(null)
  })

  it('are nothing when they have expired, also for who has kept them', async () => {
    expect((await read(pair((await sealed('x', { maxAge: 60_000 })).cookie))).box).toBe('x')
    expect((await read(pair((await sealed('x', { maxAge: -1 })).cookie))).box).toBe(null)
  })

  it('are read with an older secret', async () => {
    const cookie = pair((await sealed('x')).cookie)
    expect((await read(cookie, { secrets: [OTHER, SECRET] })).box).toBe('x')
    expect((await read(cookie, { secrets: OTHER })).box).toBe(null)
  })

  it('need a secret', async () => {
    expect((await set({ name: 'a', value: '1', options: { encrypted: true } }, {})).status).toBe(500)
  })
})
