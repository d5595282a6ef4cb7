import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Post,
  Req,
  Res,
  Session,
  type HttpRequest,
  type WebResponse,
} from 'corbel'
import { bindingOf, browserBinding } from 'corbel/auth'
import { MemoryPasskeyStore, Passkeys } from 'corbel/auth/passkeys'
import { SessionModule, type HttpSession } from 'corbel/sessions'
import { SoftAuthenticator } from '../auth/authenticator.js'
import { json, serve, type Served } from '../auth/served.js'

// #region service
const passkeys = new Passkeys({
  rpId: 'example.com', // for good: passkeys belong to it
  rpName: 'Shop',
  origins: ['https://example.com', 'https://www.example.com'],
  store: new MemoryPasskeyStore(), // a table of your own, in production
})
// #endregion

// #region controller
@Controller('passkeys')
class PasskeysController {
  constructor(@Inject(Passkeys) private readonly passkeys: Passkeys) {}

  /** For who is logged in: what the browser needs to make one. */
  @Post('new')
  @HttpCode(200)
  begin(
    @Session() { subject }: HttpSession,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: WebResponse,
  ) {
    const account = { id: subject!, name: 'ada@example.com', displayName: 'Ada' }
    return this.passkeys.beginRegistration(account, browserBinding(request, response))
  }

  @Post()
  async finish(@Session() { subject }: HttpSession, @Body() made: object, @Req() request: HttpRequest) {
    const { id } = await this.passkeys.finishRegistration(subject!, made, bindingOf(request), 'My phone')
    return { id }
  }

  /** For everybody: the user chooses a passkey, and with it who he is. */
  @Post('login/new')
  @HttpCode(200)
  beginLogin(@Req() request: HttpRequest, @Res({ passthrough: true }) response: WebResponse) {
    return this.passkeys.beginLogin(browserBinding(request, response))
  }

  @Post('login')
  @HttpCode(204)
  async login(@Body() shown: object, @Req() request: HttpRequest, @Session() session: HttpSession) {
    const { account, factors } = await this.passkeys.finishLogin(shown, bindingOf(request))
    session.login(account)
    session['factors'] = factors
  }

  @Get()
  list(@Session() { subject }: HttpSession) {
    return this.passkeys.list(subject!)
  }
}
// #endregion

describe('the page on passkeys', () => {
  let served: Served
  beforeAll(async () => {
    @Controller()
    class Password {
      @Post('password') @HttpCode(204) login(@Session() session: HttpSession) {
        session.login('1')
      }
    }
    served = await serve({
      imports: [SessionModule.forRoot()],
      controllers: [PasskeysController, Password],
      providers: [{ provide: Passkeys, useValue: passkeys }],
    })
  })
  afterAll(() => served.close())

  it('does what it says', async () => {
    const authenticator = new SoftAuthenticator('https://www.example.com', 'example.com')
    const jar = new Map<string, string>()
    const post = async (path: string, body: unknown = {}) => {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
      const answer = await served.send(path, json(body, { cookie, origin: served.url }))
      for (const line of answer.cookies) jar.set(line.split('=', 1)[0]!, line.slice(line.indexOf('=') + 1))
      return answer
    }
    await post('/password')
    const options = (await post('/passkeys/new')).body as { challenge: string; user: { id: string } }
    expect((await post('/passkeys', authenticator.create(options))).status).toBe(201)
    jar.clear()
    const asked = (await post('/passkeys/login/new')).body as { challenge: string }
    expect((await post('/passkeys/login', authenticator.get(asked))).status).toBe(204)
    expect(jar.has('__Host-session')).toBe(true)
  })
})
