import { parseArgs } from 'node:util'
import { drainRound } from './round.js'

// `npm run drain -- [rounds] [workers] [reload] [--protocol http2]`: a signal under load, again and again; fails if a request was lost
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { protocol: { type: 'string', default: 'http1' } },
})
const [count = '200', ...args] = positionals
const reload = args[1] === 'reload'
const { protocol } = values
if (protocol !== 'http1' && protocol !== 'http2')
  throw new Error(`--protocol is http1 or http2, not ${protocol}`)
let answered = 0
let repeatable = 0
let lost = 0
let hangs = 0
let failed = 0
const times: number[] = []
for (let round = 1; round <= Number(count); round++) {
  const signalAfter = 100 + Math.floor(Math.random() * 400)
  const result = await drainRound({ protocol, signalAfter, reload, args })
  answered += result.answered
  repeatable += result.repeatable
  lost += result.lost.length
  if (result.code === null) hangs++
  else if (result.code !== 0) failed++
  times.push(result.took)
  for (const one of result.lost) process.stdout.write(`round ${round}: ${one}\n`)
  for (const line of result.log.filter((one) => !one.includes(' LOG ')))
    process.stdout.write(`round ${round}: ${line}\n`)
  if (round % 20 === 0) process.stdout.write(`${round} rounds, ${answered} answered, ${lost} lost\n`)
}
times.sort((a, b) => a - b)
const at = (share: number) => `${Math.round(times[Math.floor((times.length - 1) * share)] ?? 0)} ms`
process.stdout.write(
  `${count} rounds: ${answered} requests answered, ${lost} lost, ${repeatable} refused for repetition, ${hangs} hangs, ${failed} wrong exit codes; ` +
    `signal to exit: median ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)}\n`,
)
process.exitCode = lost + hangs + failed === 0 ? 0 : 1
