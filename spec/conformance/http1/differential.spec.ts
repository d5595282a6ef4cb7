import { readFileSync } from 'node:fs'
import { answersOf } from './answers.js'
import { DIFFERENCES, type Difference } from './differences.js'
import { judgeByNode, type Verdict } from './node-subject.js'
import { requestRules } from './rules/index.js'
import { TRANSPORTS, type Subject } from './transports.js'

const corpus = Object.entries(requestRules).flatMap(([subject, list]) =>
  list.map(({ name, source, bytes }) => ({ name: `${subject}, ${source}: ${name}`, bytes })),
)

async function judgeByCorbel(subject: Subject, input: string): Promise<Verdict> {
  const { requests, before } = await subject.converse(input)
  const answers = answersOf(before!, requests)
  return {
    requests: requests.map(({ method, target, body }) => ({ method, target, body })),
    refused: answers.length > requests.length,
  }
}

/** How two verdicts differ; undefined if they do not. */
function difference(corbel: Verdict, node: Verdict): Difference['corbel'] | undefined {
  const more = corbel.requests.length - node.requests.length
  if (more !== 0) return more < 0 ? 'refuses' : 'takes'
  if (corbel.refused !== node.refused) return corbel.refused ? 'refuses' : 'takes'
  const print = ({ requests }: Verdict) => JSON.stringify(requests)
  return print(corbel) === print(node) ? undefined : 'rewrites'
}

describe('node:http, strict,', () => {
  it('agrees with Corbel on what is a request, but for what the table of differences says', async () => {
    const subject = await TRANSPORTS[0]!.start()
    const verdicts = await judgeByNode(corpus.map(({ bytes }) => bytes))
    const unexplained: string[] = []
    for (const [i, { name, bytes }] of corpus.entries()) {
      const found = difference(await judgeByCorbel(subject, bytes), verdicts[i]!)
      if (found === undefined) continue
      const known = DIFFERENCES.some(
        ({ corbel, shownBy }) => corbel === found && shownBy.some((part) => name.includes(part)),
      )
      if (!known) unexplained.push(`${name}: Corbel ${found}`)
    }
    await subject.close()
    expect(unexplained).toEqual([])
  }, 60_000)

  it('differs in nothing that the documentation does not say', () => {
    const page = readFileSync(new URL('../../../docs/server.md', import.meta.url), 'utf8')
    const rows = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
    for (const { what, corbel, why } of DIFFERENCES) expect(rows).toContainEqual(['', what, corbel, why, ''])
  })

  it.each(DIFFERENCES)('differs in $what, as the suite shows', ({ shownBy }) => {
    for (const part of shownBy) expect(corpus.some(({ name }) => name.includes(part)), part).toBe(true)
  }) // prettier-ignore
})
