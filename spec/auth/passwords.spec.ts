import { Body, Controller, HttpCode, MemoryMailer, Post } from 'corbel'
import {
  Attempts,
  EmailVerification,
  PasswordHasher,
  PasswordLogin,
  PasswordReset,
  pwnedPasswords,
  type PasswordAccount,
} from 'corbel/auth'
import { createHash } from 'node:crypto'
import { loadArgon2 } from '../../lib/auth/passwords/argon2.js'
import { json, serve, type Answer, type Served } from './served.js'

const hasher = new PasswordHasher({ cost: 4, parallelization: 1 })

/** Accounts by name, and what was done with their hashes. */
class Accounts {
  readonly byName = new Map<string, PasswordAccount>()
  readonly saved: string[] = []

  findByLogin(name: string) {
    return this.byName.get(name)
  }

  savePasswordHash(id: string, passwordHash: string) {
    this.saved.push(id)
    this.byName.set(id, { id, passwordHash })
  }
}

describe('PasswordHasher', () => {
  it('hashes with argon2id where it is installed, and knows hashes of scrypt again, to renew them', async () => {
    const old = await hasher.hash('correct horse')
    const present = new PasswordHasher({ argon2: { memory: 256, passes: 1 } })
    expect(old).toMatch(/^\$scrypt\$/)
    expect([await present.verify('correct horse', old), present.needsRehash(old)]).toEqual([true, true])
    const renewed = await present.hash('correct horse')
    expect(renewed).toMatch(/^\$argon2id\$v=19\$m=256,t=1,p=1\$/)
    expect([await present.verify('correct horse', renewed), present.needsRehash(renewed)]).toEqual([
      true,
      false,
    ])
    expect(await present.verify('correct horsf', renewed)).toBe(false)
    // what scrypt alone has made can still be told from what argon2id has
    expect([await hasher.verify('correct horse', renewed), hasher.needsRehash(renewed)]).toEqual([true, true])
  })

  it('does not let a corrupt row take all memory, or be anything else', async () => {
    const present = new PasswordHasher({ algorithm: 'argon2id' })
    const salted = '$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b2dWRWJTmaaJObG'
    await expect(present.verify('x', `$argon2id$v=19$m=9999999,t=2,p=1${salted}`)).rejects.toThrow(/1 GiB/)
    await expect(present.verify('x', `$argon2i$v=19$m=16,t=2,p=1${salted}`)).rejects.toMatchObject({
      code: 'CORBEL_PASSWORD_HASH_INVALID',
    })
    await expect(present.verify('x', '$argon2id$nonsense')).rejects.toThrow(/form/)
  })

  it('says how to install argon2', () => {
    const missing = () => {
      throw Object.assign(new Error("Cannot find module '@node-rs/argon2'"), { code: 'MODULE_NOT_FOUND' })
    }
    expect(() => loadArgon2(missing)).toThrow(/npm install @node-rs\/argon2/)
  })
})

