import { Attempts } from 'corbel/auth'
import { MemorySecondFactorStore, SecondFactor } from 'corbel/auth/totp'
import { TOTP } from 'otpauth'
import { loadOtpAuth } from '../../lib/auth/totp/otpauth.js'

describe('SecondFactor', () => {
  let now: number
  let store: MemorySecondFactorStore
  let factor: SecondFactor
  let recovery: readonly string[]
  let secret: string
  const step = 30_000
  const codeAt = (time: number) => new TOTP({ secret }).generate({ timestamp: time })
  const invalid = { code: 'CORBEL_AUTH_CREDENTIALS_INVALID', status: 401 }

  beforeEach(async () => {
    now = 1_700_000_000_000
    store = new MemorySecondFactorStore()
    factor = new SecondFactor({
      store,
      issuer: 'Shop',
      attempts: new Attempts({ wait: '5m' }),
      now: () => now,
    })
    const enrolment = await factor.enrol('ada', 'ada@a.example')
    secret = enrolment.secret
    recovery = await factor.confirm('ada', codeAt(now))
    now += 10 * step
    settle()
  })

  /** Lets time pass until the codes of the steps around now are all different: one in some 100 000 is not by chance. */
  function settle(): void {
    const around = () => [-3, -2, -1, 0, 1, 2, 3].map((offset) => codeAt(now + offset * step))
    while (new Set(around()).size < 7) now += step
  }
  /** A code that is not good now. */
  function wrongCode(): string {
    const good = [-1, 0, 1].map((offset) => codeAt(now + offset * step))
    return ['000000', '111111', '222222', '333333'].find((code) => !good.includes(code))!
  }

  it('gives an app what it needs (RFC 6238, otpauth://)', async () => {
    const { uri, secret: other } = await factor.enrol('ben', 'ben@b.example')
    expect(uri).toMatch(
      /^otpauth:\/\/totp\/Shop:ben%40b\.example\?issuer=Shop&secret=[A-Z2-7]{32}&algorithm=SHA1&digits=6&period=30$/,
    )
    expect(uri).toContain(other)
  })

  it.each<unknown>([{ $ne: null }, [], 123456, null, undefined])(
    'takes %j for a wrong code',
    async (code) => {
      await factor.enrol('ben', 'ben')
      await expect(factor.verify('ada', code as string)).rejects.toMatchObject(invalid)
      await expect(factor.confirm('ben', code as string)).rejects.toMatchObject(invalid)
    },
  )

  it('does not count before it is confirmed', async () => {
    await factor.enrol('ben', 'ben')
    expect(await factor.isEnrolled('ben')).toBe(false)
    await expect(factor.verify('ben', '000000')).rejects.toMatchObject(invalid)
    await expect(factor.confirm('nobody', '000000')).rejects.toMatchObject(invalid)
  })

  it('takes a code of now, of the step before and of the next, and no other', async () => {
    for (const offset of [-1, 0, 1]) {
      now += 5 * step
      settle()
      expect(await factor.verify('ada', codeAt(now + offset * step))).toEqual({ factor: 'otp' })
    }
    for (const offset of [-2, 2]) {
      now += 10 * step
      settle()
      await expect(factor.verify('ada', codeAt(now + offset * step))).rejects.toMatchObject(invalid)
    }
  })

  it('takes a code once, and none of before (replay)', async () => {
    const [before, code] = [codeAt(now - step), codeAt(now)]
    await factor.verify('ada', code)
    await expect(factor.verify('ada', code)).rejects.toMatchObject(invalid)
    await expect(factor.verify('ada', before)).rejects.toMatchObject(invalid)
  })

  it('takes a code once also where it comes several times at once', async () => {
    const code = codeAt(now)
    const tries = await Promise.allSettled([1, 2, 3].map(() => factor.verify('ada', code)))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('slows guessing down', async () => {
    const wrong = wrongCode()
    for (let i = 0; i < 5; i += 1) await expect(factor.verify('ada', wrong)).rejects.toMatchObject(invalid)
    await expect(factor.verify('ada', codeAt(now))).rejects.toMatchObject({
      code: 'CORBEL_AUTH_LOCKED',
      status: 429,
    })
  })

  it('takes each recovery code once, and stores none', async () => {
    expect(recovery).toHaveLength(10)
    expect(new Set(recovery).size).toBe(10)
    expect(recovery[0]).toMatch(/^[0-9a-z]{4}(?:-[0-9a-z]{4}){3}$/)
    expect(JSON.stringify(store.find('ada'))).not.toContain(recovery[0])
    expect(await factor.verify('ada', recovery[0]!.toUpperCase())).toEqual({ factor: 'otp', recoveryLeft: 9 })
    await expect(factor.verify('ada', recovery[0]!)).rejects.toMatchObject(invalid)
    expect(await factor.verify('ada', recovery[1]!.replaceAll('-', ' '))).toMatchObject({ recoveryLeft: 8 })
  })

  it('does not take the codes of another account', async () => {
    const other = await factor.enrol('ben', 'ben')
    await factor.confirm('ben', new TOTP({ secret: other.secret }).generate({ timestamp: now }))
    await expect(factor.verify('ben', recovery[0]!)).rejects.toMatchObject(invalid)
    const codesOfBen = () =>
      [-1, 0, 1].map((offset) =>
        new TOTP({ secret: other.secret }).generate({ timestamp: now + offset * step }),
      )
    do now += 5 * step
    while (codesOfBen().includes(codeAt(now)))
    await expect(factor.verify('ben', codeAt(now))).rejects.toMatchObject(invalid)
  })

  it('is not replaced by who has the password alone, and goes when it is removed', async () => {
    await expect(factor.enrol('ada', 'ada')).rejects.toMatchObject(invalid)
    await expect(factor.confirm('ada', codeAt(now))).rejects.toMatchObject(invalid)
    await factor.remove('ada')
    expect(await factor.isEnrolled('ada')).toBe(false)
    await expect(factor.verify('ada', recovery[0]!)).rejects.toMatchObject(invalid)
  })

  it('says how to install otpauth', async () => {
    const missing = async () =>
      Promise.reject(
        Object.assign(new Error("Cannot find package 'otpauth'"), { code: 'ERR_MODULE_NOT_FOUND' }),
      )
    await expect(loadOtpAuth(missing)).rejects.toThrow(/npm install otpauth/)
  })
})
