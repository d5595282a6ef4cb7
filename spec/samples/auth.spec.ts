import type { Application } from 'corbel'
import { PasswordLogin, type Attempts } from 'corbel/auth'
import { createBoard, useDemoProvider } from '../../samples/auth/create-board.js'
import { waitLong } from '../support/attempts.js'
import { hasBrowser, openBrowser, type Browser, type Page } from '../support/browser.js'

const options = { logger: false, shutdownSignals: false } as const

/** What Playwright has beyond what other specs use. */
interface Session {
  send(method: string, parameters?: object): Promise<unknown>
}
interface Context {
  newPage(): Promise<Page & { context(): Context }>
  newCDPSession(page: Page): Promise<Session>
  setDefaultTimeout(ms: number): void
  close(): Promise<void>
}

describe('samples/auth', () => {
  let app: Application
  let url: string

  beforeEach(async () => {
    app = await createBoard(options)
    await app.listen(0, '127.0.0.1')
    url = (await app.getUrl()).replace(/\/$/, '')
  })
  afterEach(() => app.close())

  const form = (values: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
    method: 'POST',
    redirect: 'manual',
    headers: { origin: url, accept: 'text/html', ...headers },
    body: new URLSearchParams(values),
  })
  const cookieOf = (answer: Response): string =>
    answer.headers
      .getSetCookie()
      .map((line) => line.split(';', 1)[0])
      .join('; ')

  it('closes what has no rule, leads to the login, and back only within the application', async () => {
    const page = { headers: { accept: 'text/html' }, redirect: 'manual' } as const
    const account = await fetch(`${url}/account`, page)
    expect([account.status, account.headers.get('location')]).toEqual([302, '/login?to=%2Faccount'])
    const login = await (await fetch(`${url}/login?to=https://evil.example`, page)).text()
    expect(login).not.toContain('evil.example')
    expect((await fetch(`${url}/admin`, { headers: { accept: 'application/json' } })).status).toBe(401)
  })

  it('refuses forms of other sites, and says who may do what', async () => {
    const ada = { email: 'ada@example.com', name: 'Ada', password: 'analytical engine' }
    expect((await fetch(`${url}/sign-up`, form(ada, { origin: 'https://evil.example' }))).status).toBe(403)
    const admin = cookieOf(await fetch(`${url}/sign-up`, form(ada)))
    const ben = cookieOf(
      await fetch(`${url}/sign-up`, form({ ...ada, email: 'ben@example.com', name: 'Ben' })),
    )
    expect((await fetch(`${url}/sign-up`, form(ada))).status).toBe(409)
    expect(
      (await fetch(`${url}/sign-up`, form({ ...ada, email: 'cleo@example.com', password: 'short' }))).status,
    ).toBe(422)
    await fetch(`${url}/notices`, form({ text: '<script>alert(1)</script>' }, { cookie: admin }))
    const board = await (await fetch(url, { headers: { cookie: ben } })).text()
    expect(board).toContain('&#60;script&#62;alert(1)')
    expect(board).not.toContain('Take down')
    const id = /notices\/([\w-]+)\/remove/.exec(
      await (await fetch(url, { headers: { cookie: admin } })).text(),
    )![1]!
    expect((await fetch(`${url}/notices/${id}/remove`, form({}, { cookie: ben }))).status).toBe(403)
    expect((await fetch(`${url}/admin`, { headers: { cookie: ben, accept: 'text/html' } })).status).toBe(403)
    expect((await fetch(`${url}/notices/${id}/remove`, form({}, { cookie: admin }))).status).toBe(303)
    const log = await (await fetch(`${url}/admin`, { headers: { cookie: admin } })).text()
    expect(log).toContain('NoticesController.remove')
    expect(log).toContain('csrf.refused')
  })

  describe('under attack', () => {
    const signUp = { email: 'eve@example.com', name: 'Eve', password: 'a long password' }
    const eve = (more: RequestInit['headers'] = {}) =>
      form({ email: signUp.email, password: signUp.password }, more as Record<string, string>)
    const account = (cookie: string) =>
      fetch(`${url}/account`, { headers: { cookie, accept: 'application/json' }, redirect: 'manual' })

    beforeEach(async () => {
      // somebody else has the rights of the first account
      await fetch(`${url}/sign-up`, form({ ...signUp, email: 'first@example.com' }))
      await fetch(`${url}/sign-up`, form(signUp))
    })

    it('takes no role, and no prototype, from a form (mass assignment)', async () => {
      const rights = { roles: 'admin', 'roles[]': 'admin', id: '1' }
      const answer = await fetch(`${url}/sign-up`, form({ ...signUp, ...rights, email: 'mal@example.com' }))
      expect(answer.status).toBe(303)
      const headers = { cookie: cookieOf(answer), accept: 'application/json' }
      expect((await fetch(`${url}/admin`, { headers })).status).toBe(403)
      for (const name of ['__proto__[roles]', 'constructor[prototype][roles]'])
        await fetch(`${url}/sign-up`, form({ ...signUp, [name]: 'admin', email: 'x@example.com' }))
      expect(({} as { roles?: unknown }).roles).toBeUndefined()
    })

    it('gives another id at each login, and takes none from the browser (fixation)', async () => {
      const chosen = `__Host-session=${'A'.repeat(43)}`
      const first = cookieOf(await fetch(`${url}/login`, eve({ cookie: chosen })))
      expect(first).not.toContain('A'.repeat(43))
      expect((await account(chosen)).status).toBe(401)
      const second = cookieOf(await fetch(`${url}/login`, eve({ cookie: first })))
      expect(second).not.toBe(first)
      expect((await account(first)).status).toBe(401)
      const page = await account(second)
      expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store'])
      await fetch(`${url}/logout`, form({}, { cookie: second }))
      expect((await account(second)).status).toBe(401)
    })

    it.each([
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      '/%09/evil.example',
      '/%2e%2e//evil',
    ])('leads nobody to %s after the login', async (to) => {
      const answer = await fetch(`${url}/login?to=${to}`, eve())
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    })

    it('takes no form of others: by Origin, by Fetch Metadata, without either, under another method', async () => {
      const cookie = cookieOf(await fetch(`${url}/login`, eve()))
      const post = async (headers: Record<string, string>) =>
        (
          await fetch(`${url}/notices`, {
            method: 'POST',
            redirect: 'manual',
            headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', ...headers },
            body: 'text=hello',
          })
        ).status
      expect(await post({ origin: url })).toBe(303)
      const evil = 'https://evil.example'
      const forged: Record<string, string>[] = [
        { origin: evil },
        { origin: 'null' },
        { origin: `${url}.evil.example` },
        { origin: evil, 'x-forwarded-host': 'evil.example' },
        { origin: evil, 'x-http-method-override': 'GET' },
        { origin: evil, 'content-type': 'text/plain' },
        { referer: `${evil}/` },
        {},
      ]
      for (const headers of forged) expect(await post(headers), JSON.stringify(headers)).toBe(403)
    })

    it('slows guessing down, however the name is spelled', async () => {
      waitLong(Reflect.get(app.get(PasswordLogin, { strict: false }), 'attempts') as Attempts)
      expect((await fetch(`${url}/sign-up`, form({ ...signUp, email: 'mal@example.com' }))).status).toBe(303)
      const guess = (email: string) => fetch(`${url}/login`, form({ email, password: 'a guess' }))
      const statuses: number[] = []
      for (let i = 0; i < 7; i += 1) statuses.push((await guess('mal@example.com')).status)
      expect(statuses).toEqual([303, 303, 303, 303, 303, 429, 429])
      for (const name of ['MAL@example.com', ' mal@example.com', 'ｍal@example.com']) {
        const answer = await guess(name)
        expect([answer.status, answer.headers.has('retry-after')]).toEqual([429, true])
      }
    })
  })

  it('does not tell accounts from others at the login', async () => {
    const ada = { email: 'ada@example.com', name: 'Ada', password: 'analytical engine' }
    expect((await fetch(`${url}/sign-up`, form(ada))).status).toBe(303)
    const ask = async (email: string) => {
      const answer = await fetch(`${url}/login`, form({ email, password: 'wrong' }))
      const shown = await fetch(`${url}/login`, { headers: { cookie: cookieOf(answer) } })
      return [
        answer.status,
        answer.headers.get('location'),
        /class="message"[^<]*/.exec(await shown.text())?.[0],
      ]
    }
    expect(await ask('ada@example.com')).toEqual(await ask('nobody@example.com'))
  })
})