describe('PasswordLogin', () => {
  let served: Served
  let accounts: Accounts
  let passwords: PasswordLogin
  const changed: string[] = []

  beforeEach(async () => {
    accounts = new Accounts()
    changed.splice(0)
    accounts.byName.set('ada', { id: 'ada', passwordHash: await hasher.hash('analytical') })
    accounts.byName.set('social', { id: 'social' })
    passwords = new PasswordLogin({
      accounts,
      hasher,
      // longer than any slow machine takes for the next request
      attempts: new Attempts({ wait: '5m' }),
      breached: (password) => password === 'password1',
      changed: (id) => void changed.push(id),
    })
    @Controller()
    class LoginController {
      @Post('login')
      @HttpCode(200)
      async login(@Body() { name, password }: { name: string; password: string }) {
        return { id: (await passwords.login(name, password)).id }
      }
    }
    served = await serve({ controllers: [LoginController] })
  })
  afterEach(() => served.close())

  const login = (name: string, password: string) => served.send('/login', json({ name, password }))

  it('logs in', async () => {
    expect((await login('ada', 'analytical')).body).toEqual({ id: 'ada' })
    expect((await login(' ada ', 'analytical')).status).toBe(200)
  })

  it('takes what is no text for wrong, not for a mistake of its own: operators, lists, nothing', async () => {
    const find = jest.spyOn(accounts, 'findByLogin')
    for (const other of [{ $ne: null }, ['ada'], 1, true, null, undefined]) {
      for (const body of [
        { name: other, password: 'analytical' },
        { name: 'ada', password: other },
      ])
        expect((await served.send('/login', json(body))).body).toMatchObject({
          status: 401,
          code: 'CORBEL_AUTH_CREDENTIALS_INVALID',
        })
      await expect(passwords.hash(other as unknown as string)).rejects.toMatchObject({
        code: 'CORBEL_PASSWORD_REFUSED',
      })
    }
    expect(find).not.toHaveBeenCalled()
  })

  it('answers unknown names, wrong passwords and accounts without one alike, at the cost of one hash each', async () => {
    const hash = jest.spyOn(hasher, 'hash')
    const verify = jest.spyOn(hasher, 'verify')
    try {
      const answers: Answer[] = []
      for (const name of ['ada', 'nobody', 'social']) {
        verify.mockClear()
        answers.push(await login(name, 'difference'))
        expect(verify).toHaveBeenCalledTimes(1)
      }
      expect(answers.map(({ status, text }) => [status, text])).toEqual(
        answers.map(() => [401, answers[0]!.text]),
      )
      // the comparison with no hash makes one, with the present parameters
      expect(hash).toHaveBeenCalledTimes(2)
    } finally {
      jest.restoreAllMocks()
    }
  })

  it('slows guessing down, for names that do not exist too, and asks no hash meanwhile', async () => {
    for (const name of ['ada', 'nobody']) {
      for (let i = 0; i < 5; i += 1) expect((await login(name, `guess ${i}`)).status).toBe(401)
      const verify = jest.spyOn(hasher, 'verify')
      const locked = await login(name, 'analytical')
      expect([locked.status, locked.body]).toMatchObject([429, { code: 'CORBEL_AUTH_LOCKED' }])
      expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0)
      expect(verify).not.toHaveBeenCalled()
      verify.mockRestore()
    }
    expect((await login('ADA', 'x')).status).toBe(429)
  })

  it('lets no flood of guesses at once through', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, (_, i) => login('ada', `guess ${i}`)))
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(5)
  })

  it('forgets wrong tries after a right one', async () => {
    for (let round = 0; round < 3; round += 1) {
      for (let i = 0; i < 4; i += 1) await login('ada', 'wrong')
      expect((await login('ada', 'analytical')).status).toBe(200)
    }
  })

  it('renews hashes that were made in an older way', async () => {
    const newer = new PasswordLogin({ accounts, hasher: new PasswordHasher({ cost: 5, parallelization: 1 }) })
    await newer.login('ada', 'analytical')
    expect(accounts.byName.get('ada')?.passwordHash).toMatch(/ln=5/)
    await newer.login('ada', 'analytical')
    expect(accounts.saved).toEqual(['ada'])
  })

  it.each([
    ['short', /fewer than 8/],
    ['password1', /breach/],
    ['x'.repeat(300), /more than 256/],
    ['\u{1F600}'.repeat(7), /fewer than 8/],
  ])('refuses a new password: %s', async (password, message) => {
    await expect(passwords.change('ada', password)).rejects.toMatchObject({
      code: 'CORBEL_PASSWORD_REFUSED',
      status: 422,
      message: expect.stringMatching(message),
    })
    expect(changed).toEqual([])
  })

  it('tells of changed passwords', async () => {
    await passwords.change('ada', 'difference engine')
    expect(changed).toEqual(['ada'])
    expect((await login('ada', 'difference engine')).status).toBe(200)
    expect((await login('ada', 'analytical')).status).toBe(401)
  })
})

describe('Attempts', () => {
  it('double the wait, up to a longest', async () => {
    const clock = jest.spyOn(Date, 'now')
    let now = 1_000_000
    clock.mockImplementation(() => now)
    try {
      const attempts = new Attempts({ free: 2, wait: 1, longest: 5 })
      const waits: unknown[] = []
      await attempts.begin('key')
      for (let i = 0; i < 5; i += 1) {
        await attempts.begin('key')
        const error = await attempts.begin('key').catch((one: { details: { seconds: number } }) => one)
        waits.push(error?.details.seconds)
        now += Number(error?.details.seconds) * 1000
      }
      expect(waits).toEqual([1, 2, 4, 5, 5])
      await attempts.succeed('key')
      await attempts.begin('key')
    } finally {
      clock.mockRestore()
    }
  })
})

