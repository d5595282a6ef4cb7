import { Controller, Get, Logger, Module } from 'corbel'
import { Test } from 'corbel/testing'

@Controller()
class Failing {
  @Get()
  get() {
    throw new Error('It broke.')
  }
}

@Module({ controllers: [Failing] })
class App {}

describe('the logger of a testing module', () => {
  afterEach(() => Logger.overrideLogger(true))

  it('gets the messages of the application that is made of it', async () => {
    const logger = { log: vi.fn(), warn: vi.fn(), error: vi.fn() }
    const module = await Test.createTestingModule({ imports: [App] })
      .setLogger(logger)
      .compile()
    const app = module.createApp()
    await app.inject('/')
    expect(logger.error).toHaveBeenCalledTimes(1)
    await app.close()
  })
})
