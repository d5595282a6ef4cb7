import { parseArgs } from 'node:util'
import { campaign, shrink } from './campaign.js'
import { http2Campaign, shrinkHttp2 } from './http2/campaign.js'
import { Random } from './random.js'
import { shrinkWs, wsCampaign } from './ws/campaign.js'

// npm run fuzz -- --protocol http1 --runs 1000000 --seed 1

const { values } = parseArgs({
  options: {
    protocol: { type: 'string', default: 'http1' },
    runs: { type: 'string' },
    seed: { type: 'string' },
  },
})
const { protocol } = values
if (protocol !== 'http1' && protocol !== 'http2' && protocol !== 'ws') {
  throw new Error('--protocol is http1, http2 or ws')
}
const runs = Number(values.runs ?? 1_000_000)
const seed = Number(values.seed ?? Date.now() % 2 ** 31)
const began = Date.now()
console.log(`fuzzing: --protocol ${protocol} --runs ${runs} --seed ${seed}`)

let next = runs / 10
const seconds = () => Math.round((Date.now() - began) / 1000)
const progress = ({ inputs }: { inputs: number }): void => {
  if (inputs < next) return
  next += runs / 10
  console.log(`${inputs} inputs, ${seconds()} s`)
}

if (protocol === 'http1') {
  const { figures, finding } = await campaign(seed, runs, progress)
  report(figures, finding?.problem, finding?.input)
  if (finding !== undefined) {
    const { input, problem } = await shrink(finding)
    report({}, `the same, smaller: ${problem}`, input)
  }
} else if (protocol === 'ws') {
  const { figures, finding } = await wsCampaign(new Random(seed), runs, progress)
  report(figures, finding?.problem, finding && { variant: finding.variant, frames: finding.frames })
  if (finding !== undefined) {
    const { frames, variant, problem } = await shrinkWs(finding, new Random(seed))
    report({}, `the same, smaller: ${problem}`, { variant, frames })
  }
} else {
  const { figures, finding } = await http2Campaign(new Random(seed), runs, progress)
  report(figures, finding?.problem, finding?.frames)
  if (finding !== undefined) {
    const { frames, problem } = await shrinkHttp2(finding, new Random(seed))
    report({}, `the same, smaller: ${problem}`, frames)
  }
}

function report(figures: object, problem: string | undefined, input: unknown): void {
  console.log(JSON.stringify({ ...figures, seed, seconds: seconds() }))
  if (problem === undefined) return
  console.error(`${problem}\n${JSON.stringify(input)}\n`)
  process.exitCode = 1
}
