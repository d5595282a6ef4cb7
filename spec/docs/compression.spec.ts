import { Compress, Controller, createApp, Get, Module } from 'corbel'

const rows = Array.from({ length: 500 }, (_, id) => ({ id, name: `stone ${id}` }))

// #region routes
@Controller('rows')
class RowsController {
  @Get()
  all(): object {
    return rows
  }

  @Get('secret')
  @Compress(false) // a token beside what the client has sent: see BREACH
  secret(): object {
    return { rows, token: '…' }
  }

  @Get('archive')
  @Compress({ codings: ['gzip'], levels: { gzip: 9 } })
  archive(): object {
    return rows
  }
}
// #endregion

@Module({ controllers: [RowsController] })
class AppModule {}

describe('docs/compression.md', () => {
  it('compresses', async () => {
    const logger = false
    // #region options
    const app = await createApp(AppModule, {
      logger,
      compression: { codings: ['br', 'gzip'], threshold: '2kb', levels: { br: 5 } },
    })
    // #endregion
    const coding = async (url: string) =>
      (await app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } })).headers['content-encoding']
    expect([await coding('/rows'), await coding('/rows/secret'), await coding('/rows/archive')]).toEqual([
      'br',
      undefined,
      'gzip',
    ])
    await app.close()
  })
})
