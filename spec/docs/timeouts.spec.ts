import { Controller, createApp, Get, Module, Signal, Timeout } from 'corbel'

const reports = {
  build: (signal: AbortSignal) =>
    new Promise<object>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    ),
}

// #region timeout
@Controller('reports')
@Timeout('30ms')
class ReportsController {
  @Get('yearly')
  yearly(@Signal() signal: AbortSignal): Promise<object> {
    return reports.build(signal) // ends when its time is over, or the client has gone
  }

  @Get('rates')
  @Timeout('20ms', { status: 504 })
  rates(@Signal() signal: AbortSignal): Promise<object> {
    return reports.build(signal)
  }

  @Get('live')
  @Timeout(false)
  live(): string {
    return 'takes as long as it takes'
  }
}
// #endregion

@Module({ controllers: [ReportsController] })
class AppModule {}

describe('docs/timeouts.md', () => {
  it('bounds the time of handlers', async () => {
    // #region application
    const app = await createApp(AppModule, { logger: false, timeout: '30s' })
    // #endregion
    expect((await app.inject('/reports/yearly')).json()).toMatchObject({
      status: 503,
      code: 'CORBEL_HANDLER_TIMEOUT',
    })
    expect((await app.inject('/reports/rates')).json()).toMatchObject({
      status: 504,
      code: 'CORBEL_GATEWAY_TIMEOUT',
    })
    expect((await app.inject('/reports/live')).status).toBe(200)
    await app.close()
  })
})
