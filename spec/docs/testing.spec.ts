import { Controller, Get, Injectable, Module } from 'corbel'
import { Test } from 'corbel/testing'

@Injectable()
class Weather {
  async today(): Promise<string> {
    throw new Error('no network in tests')
  }
}

@Controller('weather')
class WeatherController {
  constructor(private readonly weather: Weather) {}
  @Get() async today(): Promise<object> {
    return { today: await this.weather.today() }
  }
}

@Module({ controllers: [WeatherController], providers: [Weather] })
class WeatherModule {}

// #region testing
describe('GET /weather', () => {
  it('tells the weather', async () => {
    const today = jest.fn(async () => 'sunny')
    const module = await Test.createTestingModule({ imports: [WeatherModule] })
      .overrideProvider(Weather)
      .useValue({ today })
      .compile()
    const app = module.createApp()

    const response = await app.inject('/weather')

    expect(response.json()).toEqual({ today: 'sunny' })
    expect(today).toHaveBeenCalledTimes(1)
    await app.close()
  })
})
// #endregion