describe('PasswordReset', () => {
  const setUp = async () => {
    const accounts = new Accounts()
    accounts.byName.set('ada', { id: 'ada', passwordHash: await hasher.hash('forgotten') })
    const mailer = new MemoryMailer()
    const passwords = new PasswordLogin({ accounts, hasher })
    const reset = new PasswordReset({
      mailer,
      passwords,
      find: (address) => accounts.byName.get(address.split('@')[0]!),
      get: (id) => accounts.byName.get(id),
      page: 'https://app.example/reset',
    })
    const ask = async (address: unknown = 'ada@a.example') => {
      await reset.request(address)
      await reset.settled()
      const [, token] = /#token=([\w-]+)/.exec(mailer.sent.at(-1)?.text ?? '') ?? []
      return token
    }
    return { accounts, mailer, passwords, reset, ask }
  }

  it('sets a new password by a link that is good once', async () => {
    const { passwords, reset, ask } = await setUp()
    const token = await ask()
    expect(await reset.reset(token, 'remembered now')).toBe('ada')
    expect(await passwords.verify('ada', 'remembered now')).toMatchObject({ id: 'ada' })
    await expect(reset.reset(token, 'another time')).rejects.toMatchObject({
      code: 'CORBEL_AUTH_ONE_TIME_INVALID',
    })
  })

  it('makes older links worthless when the password changes', async () => {
    const { reset, ask } = await setUp()
    const [first, second] = [await ask(), await ask()]
    await reset.reset(second, 'remembered now')
    await expect(reset.reset(first, 'by a thief')).rejects.toMatchObject({ status: 401 })
  })

  it('keeps the link where the password is refused', async () => {
    const { reset, ask } = await setUp()
    const token = await ask()
    await expect(reset.reset(token, 'short')).rejects.toMatchObject({ status: 422 })
    expect(await reset.reset(token, 'long enough')).toBe('ada')
  })

  it.each([
    'nobody@a.example',
    'no address',
    'ada@a.example\r\nBcc: evil@a.example',
    'ada@a.example, evil@a.example',
    '<ada@a.example>',
    null,
    { $ne: '' },
  ])('sends nothing to %j, and says nothing of it', async (address) => {
    const { mailer, ask } = await setUp()
    expect(await ask(address)).toBeUndefined()
    expect(mailer.sent).toEqual([])
  })

  it('does not wait for the mail, and takes failures to the log', async () => {
    const { accounts, passwords } = await setUp()
    let refuse: (error: Error) => void = () => undefined
    const mailer = { send: () => new Promise<void>((_, reject) => (refuse = reject)) }
    const reset = new PasswordReset({
      mailer,
      passwords,
      find: () => accounts.byName.get('ada'),
      get: (id) => accounts.byName.get(id),
      page: 'https://app.example/reset',
    })
    await reset.request('ada@a.example')
    refuse(new Error('no route'))
    await reset.settled()
  })

  it('bounds the messages to one address, whether there is an account or not', async () => {
    const { mailer, reset, ask } = await setUp()
    for (const address of ['ada@a.example', 'nobody@a.example']) {
      for (let i = 0; i < 3; i += 1) await ask(address)
      await expect(reset.request(address)).rejects.toMatchObject({ code: 'CORBEL_AUTH_LOCKED', status: 429 })
      await expect(reset.request(address.toUpperCase())).rejects.toMatchObject({ status: 429 })
    }
    expect(mailer.sent).toHaveLength(3)
  })

  it('takes no other kind of link', async () => {
    const { mailer, reset } = await setUp()
    const verification = new EmailVerification({ mailer, page: 'https://app.example/verify' })
    await verification.request('ada', 'ada@A.example')
    await verification.settled()
    const [, token] = /#token=([\w-]+)/.exec(mailer.sent[0]!.text) ?? []
    await expect(reset.reset(token, 'long enough')).rejects.toMatchObject({ status: 401 })
    expect(await verification.confirm(token)).toEqual({ id: 'ada', address: 'ada@a.example' })
    await expect(verification.confirm(token)).rejects.toMatchObject({ status: 401 })
  })
})

describe('pwnedPasswords', () => {
  const sha1 = createHash('sha1').update('password1').digest('hex').toUpperCase()

  it('asks by five digits of a hash, and nothing else of the password', async () => {
    const asked: string[] = []
    const fetch = async (url: string | URL) => {
      asked.push(String(url))
      return new Response(`0018A45C4D1DEF81644B54AB7F969B88D65:0\r\n${sha1.slice(5)}:3`)
    }
    const isBreached = pwnedPasswords({ fetch })
    expect([await isBreached('password1'), await isBreached('another')]).toEqual([true, false])
    expect(asked[0]).toBe(`https://api.pwnedpasswords.com/range/${sha1.slice(0, 5)}`)
    expect(await pwnedPasswords({ fetch, least: 4 })('password1')).toBe(false)
  })

  it('lets passwords through where the list does not answer', async () => {
    const down = async () => Promise.reject(new Error('down'))
    expect(await pwnedPasswords({ fetch: down })('password1')).toBe(false)
    expect(await pwnedPasswords({ fetch: async () => new Response('', { status: 503 }) })('password1')).toBe(
      false,
    )
  })
})
