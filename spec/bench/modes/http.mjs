import { isDeepStrictEqual } from 'node:util'
import { fileURLToPath } from 'node:url'
import { processorTime, program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'
import { invalidUsers, requestBytes, scenarios } from '../scenarios.mjs'
import { wrk } from '../wrk.mjs'

const SERVERS = ['net-constant', 'node-http', 'fastify', 'nest-fastify', 'nest-express', 'corbel']
export const CONNECTIONS = 64
export const WARM_UP_SECONDS = 1.5
export const [SERVER_CORE, LOAD_CORE] = [0, 1]

/**
 * Measures requests per second. All servers run at once, one is under load at a time, and every round visits all of
 * them, beginning with another one: so whatever disturbs the machine disturbs them alike.
 *
 * @param {{ rounds: number, seconds: number, only: string[] | undefined, scenario: string[] | undefined, wrk: boolean }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchHttp({ rounds, seconds, only, scenario, wrk: useWrk }) {
  const names = SERVERS.filter((name) => only === undefined || only.includes(name))
  const { servers, failures } = await startAll(names)
  const generator = useWrk ? wrk() : ownGenerator()
  const parts = []
  const summary = new Map()
  try {
    for (const [key, definition] of Object.entries(scenarios)) {
      if (scenario !== undefined && !scenario.includes(key)) continue
      process.stderr.write(`${definition.title}: `)
      const samples = await measure(servers, definition, generator, rounds, seconds)
      process.stderr.write('\n')
      summary.set(definition.title, samples)
      parts.push(`### ${definition.title}\n\n${detail(samples)}`)
    }
  } finally {
    await Promise.all([generator.stop(), ...[...servers.values()].map((server) => server.stop())])
  }
  const notes = failures.map((failure) => `- ${failure}\n`).join('')
  return [
    `### Requests per second, × node:http\n\n${overview(servers, summary, 'perSecond')}`,
    // tells the same story where other programs take their share of the server's core
    `### Requests per second of the server's processor time, × node:http\n\n${overview(servers, summary, 'perProcessorSecond')}`,
    ...parts,
    notes,
  ]
    .filter((part) => part !== '')
    .join('\n')
}

async function startAll(names) {
  const servers = new Map()
  const failures = []
  for (const name of names) {
    const server = start(program('servers', name), { core: SERVER_CORE })
    try {
      const port = Number(await server.line())
      if (name !== 'net-constant') await verify(port)
      servers.set(name, { ...server, port })
    } catch (error) {
      failures.push(`${name} left out: ${error.message}`)
      process.stderr.write(`${failures.at(-1)}\n`)
      await server.stop()
    }
  }
  return { servers, failures }
}

/** A server takes part only if it answers like the others and really validates. */
async function verify(port) {
  const request = (path, method, body) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
  for (const { path, method, body, status, answer } of Object.values(scenarios)) {
    const response = await request(path, method, body)
    const text = await response.text()
    if (response.status !== status || !isDeepStrictEqual(JSON.parse(text), answer)) {
      throw new Error(`answers ${method} ${path} with ${response.status} ${text.slice(0, 200)}`)
    }
  }
  for (const body of invalidUsers) {
    const response = await request('/users', 'POST', body)
    await response.arrayBuffer()
    if (response.status !== 400) throw new Error(`answers ${response.status} to ${JSON.stringify(body)}`)
  }
}

export function ownGenerator() {
  const child = start(fileURLToPath(new URL('../load.mjs', import.meta.url)), { core: LOAD_CORE })
  return {
    stop: () => child.stop(),
    run: async (job) => {
      child.send(JSON.stringify(job))
      const result = JSON.parse(await child.line((job.seconds + 15) * 1_000))
      if (result.error !== undefined) throw new Error(result.error)
      return result
    },
  }
}

async function measure(servers, scenario, generator, rounds, seconds) {
  const names = [...servers.keys()]
  const samples = new Map(names.map((name) => [name, []]))
  const request = requestBytes(scenario).toString('base64')
  for (let round = -1; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(turn + round + 1) % names.length]
      const { port, pid } = servers.get(name)
      const before = processorTime(pid)
      const duration = round < 0 ? WARM_UP_SECONDS : seconds
      const { status, depth = 1 } = scenario
      const job = { port, request, status, connections: CONNECTIONS, depth, seconds: duration }
      const result = await generator.run(job).catch((error) => {
        throw new Error(`${name}, ${scenario.title}: ${error.message}`)
      })
      if (round < 0) continue
      const used = processorTime(pid) - before
      const perProcessorSecond = (result.perSecond * duration) / used
      samples.get(name).push({ ...result, busy: used / duration, perProcessorSecond })
    }
    process.stderr.write('.')
  }
  return samples
}

const rate = (samples, name, key = 'perSecond') => median(samples.get(name).map((sample) => sample[key]))

/** The median of the ratios of each round: what slows a whole round down does not count. */
function ratio(samples, name, other, key = 'perSecond') {
  if (!samples.has(name) || !samples.has(other)) return '–'
  const others = samples.get(other)
  const value = median(samples.get(name).map((sample, round) => sample[key] / others[round][key]))
  return Number.isFinite(value) ? value.toFixed(2) : '–'
}

function overview(servers, summary, key) {
  const rows = [...servers.keys()].map((name) => [
    name,
    ...[...summary.values()].map((samples) => ratio(samples, name, 'node-http', key)),
  ])
  return table(['server', ...summary.keys()], rows)
}

function detail(samples) {
  const rows = [...samples.keys()].map((name) => {
    const all = samples.get(name).map((sample) => sample.perSecond)
    const percent = (key) =>
      Number.isNaN(rate(samples, name, key)) ? '–' : `${Math.round(rate(samples, name, key) * 100)} %`
    const perCpu = rate(samples, name, 'perProcessorSecond')
    return [
      name,
      Math.round(rate(samples, name)).toLocaleString('en'),
      `${Math.round(Math.min(...all) / 1_000)}–${Math.round(Math.max(...all) / 1_000)} k`,
      Number.isFinite(perCpu) ? `${Math.round(perCpu / 1_000)} k` : '–',
      ratio(samples, name, 'node-http'),
      ratio(samples, 'corbel', name),
      rate(samples, name, 'p50').toFixed(2),
      rate(samples, name, 'p99').toFixed(2),
      percent('busy'),
      percent('load'),
    ]
  })
  const head = [
    'server',
    'req/s',
    'range',
    'per CPU s',
    '× node:http',
    'corbel ÷',
    'p50 ms',
    'p99 ms',
    'server CPU',
    'generator CPU',
  ]
  return table(head, rows)
}
