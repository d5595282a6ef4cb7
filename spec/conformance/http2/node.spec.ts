import { http2Rules } from './rules/index.js'
import { nodeSubject, type Subject } from './subjects.js'
import { verify } from './verify.js'

// the rules, checked by a second implementation; where it is known to be laxer, the rule says so
describe("Node's own HTTP/2 server", () => {
  let subject: Subject
  beforeAll(async () => void (subject = await nodeSubject()))
  afterAll(() => subject.close())

  describe.each(Object.entries(http2Rules))('%s', (_, rules) => {
    for (const rule of rules) {
      const test = rule.node === undefined ? it : it.skip
      test(`${rule.name} (${rule.source})`, () => verify(rule, subject))
    }
  })
})