/** For a browser and what it does. */
const SLOW_MS = 240_000

describe.skipIf(!hasBrowser)('samples/auth in a browser', () => {
  let app: Application
  let browser: Browser
  let url: string
  let errors: string[]

  beforeAll(async () => {
    browser = await openBrowser()
  }, SLOW_MS)
  afterAll(() => browser.close())
  beforeEach(async () => {
    errors = []
    app = await createBoard(options)
    await app.listen(0, '127.0.0.1')
    url = `http://localhost:${new URL(await app.getUrl()).port}`
    await useDemoProvider(app, url)
  })
  afterEach(async () => {
    await app.close()
    expect(errors, 'what any page has reported').toEqual([])
  })

  const visit = async () => {
    const context = await (browser as unknown as { newContext(): Promise<Context> }).newContext()
    context.setDefaultTimeout(60_000)
    const page = await context.newPage()
    page.on('pageerror', (error) => void errors.push(error.message))
    page.on('console', (message) => {
      if (/Content Security Policy|Uncaught/.test(message.text())) errors.push(message.text())
    })
    return { context, page }
  }
  const withAuthenticator = async (context: Context, page: Page) => {
    const session = await context.newCDPSession(page)
    await session.send('WebAuthn.enable')
    await session.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    })
  }
  const signUp = async (page: Page, name: string) => {
    await page.goto(url)
    await page.getByRole('link', { name: 'Sign up' }).click()
    await page.fill('[name=name]', name)
    await page.fill('[name=email]', 'ada@example.com')
    await page.fill('[name=password]', 'analytical engine')
    await shot(page, 'sign-up')
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByText(`Welcome, ${name}`).waitFor()
  }
  const putUp = async (page: Page, text: string) => {
    await page.fill('textarea', text)
    await page.getByRole('button', { name: 'Put it up' }).click()
    await page.getByText(text).waitFor()
  }
  const shot = (page: Page, name: string) =>
    process.env['SCREENSHOTS'] === undefined
      ? undefined
      : page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png`, fullPage: true })

  it(
    'lets somebody sign up, add a passkey, and log in by it',
    async () => {
      const { context, page } = await visit()
      await withAuthenticator(context, page)
      await signUp(page, 'Ada <b>')
      await page.getByRole('button', { name: 'Add a passkey' }).click()
      await page.getByText('The passkey was added').waitFor()
      await shot(page, 'account')
      await page.getByRole('button', { name: 'Log out' }).click()
      await page.getByRole('button', { name: 'Use a passkey' }).waitFor()
      await shot(page, 'login')
      await page.getByRole('button', { name: 'Use a passkey' }).click()
      await page.getByPlaceholder('What should everybody know?').waitFor()
      await putUp(page, 'Meeting at noon, in the library.')
      await shot(page, 'board')
      await context.close()
    },
    SLOW_MS,
  )

  it(
    'lets somebody in by a provider, and gives him the rights of his role',
    async () => {
      const { context: other, page: admin } = await visit()
      await signUp(admin, 'Ada')
      await admin.goto(url)
      await putUp(admin, 'Meeting at noon')

      const { context, page } = await visit()
      await page.goto(`${url}/login`)
      await page.getByRole('link', { name: 'Continue with Demo' }).click()
      await page.fill('[name=name]', 'Grace')
      await shot(page, 'provider')
      await page.getByRole('button', { name: 'Continue to Board' }).click()
      await page.getByText('Meeting at noon').waitFor()
      expect(await page.getByRole('button', { name: 'Take down' }).count()).toBe(0)
      await page.goto(`${url}/admin`)
      await page.getByText('This is not for you').waitFor()
      await shot(page, 'forbidden')

      await admin.goto(url)
      await admin.getByRole('button', { name: 'Log out' }).click()
      await admin.goto(`${url}/admin`)
      await admin.fill('[name=email]', 'ada@example.com')
      await admin.fill('[name=password]', 'analytical engine')
      await admin.getByRole('button', { name: 'Log in' }).click()
      await admin.getByText('What has happened').waitFor()
      await shot(admin, 'admin')
      const role = admin.locator('[aria-label="Role of Grace"]') as unknown as {
        selectOption(value: string): Promise<unknown>
      }
      await role.selectOption('editor')
      const saved = admin.waitForResponse((response) => response.url() === `${url}/admin`)
      await admin.getByRole('button', { name: 'Save' }).last().click()
      await saved
      await admin.getByText('Accounts').waitFor()
      await page.goto(url)
      await page.getByRole('button', { name: 'Take down' }).click()
      await page.getByText('Nothing yet').waitFor()
      await page.setViewportSize({ width: 380, height: 700 })
      await shot(page, 'narrow')
      await context.close()
      await other.close()
    },
    SLOW_MS,
  )
})
