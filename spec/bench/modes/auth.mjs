import { processorTime, program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'
import { CONNECTIONS, ownGenerator, SERVER_CORE, WARM_UP_SECONDS } from './http.mjs'

const CRLF = '\r\n'
const ROUTES = {
  open: { path: '/open', title: 'open' },
  sent: { path: '/open', title: 'open, and sent a token', token: true },
  guarded: { path: '/guarded', title: 'guarded by a JWT', token: true },
  user: { path: '/user', title: 'guarded, and told who it is', token: true },
  revocable: { path: '/revocable', title: 'guarded, and revocation asked', token: true },
}

/**
 * Measures what a bearer token costs: routes that ask for one against an open route of the same server, which is sent none.
 * Every round visits all routes; a share is the median of those of the rounds.
 *
 * @param {{ rounds: number, seconds: number }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchAuth({ rounds, seconds }) {
  const generator = ownGenerator()
  const server = start(program('servers', 'corbel-auth'), { core: SERVER_CORE })
  const samples = new Map(Object.keys(ROUTES).map((name) => [name, []]))
  try {
    const [port, token] = (await server.line()).trim().split(' ')
    const refused = await fetch(`http://127.0.0.1:${port}/guarded`)
    if (refused.status !== 401)
      throw new Error(`The guarded route answers ${refused.status} without a token.`)
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, route] of Object.entries(ROUTES)) {
        const duration = round < 0 ? WARM_UP_SECONDS : seconds
        const before = processorTime(server.pid)
        const request = requestOf(route, token).toString('base64')
        const job = { port: Number(port), request, status: 200, connections: CONNECTIONS, depth: 1 }
        const { perSecond } = await generator.run({ ...job, seconds: duration })
        const used = processorTime(server.pid) - before
        if (round >= 0)
          samples.get(name).push({ perSecond, perProcessorSecond: (perSecond * duration) / used })
      }
      process.stderr.write('.')
    }
  } finally {
    await Promise.all([generator.stop(), server.stop()])
  }
  process.stderr.write('\n')
  const share = (name, key) =>
    median(samples.get(name).map((sample, round) => sample[key] / samples.get('open')[round][key])).toFixed(2)
  const rows = Object.entries(ROUTES).map(([name, { title }]) => [
    title,
    Math.round(median(samples.get(name).map(({ perSecond }) => perSecond))).toLocaleString('en'),
    share(name, 'perSecond'),
    share(name, 'perProcessorSecond'),
  ])
  const head = ['route', 'req/s', 'of the open route', 'of the open route, per CPU s']
  return `### What authentication costs\n\n${table(head, rows)}`
}

function requestOf({ path, token: isSent = false }, token) {
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...(isSent ? [`Authorization: Bearer ${token}`] : []),
  ]
  return Buffer.from(lines.join(CRLF) + CRLF + CRLF)
}
