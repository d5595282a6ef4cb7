import { processorTime, program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'
import { requestBytes } from '../scenarios.mjs'
import { CONNECTIONS, ownGenerator, SERVER_CORE, WARM_UP_SECONDS } from './http.mjs'

const ROUTES = {
  bare: 'bare',
  enhanced: 'guard, interceptor, pipe, filter',
  scoped: 'request-scoped service',
}
const SERVERS = { corbel: 'corbel-pipeline', 'nest-fastify': 'nest-pipeline' }

/**
 * Measures what guards, interceptors, pipes and filters cost, and what request scope costs, against a bare route of the
 * same server. Every round visits all routes of all servers.
 *
 * @param {{ rounds: number, seconds: number }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchPipeline({ rounds, seconds }) {
  const generator = ownGenerator()
  const servers = []
  try {
    for (const [name, file] of Object.entries(SERVERS)) {
      const server = start(program('servers', file), { core: SERVER_CORE })
      servers.push({ name, ...server, port: Number(await server.line()), samples: new Map() })
    }
    for (let round = -1; round < rounds; round += 1) {
      for (const { port, pid, samples } of servers) {
        for (const route of Object.keys(ROUTES)) {
          const duration = round < 0 ? WARM_UP_SECONDS : seconds
          const before = processorTime(pid)
          const request = requestBytes({ method: 'GET', path: `/${route}/42` }).toString('base64')
          const job = { port, request, status: 200, connections: CONNECTIONS, depth: 1, seconds: duration }
          const { perSecond } = await generator.run(job)
          const perProcessorSecond = (perSecond * duration) / (processorTime(pid) - before)
          if (round >= 0)
            samples.set(route, [...(samples.get(route) ?? []), { perSecond, perProcessorSecond }])
        }
      }
      process.stderr.write('.')
    }
  } finally {
    await Promise.all([generator.stop(), ...servers.map((server) => server.stop())])
  }
  process.stderr.write('\n')
  const share = (samples, route, key) =>
    median(samples.get(route).map((sample, round) => sample[key] / samples.get('bare')[round][key])).toFixed(
      2,
    )
  const rows = servers.flatMap(({ name, samples }) =>
    Object.entries(ROUTES).map(([route, title]) => [
      name,
      title,
      Math.round(median(samples.get(route).map(({ perSecond }) => perSecond))).toLocaleString('en'),
      share(samples, route, 'perSecond'),
      share(samples, route, 'perProcessorSecond'),
    ]),
  )
  const head = ['server', 'route', 'req/s', 'of the bare route', 'of the bare route, per CPU s']
  return `### What the pipeline costs\n\n${table(head, rows)}`
}
