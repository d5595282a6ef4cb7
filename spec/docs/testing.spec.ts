import { Controller, Get, Injectable, Module, UseGuards, type CanActivate, type Class } from 'corbel'
import { Test } from 'corbel/testing'
import request from 'supertest'

@Injectable()
class Weather {
  async today(): Promise<string> {
    throw new Error('no network in tests')
  }
}

@Injectable()
class SignedIn implements CanActivate {
  canActivate(): boolean {
    return false
  }
}

@Controller('weather')
@UseGuards(SignedIn)
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
      .overrideGuard(SignedIn)
      .useValue({ canActivate: () => true })
      .compile()
    const app = module.createApp()

    const response = await app.inject('/weather')

    expect(response.json()).toEqual({ today: 'sunny' })
    expect(today).toHaveBeenCalledTimes(1)
    await app.close()
  })
})
// #endregion

describe('WeatherController', () => {
  it('can be tested with doubles of all that it needs', async () => {
    // #region mocker
    const module = await Test.createTestingModule({ controllers: [WeatherController] })
      .useMocker((token) => {
        if (token === Weather) return { today: jest.fn(async () => 'rainy') }
        if (typeof token === 'function') return doubleOf(token as Class)
        return undefined // still missing: compile() says so
      })
      .compile()

    expect(await module.get(WeatherController).today()).toEqual({ today: 'rainy' })
    // #endregion
    await module.close()
  })

  it('answers supertest', async () => {
    const module = await Test.createTestingModule({ imports: [WeatherModule] }).compile()
    // #region supertest
    const app = module.createApp()
    app.setGlobalPrefix('api')
    await app.init()

    await request(app.getHttpServer()).get('/api/weather').expect(403)
    // #endregion
    await app.close()
  })
})

function doubleOf(type: Class): object {
  const names = Object.getOwnPropertyNames(type.prototype)
  return Object.fromEntries(names.map((name) => [name, jest.fn()]))
}
