import { Controller, createApp, Get, Module, ApplicationState, Res, type WebResponse } from 'corbel'

const turns: number[] = []

// #region ready
@Controller()
class HealthController {
  constructor(private readonly state: ApplicationState) {}

  @Get('ready') ready(@Res({ passthrough: true }) response: WebResponse): string {
    response.status(this.state.isReady ? 200 : 503)
    return this.state.phase
  }
}
// #endregion

// #region loop
async function poll(state: ApplicationState): Promise<void> {
  while (!state.stopping.aborted) {
    turns.push(turns.length)
    await new Promise(setImmediate)
  }
}
// #endregion

@Module({ controllers: [HealthController] })
class AppModule {}

describe('docs/scaling.md', () => {
  it('shows a readiness check and a loop that ends', async () => {
    // #region options
    const app = await createApp(AppModule, {
      logger: false,
      shutdown: { delay: 100, deadline: 20_000, idle: 1_000 },
    })
    // #endregion
    const [controller] = [app.get(HealthController)]
    expect(controller).toBeInstanceOf(HealthController)
    expect(await app.inject('/ready')).toMatchObject({ statusCode: 200, body: 'running' })
    const polling = poll(app.get(ApplicationState))
    await app.listen(0, '127.0.0.1')
    const closing = app.close('SIGTERM')
    expect(await app.inject('/ready')).toMatchObject({ statusCode: 503, body: 'stopping' })
    await polling
    await closing
    expect(turns.length).toBeGreaterThan(0)
  })
})
