import type { Application } from 'corbel'
import { AccountsService } from '../../samples/forms/accounts/accounts.service.js'
import { createForms } from '../../samples/forms/create-forms.js'
import { hasBrowser, openBrowser } from '../support/browser.js'

// what runs in the page
declare const document: { querySelector(selector: string): any }

interface Problem {
  status: number
  detail?: string
  errors: { path: string; messages: string[]; code: string }[]
}

describe('samples/forms', () => {
  let app: Application
  let url: string

  beforeEach(async () => {
    app = await createForms({ logger: false, shutdownSignals: false })
    await app.listen(0, '127.0.0.1')
    url = await app.getUrl()
  })

  afterEach(() => app.close())

  const send = (body: unknown, language = 'en'): Promise<Response> =>
    fetch(`${url}/accounts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-language': language },
      body: JSON.stringify(body),
    })
  const problem = async (body: unknown, language?: string): Promise<Problem> =>
    (await (await send(body, language)).json()) as Problem
  const ada = {
    name: 'ada',
    email: 'ada@example.com',
    password: 'analytical engine',
    repeated: 'analytical engine',
    address: { street: 'St James Square 12', zip: '12345', city: 'London' },
    terms: true,
  }

  it('takes a form that is right, and tells nothing of the password', async () => {
    const created = await send(ada)
    expect([created.status, await created.json()]).toEqual([201, { name: 'ada', email: 'ada@example.com' }])
  })

  it('points at every field that is wrong', async () => {
    const { status, errors } = await problem({
      name: 'Ada!',
      email: 'ada',
      password: 'short',
      repeated: 'other',
      address: { street: '', zip: '1', city: 'x' },
      terms: false,
    })
    expect(status).toBe(400)
    expect(errors.map(({ path, code }) => `${path} ${code}`).sort()).toEqual([
      '/address/city isLength',
      '/address/street isLength',
      '/address/zip matches',
      '/email isEmail',
      '/name matches',
      '/password isLength',
      '/repeated isSameAs',
      '/terms equals',
    ])
  })

  it('refuses names that are taken, by the rule or, for two at once, by the service', async () => {
    const accounts = app.get(AccountsService)
    const create = accounts.create.bind(accounts)
    let meet!: () => void
    const met = new Promise<void>((resolve) => (meet = resolve))
    let arrived = 0
    // both have been validated before either is created
    const held = vi.spyOn(accounts, 'create').mockImplementation(async (form) => {
      if (++arrived === 2) meet()
      await met
      return create(form)
    })
    const both = await Promise.all([send(ada), send(ada)])
    held.mockRestore()
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409])
    expect((await problem(ada)).errors).toEqual([
      { path: '/name', messages: ['name is taken'], code: 'isUniqueName' },
    ])
  })

  it('speaks the language of the browser', async () => {
    const wrong = { ...ada, email: 'ada', password: 'kurz', address: undefined }
    const { errors } = await problem(wrong, 'de-DE,de;q=0.9,en;q=0.5')
    expect(errors.map(({ messages }) => messages[0]).sort()).toEqual([
      'Bitte 12 bis 128 Zeichen.',
      'Das ist keine E-Mail-Adresse.',
      'Das ist nicht dasselbe.',
      'Dieser Teil fehlt.',
    ])
  })

  it.each([[undefined], [null], [[]], ['text'], [{ address: [] }], [{ address: 'here' }]])(
    'refuses %j, which is no form',
    async (body) => {
      expect((await send(body)).status).toBe(400)
    },
  )

  it('serves a page whose fields are named by the pointers of errors', async () => {
    const page = await fetch(url)
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
    const html = await page.text()
    const { errors } = await problem({ password: 'a', address: {} })
    expect(errors.length).toBeGreaterThan(7)
    for (const { path } of errors) {
      expect(html).toContain(`name="${path}"`)
      expect(html).toContain(`data-error="${path}"`)
    }
    for (const [path, type] of [
      ['/sign-up.js', 'text/javascript; charset=utf-8'],
      ['/sign-up.css', 'text/css; charset=utf-8'],
      ['/sign-up.svg', 'image/svg+xml'],
    ] as const)
      expect((await fetch(url + path)).headers.get('content-type')).toBe(type)
  })

  it.skipIf(!hasBrowser)(
    'works in a browser: every message below its field, then a welcome',
    async () => {
      const browser = await openBrowser()
      try {
        const page = await browser.newPage({ locale: 'en-GB' })
        const troubles: string[] = []
        page.on('console', (event) => troubles.push(event.text()))
        page.on('pageerror', (error) => troubles.push(error.message))
        const picture = async (name: string): Promise<void> => {
          if (process.env['SCREENSHOTS'] !== undefined)
            await page.screenshot({ path: `${process.env['SCREENSHOTS']}/${name}.png`, fullPage: true })
        }
        await page.goto(url)
        await page.click('button')
        await page.waitForFunction(() => document.querySelector('[aria-invalid]') !== null)
        await picture('wrong')
        expect(await page.textContent('#email-error')).toBe('this is no e-mail address')
        expect(await page.textContent('#password-error')).toBe('from 12 to 128 characters, please')
        expect(await page.textContent('#address-zip-error')).toBe('a postal code has five digits')
        expect(await page.textContent('#terms-error')).toBe('please agree to the terms')
        expect(await page.evaluate('document.activeElement.name')).toBe('/name')

        const { name, email, password, repeated, address } = ada
        for (const [field, text] of Object.entries({ name, email, password, repeated }))
          await page.fill(`[name="/${field}"]`, text)
        for (const [field, text] of Object.entries(address))
          await page.fill(`[name="/address/${field}"]`, text)
        await page.click('[name="/terms"]')
        await page.click('button')
        await page.waitForFunction(() => document.querySelector('[role=status]').textContent !== '')
        await picture('welcome')
        expect(await page.textContent('[role=status]')).toBe('Welcome, ada!')
        expect(await page.evaluate("document.querySelector('[aria-invalid]')")).toBeNull()
        expect(await page.evaluate("document.querySelector('#password').value")).toBe('')
        // the browser's own note of the 400
        expect(troubles).toEqual([expect.stringContaining('400')])
      } finally {
        await browser.close()
      }
    },
    180_000,
  )
})
