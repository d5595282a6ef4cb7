import { Controller, Get } from 'corbel'
import { AuthModule, BasicStrategy, CurrentUser, type Principal } from 'corbel/auth'
import { basic, serve, withAuthorization, type Served } from './served.js'

@Controller()
class RootController {
  @Get()
  show(@CurrentUser() { id, factors }: Principal) {
    return { id, factors }
  }
}

describe('BasicStrategy', () => {
  let served: Served
  const seen: string[][] = []

  beforeAll(async () => {
    const verify = (name: string, password: string) => {
      seen.push([name, password])
      return password === 'pass:wörd' ? { id: name } : undefined
    }
    served = await serve({
      imports: [AuthModule.forRoot({ strategies: [new BasicStrategy({ realm: 'Ada "1"', verify })] })],
      controllers: [RootController],
    })
  })
  afterEach(() => seen.splice(0))
  afterAll(() => served.close())

  it('takes name and password in UTF-8, with colons in the password (RFC 7617 §2)', async () => {
    const answer = await served.send('/', withAuthorization(basic('ada', 'pass:wörd')))
    expect(answer.body).toEqual({ id: 'ada', factors: ['pwd'] })
  })

  it('challenges with realm and charset, whatever was wrong', async () => {
    const challenge = `Basic realm="Ada '1'", charset="UTF-8"`
    for (const init of [{}, withAuthorization(basic('ada', 'wrong')), withAuthorization('Bearer a.b.c')]) {
      const { status, headers } = await served.send('/', init)
      expect([status, headers.get('www-authenticate')]).toEqual([401, challenge])
    }
  })

  it.each([
    ['nothing', 'Basic'],
    ['no base64', 'Basic a:b'],
    ['no colon', `Basic ${btoa('ada')}`],
    ['a line end, which would forge lines of logs', `Basic ${btoa('ada\r\nroot logged in:pass')}`],
    ['a NUL', `Basic ${btoa('ada\0:pass')}`],
    ['megabytes', `Basic ${'A'.repeat(6000)}`],
    ['two headers in one', `${basic('ada', 'pass:wörd')}, ${basic('ben', 'pass:wörd')}`],
  ])('refuses %s before anybody is asked', async (_what, authorization) => {
    expect((await served.send('/', withAuthorization(authorization))).status).toBe(401)
    expect(seen).toEqual([])
  })

  it('tells unknown names and wrong passwords apart neither by status, headers nor body', async () => {
    const [one, other] = await Promise.all(
      ['ada', 'nobody'].map((name) => served.send('/', withAuthorization(basic(name, 'wrong')))),
    )
    const shown = ({ status, headers, text }: typeof one & object) => [
      status,
      headers.get('www-authenticate'),
      text,
    ]
    expect(shown(one!)).toEqual(shown(other!))
  })
})
