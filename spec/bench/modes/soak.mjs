import { readFileSync } from 'node:fs'
import { program, start } from '../processes.mjs'
import { table } from '../report.mjs'
import { invalidUsers, requestBytes, scenarios } from '../scenarios.mjs'
import { CONNECTIONS, ownGenerator, SERVER_CORE } from './http.mjs'

const REQUESTS = 5_000_000
const TURN_SECONDS = 1

/** What is sent in turn: good requests of every kind, and bad ones. */
const MIX = [
  ...Object.values(scenarios),
  { title: 'no route', method: 'GET', path: '/nowhere', status: 404 },
  { title: 'refused body', method: 'POST', path: '/users', body: invalidUsers[0], status: 400 },
]

/**
 * Sends five million requests of all kinds to one process, on connections that are opened anew for each turn, and watches its
 * memory. It is flat if the last quarter needs no more than the second one (the first one still warms up).
 *
 * @returns {Promise<string>} Markdown
 */
export async function benchSoak() {
  const generator = ownGenerator()
  const server = start(program('servers', 'corbel'), { core: SERVER_CORE })
  const samples = []
  try {
    const port = Number(await server.line())
    let sent = 0
    for (let turn = 0; sent < REQUESTS; turn += 1) {
      const scenario = MIX[turn % MIX.length]
      const request = requestBytes(scenario).toString('base64')
      const { status, depth = 1 } = scenario
      // about as many requests of each kind
      const seconds = depth === 1 ? TURN_SECONDS : (4 * TURN_SECONDS) / depth
      const job = { port, request, status, connections: CONNECTIONS, depth, seconds }
      sent += Math.round((await generator.run(job)).responses)
      samples.push({ sent, rss: residentSize(server.pid) })
      if (turn % MIX.length === 0) process.stderr.write('.')
    }
  } finally {
    await Promise.all([generator.stop(), server.stop()])
  }
  process.stderr.write('\n')
  const total = samples.at(-1).sent
  const quarters = [0, 1, 2, 3].map((at) => {
    const own = samples.filter(({ sent }) => Math.min(3, Math.floor((4 * (sent - 1)) / total)) === at)
    return own.reduce((sum, { rss }) => sum + rss, 0) / own.length
  })
  const growth = (quarters[3] / quarters[1] - 1) * 100
  const rows = [
    [
      'mean RSS, MiB',
      ...quarters.map((size) => size.toFixed(1)),
      `${growth >= 0 ? '+' : ''}${growth.toFixed(1)} %`,
    ],
  ]
  return `### ${total.toLocaleString('en')} requests through one process\n\n${table(['', 'first quarter', 'second', 'third', 'fourth', 'fourth ÷ second'], rows)}`
}

/** MiB of memory that a process holds, as Linux tells. */
export function residentSize(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1_024
}
