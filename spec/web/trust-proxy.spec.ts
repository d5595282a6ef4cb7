import {
  Controller,
  Get,
  HostParam,
  Module,
  parseForwarded,
  Req,
  type HttpRequest,
  type TrustProxy,
} from 'corbel'
import { overProtocols } from '../support/protocols.js'
import { fc, SEED } from '../support/properties.js'
import { serve } from './serve.js'

@Controller({ host: ':shop.example.com' })
class Shops {
  @Get('shop') shop(@HostParam('shop') shop: string) {
    return { shop }
  }
}

@Controller()
class Root {
  @Get() seen(@Req() { ip, ips, protocol, host }: HttpRequest) {
    return { ip, ips, protocol, host }
  }
}
@Module({ controllers: [Root, Shops] })
class App {}

async function seen(trustProxy: TrustProxy, headers: Record<string, string>, path = '/') {
  const { url, json } = await serve(App, { trustProxy })
  const answer = await json(path, { headers })
  return answer.host === new URL(url).host ? { ...answer, host: 'own' } : answer
}

const own = { ip: '127.0.0.1', ips: [], protocol: 'http', host: 'own' }
const X = (list: string, more: Record<string, string> = {}) => ({ 'x-forwarded-for': list, ...more })

overProtocols('X-Forwarded-For', () => {
  it.each<[TrustProxy, string, string]>([
    // what a client has written itself stands before what the proxies have
    ['loopback', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
    [1, '1.1.1.1, 203.0.113.7', '203.0.113.7'],
    [2, '1.1.1.1, 203.0.113.7', '1.1.1.1'],
    [['loopback', '10.0.0.0/8'], '1.1.1.1, 203.0.113.7, 10.0.0.9', '203.0.113.7'],
    [['loopback', '10.0.0.0/8'], '127.0.0.1, 203.0.113.7', '203.0.113.7'],
    [['loopback', '2001:db8::/32'], '1.1.1.1, 2001:db8::7', '1.1.1.1'],
    ['loopback', '203.0.113.7:4711', '203.0.113.7'],
    ['loopback', '[2001:db8::1]:4711', '2001:db8::1'],
    ['loopback', '2001:DB8::1', '2001:DB8::1'],
    ['loopback', ' , 203.0.113.7 , ', '203.0.113.7'],
    ['loopback', '', '127.0.0.1'],
    [0, '203.0.113.7', '127.0.0.1'],
    [9, '203.0.113.7', '203.0.113.7'],
  ])('with %j, %j is from %s', async (setting, list, ip) => {
    expect((await seen(setting, X(list))).ip).toBe(ip)
  })

  it.each([
    'unknown',
    '_hidden',
    'localhost',
    '999.1.1.1',
    '1.1.1',
    '<script>',
    '[::1',
    '::1]',
    ':::',
    '1.1.1.1%0a',
    'a:b',
  ])('stops at %j, which is no address', async (nonsense) => {
    expect((await seen(true, X(`1.1.1.1, ${nonsense}, 203.0.113.7`))).ip).toBe('203.0.113.7')
    expect((await seen(true, X(nonsense))).ip).toBe('127.0.0.1')
  })
})

overProtocols('X-Forwarded-Proto and -Host', () => {
  const headers = X('1.1.1.1, 203.0.113.7', {
    'x-forwarded-proto': 'https, http',
    'x-forwarded-host': 'evil.example, shop.example.com',
  })

  it('count from the hops that are trusted, not from before them', async () => {
    expect(await seen('loopback', headers)).toMatchObject({ protocol: 'http', host: 'shop.example.com' })
    expect(await seen(2, headers)).toMatchObject({ protocol: 'https', host: 'evil.example' })
    expect(await seen('10.0.0.0/8', headers)).toEqual(own)
    expect(await seen(false, headers)).toEqual(own)
  })

  it.each(['a b', 'a/b', 'a@b', 'a:b', 'a:123456', 'a"b', '', 'a\\b', '[::1'])(
    'do not take the host %j',
    async (host) => {
      expect((await seen(true, { 'x-forwarded-host': host })).host).toBe('own')
    },
  )

  it.each(['javascript', 'ftp', 'https:', '"https"'])('do not take the protocol %j', async (protocol) => {
    expect((await seen(true, { 'x-forwarded-proto': protocol })).protocol).toBe('http')
  })

  it('decide about routes of a host', async () => {
    const forwarded = { 'x-forwarded-host': 'acme.example.com:8443' }
    expect(await seen('loopback', forwarded, '/shop')).toEqual({ shop: 'acme' })
    expect(await seen('10.0.0.0/8', forwarded, '/shop')).toMatchObject({ status: 404 })
    expect(await seen(false, forwarded, '/shop')).toMatchObject({ status: 404 })
  })
})

overProtocols('Forwarded', () => {
  const standard = (proxies: TrustProxy): TrustProxy => ({ proxies: proxies as boolean, header: 'forwarded' })
  const read = (setting: TrustProxy, forwarded: string, more = {}) =>
    seen(standard(setting), { forwarded, ...more })

  it('is read where the proxies write it, and X-Forwarded-* is not', async () => {
    const others = X('9.9.9.9', { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.example' })
    expect(await read('loopback', 'for=203.0.113.7;proto=https;host=shop.example.com', others)).toEqual({
      ip: '203.0.113.7',
      ips: ['203.0.113.7'],
      protocol: 'https',
      host: 'shop.example.com',
    })
    expect(await seen('loopback', { forwarded: 'for=9.9.9.9;proto=https' })).toEqual(own)
    expect(await read('10.0.0.0/8', 'for=203.0.113.7;proto=https')).toEqual(own)
  })

  it.each<[TrustProxy, string, object]>([
    [
      'loopback',
      'for=1.1.1.1;proto=http, for=203.0.113.7;proto=https',
      { ip: '203.0.113.7', protocol: 'https' },
    ],
    [
      2,
      'for=1.1.1.1;proto=https;host=a.example, for=203.0.113.7',
      { ip: '1.1.1.1', protocol: 'https', host: 'a.example' },
    ],
    [2, 'for=1.1.1.1, For="203.0.113.7:47011" ; PROTO=HTTPS', { ip: '1.1.1.1', protocol: 'https' }],
    ['loopback', 'for="[2001:db8::7]:4711";by=203.0.113.43', { ip: '2001:db8::7' }],
    [true, 'for=1.1.1.1, for=unknown, for=203.0.113.7', { ip: '203.0.113.7' }],
    [true, 'for=1.1.1.1, proto=https, for=203.0.113.7', { ip: '203.0.113.7' }],
    [true, 'for=_secret', { ip: '127.0.0.1' }],
  ])('with %j, %s says %j', async (setting, header, expected) => {
    expect(await read(setting, header)).toMatchObject(expected)
  })

  it.each([
    'for=1.1.1.1 2',
    'for="1.1.1.1',
    'for=1.1.1.1;for=2.2.2.2',
    'for 1.1.1.1',
    '=',
    'for=1.1.1.1, "x"',
  ])('says nothing where it is malformed: %s', async (header) => {
    expect(await read(true, header)).toEqual(own)
  })

  it('is read in linear time, whatever it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(Array.isArray(parseForwarded(text))).toBe(true)
      }),
      { seed: SEED },
    )
    expect(parseForwarded(`for="${'\\"'.repeat(100_000)}`)).toEqual([])
    expect(parseForwarded('for=a;'.repeat(100_000))).toEqual([])
    expect(parseForwarded('a=b;;c="d\\"e", ,f=')).toEqual([{ a: 'b', c: 'd"e' }, { f: '' }])
  })
})

overProtocols('settings that cannot be meant', () => {
  it.each<[unknown]>([[-1], [1.5], ['somewhere'], [{ proxies: true, header: 'via' }], [['10.0.0.0/33']]])(
    '%j is an error at boot',
    async (setting) => {
      await expect(serve(App, { trustProxy: setting as TrustProxy })).rejects.toMatchObject({
        code: 'CORBEL_TRUST_PROXY',
      })
    },
  )
})
