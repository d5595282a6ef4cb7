import 'reflect-metadata'
import { parseArgs } from 'node:util'
import { ApiKeys, Attempts, MemoryApiKeyStore, PasswordHasher, PasswordLogin } from 'corbel/auth'
import { safeEqual } from 'corbel/crypto'
import { compare, type Question } from './compare.js'

// npm run timing -- --rounds 400
//
// Whether the time of an answer tells what the answer itself does not: if an account exists, how much of a secret is right. Each pair of
// questions is asked in turns, and the times are compared by a rank test, which a few slow rounds do not mislead. Not part of the
// suite: a statement about time needs a quiet machine.

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '300' } } })
const rounds = Number(values.rounds)

const hasher = new PasswordHasher({ cost: 12, parallelization: 1 })
const account = { id: '1', passwordHash: await hasher.hash('correct horse') }
const passwords = new PasswordLogin({
  hasher,
  attempts: new Attempts({ free: Number.MAX_SAFE_INTEGER }),
  accounts: {
    findByLogin: (name) => (name === 'ada@example.com' ? account : undefined),
    savePasswordHash: () => undefined,
  },
})
const apiKeys = new ApiKeys({ store: new MemoryApiKeyStore(), prefix: 'shop' })
const { key } = await apiKeys.issue('1')
const wrongEnd = `${key.slice(0, -2)}${key.endsWith('AA') ? 'BB' : 'AA'}`
const wrongStart = key.replace(/(_[^_]*)$/, (end) => `_${end[1] === 'A' ? 'B' : 'A'}${end.slice(2)}`)
const secret = 'x'.repeat(64)
const refused = (promise: Promise<unknown>): Promise<unknown> => promise.catch(() => undefined)

const questions: readonly Question[] = [
  {
    name: 'password: unknown name | wrong password',
    one: () => passwords.verify('eve@example.com', 'wrong horse'),
    other: () => passwords.verify('ada@example.com', 'wrong horse'),
  },
  {
    name: 'API key: wrong at the start | at the end of the secret',
    one: () => refused(apiKeys.verify(wrongStart)),
    other: () => refused(apiKeys.verify(wrongEnd)),
    repeat: 50,
  },
  {
    name: 'safeEqual: differs at the start | at the end',
    one: () => safeEqual(secret, `y${secret.slice(1)}`),
    other: () => safeEqual(secret, `${secret.slice(1)}y`),
    repeat: 500,
  },
]

// what the measurement is worth: a login that hashes only for accounts that exist has to be found out
const careless = (name: string) => name === 'ada@example.com' && hasher.verify('wrong', account.passwordHash)
const control = await compare(
  { name: '', one: () => careless('eve@example.com'), other: () => careless('ada@example.com') },
  Math.min(rounds, 100),
)
if (Math.abs(control.z) < 4)
  throw new Error('The control was not found out: this machine is too busy, or rounds are too few.')

let leaks = 0
for (const question of questions) {
  const { one, other, difference, z } = await compare(question, rounds)
  // far beyond chance, and enough to be seen through a network
  const isLeak = Math.abs(z) > 4 && Math.abs(difference) > 0.05
  if (isLeak) leaks += 1
  const figures = `${one.toFixed(3)} | ${other.toFixed(3)} ms, ${(difference * 100).toFixed(1)} %, z = ${z.toFixed(1)}`
  console.log(`${isLeak ? 'LEAK' : 'ok  '} ${question.name}: ${figures}`)
}
process.exitCode = leaks === 0 ? 0 : 1
