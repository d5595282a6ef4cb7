import { Controller, Get, HostParam, Module, Param } from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { RawClient } from '../support/raw-http.js'
import { serve } from './serve.js'

@Controller('Users')
class Users {
  @Get('All') all() {
    return 'all'
  }
  @Get(':name') one(@Param('name') name: string) {
    return { name }
  }
}

@Controller({ path: 'where', host: ':tenant(\\w+).:region.example.com' })
class Somewhere {
  @Get() where(@HostParam() params: object) {
    return params
  }
}

@Controller({ path: 'where', host: 'acme.eu.example.com' })
class Acme {
  @Get() where() {
    return { acme: true }
  }
}

@Controller('where')
class Anywhere {
  @Get() where() {
    return { anywhere: true }
  }
}

@Module({ controllers: [Users, Anywhere, Somewhere, Acme] })
class App {}

overProtocols('how paths are compared', () => {
  it('is by case, and without regard to a slash at the end', async () => {
    const { fetch, text, json } = await serve(App)
    expect([await text('/Users/All'), await text('/Users/All/')]).toEqual(['all', 'all'])
    expect((await fetch('/users/All')).status).toBe(404)
    expect(await json('/Users/all')).toEqual({ name: 'all' })
  })

  it('may be without regard to case: values keep theirs', async () => {
    const { text, json } = await serve(App, { caseSensitive: false })
    expect(await text('/uSERS/aLL')).toBe('all')
    expect(await json('/users/Ada')).toEqual({ name: 'Ada' })
  })

  it('may be with regard to a slash at the end', async () => {
    const { fetch } = await serve(App, { strictSlash: true })
    expect((await fetch('/Users/All')).status).toBe(200)
    expect((await fetch('/Users/All/')).status).toBe(404)
  })

  it('decides whether routes are the same: both places are told at boot', async () => {
    @Controller()
    class Twice {
      @Get('a') lower() {}
      @Get('A') upper() {}
    }
    @Module({ controllers: [Twice] })
    class Root {}
    expect((await (await serve(Root)).fetch('/A')).status).toBe(200)
    await expect(serve(Root, { caseSensitive: false })).rejects.toThrow(
      /GET \/a \(also written \/A\) is declared twice: by Twice\.lower .*route-options\.spec\.ts:\d+.* and by Twice\.upper .*route-options\.spec\.ts:\d+/,
    )
  })

  it('decodes once: an escaped escape stays an escape, broken ones and dot segments are 400', async () => {
    const { json, fetch, url } = await serve(App)
    expect(await json('/Users/%2541%2F%252e')).toEqual({ name: '%41/%2e' })
    expect((await fetch('/Users/%zz')).status).toBe(400)
    expect((await fetch('/Users/%ff')).status).toBe(400)
    const client = await RawClient.open(Number(new URL(url).port))
    client.send('GET /Users/%2e%2e HTTP/1.1\r\nHost: a\r\n\r\n')
    expect((await client.response()).status).toBe(400)
    client.destroy()
  })
})

overProtocols('routes of a host', () => {
  const at = async (host: string) => {
    const { url } = await serve(App)
    const client = await RawClient.open(Number(new URL(url).port))
    client.send(`GET /where HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    const { body } = await client.response()
    client.destroy()
    return JSON.parse(body) as unknown
  }

  it.each<[string, object]>([
    ['shop.us.example.com', { tenant: 'shop', region: 'us' }],
    ['SHOP.us.Example.COM:8080', { tenant: 'shop', region: 'us' }],
    ['shop.us.example.com.', { tenant: 'shop', region: 'us' }],
    ['acme.eu.example.com', { acme: true }],
    ['us.example.com', { anywhere: true }],
    ['a.shop.us.example.com', { anywhere: true }],
    ['sh-op.us.example.com', { anywhere: true }],
    ['shop.us.example.com.evil.org', { anywhere: true }],
    ['[::1]:80', { anywhere: true }],
  ])('are found by %s', async (host, expected) => {
    expect(await at(host)).toEqual(expected)
  })
})
