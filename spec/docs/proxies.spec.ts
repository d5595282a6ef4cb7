import { Controller, createApp, Get, Ip, Module, Req, type HttpRequest } from 'corbel'

@Controller()
class Root {
  @Get() read(@Ip() ip: string, @Req() { protocol, host }: HttpRequest): object {
    return { ip, protocol, host }
  }
}
@Module({ controllers: [Root] })
class AppModule {}

describe('docs/proxies.md', () => {
  it('believes proxies that are named', async () => {
    // #region trust
    const app = await createApp(AppModule, {
      logger: false,
      trustProxy: ['loopback', '10.0.0.0/8'], // X-Forwarded-For, -Proto and -Host
    })
    const other = await createApp(AppModule, {
      logger: false,
      trustProxy: { proxies: 1, header: 'forwarded' }, // Forwarded, as the nearest proxy writes it
    })
    // #endregion
    const headers = {
      'x-forwarded-for': '1.1.1.1, 203.0.113.7, 10.0.0.9',
      'x-forwarded-proto': 'https',
      forwarded: 'for=1.1.1.1;proto=https, for=198.51.100.2;proto=http;host=shop.example.com',
    }
    expect((await app.inject({ method: 'GET', url: '/', headers })).json()).toMatchObject({
      ip: '203.0.113.7',
      protocol: 'https',
    })
    expect((await other.inject({ method: 'GET', url: '/', headers })).json()).toEqual({
      ip: '198.51.100.2',
      protocol: 'http',
      host: 'shop.example.com',
    })
    await Promise.all([app.close(), other.close()])
  })
})
