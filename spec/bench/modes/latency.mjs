import { program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'
import { requestBytes, scenarios } from '../scenarios.mjs'
import { CONNECTIONS, ownGenerator, SERVER_CORE, WARM_UP_SECONDS } from './http.mjs'

const NAMES = ['node-http', 'fastify', 'corbel']
const SHARE = 0.8

/**
 * Measures latency at 80 % of what each server can do: requests are sent at a fixed pace, and each latency counts from when the
 * request was due, so that a server which stalls is not spared the requests of that time. In every round the server's own limit is
 * measured first.
 *
 * @param {{ rounds: number, seconds: number, only: string[] | undefined }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchLatency({ rounds, seconds, only }) {
  const generator = ownGenerator()
  const servers = []
  const request = requestBytes(scenarios.json).toString('base64')
  try {
    for (const name of NAMES.filter((one) => only === undefined || only.includes(one))) {
      const server = start(program('servers', name), { core: SERVER_CORE })
      servers.push({ name, ...server, port: Number(await server.line()), samples: [] })
    }
    for (let round = -1; round < rounds; round += 1) {
      for (const { port, samples } of servers) {
        const job = { port, request, status: 200, connections: CONNECTIONS, depth: 1 }
        const limit = await generator.run({ ...job, seconds: WARM_UP_SECONDS })
        const rate = SHARE * limit.perSecond
        const paced = await generator.run({ ...job, seconds, rate })
        if (round >= 0) samples.push({ ...paced, rate, limit: limit.perSecond })
      }
      process.stderr.write('.')
    }
  } finally {
    await Promise.all([generator.stop(), ...servers.map((server) => server.stop())])
  }
  process.stderr.write('\n')
  const rows = servers.map(({ name, samples }) => {
    const of = (key) => median(samples.map((sample) => sample[key]))
    const whole = (value) => Math.round(value).toLocaleString('en')
    return [
      name,
      whole(of('limit')),
      whole(of('rate')),
      whole(of('perSecond')),
      of('p50').toFixed(2),
      of('p99').toFixed(2),
    ]
  })
  const head = ['server', 'limit, req/s', 'asked for, req/s', 'answered, req/s', 'p50 ms', 'p99 ms']
  return `### Latency at ${SHARE * 100} % of each server's limit, GET JSON\n\n${table(head, rows)}`
}
