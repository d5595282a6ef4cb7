import { Controller, Get, Param, Post, Query, UseGuards } from 'corbel'
import { generateKey, KeyRing, SignedUrlGuard, SignedUrls } from 'corbel/crypto'
import { clock } from '../ports/clock.js'
import { serve, type Served } from '../auth/served.js'

const time = clock()
const urls = new SignedUrls(new KeyRing([generateKey()]), time.now)

@UseGuards(SignedUrlGuard)
@Controller('reports')
class ReportsController {
  @Get(':id') show(@Param('id') id: string, @Query('format') format?: string) {
    return { id, format }
  }
  @Post(':id') replace(@Param('id') id: string) {
    return { id }
  }
}

describe('signed URLs', () => {
  let served: Served
  beforeAll(async () => {
    served = await serve({
      controllers: [ReportsController],
      providers: [{ provide: SignedUrls, useValue: urls }],
    })
  })
  afterAll(() => served.close())
  const status = async (url: string, method = 'GET') => (await served.send(url, { method })).status

  it('let in who has one', async () => {
    expect((await served.send(urls.sign('/reports/7'))).body).toEqual({ id: '7' })
    expect((await served.send(urls.sign('/reports/7?format=pdf'))).body).toEqual({ id: '7', format: 'pdf' })
    const absolute = urls.sign(`${served.url}/reports/7?a=%20b#part`)
    expect(absolute.startsWith(served.url)).toBe(true)
    expect(await status(absolute.slice(served.url.length))).toBe(200)
    expect(await status(urls.sign('/reports/7'), 'HEAD')).toBe(200)
    expect(await status(urls.sign('/reports/7', { method: 'POST' }), 'POST')).toBe(201)
  })

  it('are good for nothing else', async () => {
    const url = urls.sign('/reports/7?format=pdf')
    const [whole, signature] = url.split('&signature=') as [string, string]
    for (const changed of [
      '/reports/7',
      url.replace('/7', '/8'),
      url.replace('pdf', 'csv'),
      url.replace('format=pdf&', ''),
      url.replace('?', '?a=1&'),
      `${url}&format=csv`,
      url.replace('&expires', '&format=csv&expires'),
      url.replace(/expires=(\d+)/, (_, seconds: string) => `expires=${Number(seconds) + 1}`),
      url.replace(/expires=\d+/, 'expires=99999999999'),
      url.replace('/reports/7', '/reports/%37'),
      url.replace('/reports', '//reports'),
      `${whole}&signature=`,
      `${whole}&signature=x.y`,
      `/reports/7?signature=${signature}&format=pdf`,
      whole,
    ])
      expect(await status(changed), changed).toBe(403)
    expect(await status(url, 'POST')).toBe(403)
    expect(await status(url)).toBe(200)
  })

  it('are good for a while', async () => {
    const url = urls.sign('/reports/7', { expiresIn: 60 })
    time.later(59_000)
    expect(await status(url)).toBe(200)
    time.later(1_000)
    const over = await served.send(url)
    expect([over.status, over.body]).toMatchObject([403, { code: 'CORBEL_SIGNATURE_EXPIRED' }])
  })
})
