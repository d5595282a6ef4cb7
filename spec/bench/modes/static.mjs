import { processorTime, program, start } from '../processes.mjs'
import { median, table } from '../report.mjs'
import { FILES, makeFiles } from '../static-files.mjs'
import { CONNECTIONS, ownGenerator, SERVER_CORE, WARM_UP_SECONDS } from './http.mjs'

const SERVERS = ['static-fastify', 'corbel-static']
const CRLF = '\r\n'
const SCENARIOS = {
  'small.js, 1 KiB': { path: '/small.js' },
  'page.html, 8 KiB': { path: '/page.html' },
  'script.js, 60 KiB, gzip sibling': { path: '/script.js', headers: ['Accept-Encoding: gzip'] },
  'small.js, 304': { path: '/small.js', status: 304, fresh: true },
  'large.bin, 512 KiB': { path: '/large.bin', connections: 8 },
}

/**
 * Measures files per second against @fastify/static, in interleaved rounds; a ratio is the median of those of the rounds.
 * The one by processor time tells what a server needs where other programs take their share of its core.
 *
 * @param {{ rounds: number, seconds: number, only: string[] | undefined }} options
 * @returns {Promise<string>} Markdown
 */
export async function benchStatic({ rounds, seconds, only }) {
  const names = SERVERS.filter((name) => only === undefined || only.includes(name))
  const { root, remove } = makeFiles()
  const servers = new Map()
  const generator = ownGenerator()
  const rows = []
  try {
    for (const name of names) {
      const server = start(program('servers', name), { core: SERVER_CORE, args: [root] })
      servers.set(name, server)
      server.port = Number(await server.line())
      await verify(server.port)
    }
    for (const [title, scenario] of Object.entries(SCENARIOS)) {
      process.stderr.write(`${title}: `)
      rows.push([title, ...(await measure(servers, scenario, generator, rounds, seconds))])
      process.stderr.write('\n')
    }
  } finally {
    await Promise.all([generator.stop(), ...[...servers.values()].map((server) => server.stop())])
    remove()
  }
  return `### Static files\n\n${table(['file', ...names.map((name) => `${name} req/s`), 'corbel ÷ @fastify/static', '÷, by processor time'], rows)}`
}

async function verify(port) {
  for (const [name, size] of Object.entries(FILES)) {
    const answer = await fetch(`http://127.0.0.1:${port}/${name}`, {
      headers: { 'accept-encoding': 'identity' },
    })
    const { byteLength } = await answer.arrayBuffer()
    if (answer.status !== 200 || byteLength !== size) throw new Error(`sends ${byteLength} bytes of ${name}`)
  }
}

async function measure(servers, scenario, generator, rounds, seconds) {
  const names = [...servers.keys()]
  const samples = new Map(names.map((name) => [name, []]))
  for (let round = -1; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(turn + round + 1) % names.length]
      const { port, pid } = servers.get(name)
      const request = (await requestOf(port, scenario)).toString('base64')
      const { status = 200, connections = CONNECTIONS } = scenario
      const duration = round < 0 ? WARM_UP_SECONDS : seconds
      const before = processorTime(pid)
      const result = await generator.run({ port, request, status, connections, depth: 1, seconds: duration })
      if (round < 0) continue
      const used = processorTime(pid) - before
      samples
        .get(name)
        .push({ perSecond: result.perSecond, perProcessorSecond: (result.perSecond * duration) / used })
    }
    process.stderr.write('.')
  }
  const rates = names.map((name) =>
    Math.round(median(samples.get(name).map(({ perSecond }) => perSecond))).toLocaleString('en'),
  )
  if (names.length < 2) return [...rates, '–', '–']
  const [theirs, ours] = SERVERS.map((name) => samples.get(name))
  const ratio = (key) => median(ours.map((sample, round) => sample[key] / theirs[round][key])).toFixed(2)
  return [...rates, ratio('perSecond'), ratio('perProcessorSecond')]
}

async function requestOf(port, { path, headers = [], fresh = false }) {
  const lines = [`GET ${path} HTTP/1.1`, 'Host: 127.0.0.1', ...headers]
  if (fresh) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    await answer.arrayBuffer()
    lines.push(`If-None-Match: ${answer.headers.get('etag')}`)
  }
  return Buffer.from(lines.join(CRLF) + CRLF + CRLF)
}
