import { Controller, Get, Module, Session } from 'corbel'
import { RedisModule } from 'corbel/redis'
import { SessionModule, type HttpSession } from 'corbel/sessions'
import { isRedisMissing, openTestRedis, PATIENT, type TestRedis } from '../support/redis.js'
import { serve } from '../web/serve.js'
import { Visitor } from './visitor.js'

@Controller()
class Pages {
  @Get('login') login(@Session() session: HttpSession) {
    session.login('ada')
    return {}
  }
  @Get('read') read(@Session() session: HttpSession) {
    return { subject: session.subject ?? null }
  }
  @Get('logout') async logout(@Session() session: HttpSession) {
    await session.destroy()
    return {}
  }
}

describe.skipIf(await isRedisMissing())('sessions in Redis', () => {
  let opened: TestRedis
  beforeEach(() => void (opened = openTestRedis()))
  afterEach(() => opened.close())

  it('are those of all processes', async () => {
    @Module({
      imports: [RedisModule.forRoot({ ...PATIENT, keyPrefix: opened.keyPrefix }), SessionModule.forRoot()],
      controllers: [Pages],
    })
    class Root {}
    const [one, two] = [await serve(Root), await serve(Root)]
    const visitor = new Visitor(one)
    await visitor.get('/login')
    const elsewhere = new Visitor(two)
    for (const [name, value] of visitor.cookies) elsewhere.cookies.set(name, value)
    expect(await elsewhere.get('/read')).toEqual({ subject: 'ada' })
    // what is stored is of no use to who reads it
    const keys = await opened.redis.keys(`${opened.keyPrefix}*`)
    expect(keys).toHaveLength(2)
    expect(keys.join()).not.toContain([...visitor.cookies.values()][0])
    await elsewhere.get('/logout')
    expect(await visitor.get('/read')).toEqual({ subject: null })
    await Promise.all([one.app.close(), two.app.close()])
  })
})
