import { createContext, Module } from 'corbel'
import { PASSWORD_OPTIONS, PasswordHasher } from 'corbel/auth'

const fast = { cost: 4, parallelization: 1 }

describe('PasswordHasher', () => {
  it('knows a password again, and no other', async () => {
    const hasher = new PasswordHasher(fast)
    const stored = await hasher.hash('correct horse')
    expect(await hasher.verify('correct horse', stored)).toBe(true)
    expect(await hasher.verify('correct horsf', stored)).toBe(false)
    expect(await hasher.verify('', stored)).toBe(false)
  })

  it('salts: one password gives different hashes', async () => {
    const hasher = new PasswordHasher(fast)
    expect(await hasher.hash('same')).not.toBe(await hasher.hash('same'))
  })

  it('stores its parameters, so that they can be raised later', async () => {
    const old = await new PasswordHasher(fast).hash('password')
    expect(old).toMatch(/^\$scrypt\$ln=4,r=8,p=1\$/)
    const present = new PasswordHasher()
    expect(await present.verify('password', old)).toBe(true)
    expect(present.needsRehash(old)).toBe(true)
    expect(present.needsRehash(await present.hash('password'))).toBe(false)
  })

  it('takes equal texts in different Unicode forms as equal', async () => {
    const hasher = new PasswordHasher(fast)
    expect(await hasher.verify('cafe\u0301', await hasher.hash('caf\u00e9'))).toBe(true)
  })

  it.each([{}, fast])(
    'takes as long for an account that does not exist: it makes a hash (%j)',
    async (how) => {
      const hasher = new PasswordHasher(how)
      const stored = await hasher.hash('password')
      const hash = vi.spyOn(hasher, 'hash')
      expect(await hasher.verify('wrong', undefined)).toBe(false)
      expect(hash.mock.calls).toEqual([['wrong']])
      // in the same way as the one that is stored, at the same cost
      const made = await (hash.mock.results[0]!.value as Promise<string>)
      const costOf = (text: string) => text.split('$').slice(0, -2)
      expect(costOf(made)).toEqual(costOf(stored))
    },
  )

  it.each(['', 'plain', '$scrypt$ln=14,r=8,p=5$short$short', '$2b$10$abcdefghijklmnopqrstuv'])(
    'says that a stored hash is not one: %j',
    async (stored) => {
      await expect(new PasswordHasher(fast).verify('x', stored)).rejects.toMatchObject({
        code: 'CORBEL_PASSWORD_HASH_INVALID',
      })
    },
  )

  it('does not let a corrupt row take all memory', async () => {
    const stored = (await new PasswordHasher(fast).hash('x')).replace('ln=4', 'ln=60')
    await expect(new PasswordHasher().verify('x', stored)).rejects.toThrow(/1 GiB/)
  })

  it('can be injected, with options or without', async () => {
    @Module({ providers: [PasswordHasher] })
    class Plain {}
    @Module({ providers: [PasswordHasher, { provide: PASSWORD_OPTIONS, useValue: fast }] })
    class Tuned {}
    const plain = (await createContext(Plain, { logger: false })).get(PasswordHasher)
    const tuned = (await createContext(Tuned, { logger: false })).get(PasswordHasher)
    expect(await plain.hash('x')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await tuned.hash('x')).toMatch(/ln=4,r=8,p=1/)
  })
})
