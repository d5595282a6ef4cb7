import { processorTime, program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'
import { requestBytes, scenarios } from '../scenarios.mjs'
import { CONNECTIONS, ownGenerator, SERVER_CORE, WARM_UP_SECONDS } from './http.mjs'

const json = scenarios.json
const { post } = scenarios

/** What is measured, of which variant of the application, and what it is compared with. */
const CASES = [
  ['GET JSON, async handler', 'plain', json],
  ['the same, sync handler', 'plain', { ...json, path: '/sync' }],
  ['the same, @Res() and response.json()', 'plain', { ...json, path: '/response' }],
  ['with app.enableCors()', 'CORS', json],
  ['with one middleware by app.use()', 'one middleware', json],
  ['with requestContext: true', 'RequestContext', json],
  ['without the shared read buffer', 'public read path', json],
  ['POST, validated', 'plain', post],
  ['POST, validation: false', 'no validation', post, 'POST, validated'],
]

/**
 * Measures what options and habits cost, against the plain form of the same route. Every round visits all of them.
 *
 * @param {{ rounds: number, seconds: number }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchTuning({ rounds, seconds }) {
  const generator = ownGenerator()
  const servers = new Map()
  const samples = new Map(CASES.map(([title]) => [title, []]))
  try {
    for (const [, variant] of CASES) {
      if (servers.has(variant)) continue
      const server = start(program('servers', 'corbel-tuning'), { core: SERVER_CORE, args: [variant] })
      servers.set(variant, { ...server, port: Number(await server.line()) })
    }
    for (let round = -1; round < rounds; round += 1) {
      for (const [title, variant, scenario] of CASES) {
        const { port, pid } = servers.get(variant)
        const request = requestBytes(scenario).toString('base64')
        const duration = round < 0 ? WARM_UP_SECONDS : seconds
        const before = processorTime(pid)
        const job = { port, request, status: scenario.status, connections: CONNECTIONS, depth: 1 }
        const { perSecond } = await generator.run({ ...job, seconds: duration })
        const perProcessorSecond = (perSecond * duration) / (processorTime(pid) - before)
        if (round >= 0) samples.get(title).push({ perSecond, perProcessorSecond })
      }
      process.stderr.write('.')
    }
  } finally {
    await Promise.all([generator.stop(), ...[...servers.values()].map((server) => server.stop())])
  }
  process.stderr.write('\n')
  const share = (title, base, key) =>
    median(samples.get(title).map((sample, round) => sample[key] / samples.get(base)[round][key])).toFixed(2)
  const rows = CASES.map(([title, , , base = title.startsWith('POST') ? title : CASES[0][0]]) => [
    title,
    Math.round(median(samples.get(title).map(({ perSecond }) => perSecond))).toLocaleString('en'),
    share(title, base, 'perSecond'),
    share(title, base, 'perProcessorSecond'),
  ])
  const head = ['route', 'req/s', 'of the plain form', 'of the plain form, per CPU s']
  return `### What options and habits cost\n\n${table(head, rows)}`
}
