import { corbelSubject } from './corbel-subject.js'
import { http2Rules } from './rules/index.js'
import type { Subject } from './subjects.js'
import { verify } from './verify.js'

describe.each([
  ['TCP', false],
  ['TLS', true],
])('HTTP/2 over %s', (_, tls) => {
  let subject: Subject
  beforeAll(async () => void (subject = await corbelSubject(tls)))
  afterAll(() => subject.close())

  describe.each(Object.entries(http2Rules))('%s', (_, rules) => {
    it.each(rules)('$name ($source)', (rule) => verify(rule, subject))
  })

  it('is the same byte by byte', async () => {
    const rules = Object.values(http2Rules).flat()
    for (let at = 0; at < rules.length; at += 16) {
      const attempts = rules.slice(at, at + 16).map(async (rule) => {
        await verify(rule, subject, 'bytes').catch((error: unknown) => {
          throw new Error(`${rule.name}: ${String(error)}`, { cause: error })
        })
      })
      await Promise.all(attempts)
    }
  }, 120_000)

  it('leaves no error behind', () => {
    expect(subject.errors).toEqual([])
  })
})
