import type { RawResponse } from '../../support/raw-http.js'
import { disagreement } from './agreement.js'
import { answersOf, timeless } from './answers.js'
import { head, type ExpectedRequest, type Rule, type SeenRequest } from './rule.js'
import { requestRules } from './rules/index.js'
import { EVERYWHERE, TRANSPORTS, type Conversation, type Subject } from './transports.js'

const BEFORE = head('GET /before')
const BEHIND = head('GET /behind')
const timeout = EVERYWHERE ? 3_600_000 : 240_000
const all = Object.values(requestRules).flat()

/** Where a text is cut in two: everywhere, or every so often in a long one, but always around its line ends. */
function cuts(text: string, most: number): number[] {
  const step = Math.ceil(text.length / (most + 1))
  const places = Array.from({ length: text.length - 1 }, (_, i) => i + 1)
  return places.filter(
    (i) => i % step === 0 || (most > 100 && step < 100 && text.slice(i - 2, i + 2).includes('\n')),
  )
}

function expectRequest(found: SeenRequest | undefined, wanted: ExpectedRequest): void {
  if (typeof wanted === 'string') expect(`${found?.method} ${found?.target}`).toBe(wanted)
  else expect(found).toMatchObject(wanted)
}

/** What has to be the same however the bytes have come. */
function print({ requests, received, closed }: Conversation): string {
  return JSON.stringify([requests, timeless(received), closed], undefined, 1)
}

/** Checks what was said and seen against a rule, with requests of ours around it. */
function verify(
  rule: Rule,
  conversation: Conversation,
  before: string[] = [],
  behind: string[] = [],
): RawResponse[] {
  const { requests } = conversation
  const open = rule.then === 'open'
  const wanted = [...before, ...rule.requests, ...(open ? behind : [])]
  expect(requests).toHaveLength(wanted.length)
  wanted.forEach((request, i) => expectRequest(requests[i], request))
  const answers = answersOf(conversation.received, requests)
  const statuses = [...wanted.map(() => 200), ...(rule.refused === undefined ? [] : [rule.refused])]
  expect(answers.map(({ status }) => status)).toEqual(statuses)
  // each answer is the one to its request
  requests.forEach(({ method, target }, i) => {
    expect(answers[i]!.body).toBe(method === 'HEAD' ? '' : `${method} ${target}`)
  })
  if (rule.refused !== undefined) expect(answers.at(-1)!.headers).toMatchObject({ connection: 'close' })
  return answers
}

describe.each(TRANSPORTS)('HTTP/1.1 over $name', ({ start, cuts: most }) => {
  let subject: Subject
  beforeAll(async () => void (subject = await start()))
  afterAll(() => subject.close())

  describe.each(Object.entries(requestRules))('%s', (_, rules) => {
    it.each(rules)('$name ($source)', async (rule) => {
      const conversation = await subject.converse(rule.bytes)
      verify(rule, conversation)
      expect(disagreement(rule.bytes, conversation.requests, conversation.received)).toBeUndefined()
      if (conversation.closed !== undefined) {
        expect(conversation.closed).toBe(rule.then === 'closed')
        expect(timeless(conversation.before!)).toBe(timeless(conversation.received))
      }
    })
  })

  it(
    'is the same in two pieces, wherever they are cut',
    async () => {
      for (const rule of all) {
        const whole = print(await subject.converse(rule.bytes))
        const places = cuts(rule.bytes, most)
        for (let i = 0; i < places.length; i += 250) {
          const batch = places.slice(i, i + 250)
          const pairs = batch.map((at) => subject.converse(rule.bytes.slice(0, at), rule.bytes.slice(at)))
          for (const [j, conversation] of (await Promise.all(pairs)).entries()) {
            const found = print(conversation)
            // expect() takes longer than the conversation
            if (found !== whole) expect(found, `${rule.name}, cut at ${batch[j]}`).toBe(whole)
          }
        }
      }
    },
    timeout,
  )

  it(
    'is the same byte by byte',
    async () => {
      for (const rule of all) {
        if (rule.bytes.length > most * 600) continue
        const whole = await subject.converse(rule.bytes)
        const { requests, received } = await subject.converse(...rule.bytes.split(''))
        expect([requests, timeless(received)], rule.name).toEqual([whole.requests, timeless(whole.received)])
      }
    },
    timeout,
  )

  it(
    'is the same between other requests, and what follows a refusal is not answered',
    async () => {
      for (const rule of all) {
        try {
          verify(rule, await subject.converse(BEFORE + rule.bytes), ['GET /before'])
          if (rule.then === 'incomplete') continue
          const one = await subject.converse(BEFORE + rule.bytes + BEHIND)
          verify(rule, one, ['GET /before'], ['GET /behind'])
          const apart = await subject.converse(BEFORE, rule.bytes, BEHIND)
          verify(rule, apart, ['GET /before'], ['GET /behind'])
        } catch (error) {
          throw new Error(`${rule.name}: ${String(error)}`, { cause: error })
        }
      }
    },
    timeout,
  )

  it('leaves no error behind', () => {
    expect(subject.errors).toEqual([])
  })
})
